"""The order in which a class goes through a lesson.

Everybody votes and sees the run, then the truth is shown. A step that is voted on twice is peer
instruction: before the truth everybody argues with a neighbour and votes again. That takes three
minutes more, so that a lesson has time for it where most guess wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.lesson._base import Lesson, Step
from accounts.models import Phase


@dataclass(frozen=True, slots=True)
class Place:
    """Where a class is: the number of a step, from 0, and what is done there."""

    step: int
    phase: Phase


def places(lesson: type[Lesson]) -> list[Place]:
    """All of them, in order. The exit question is the step after the last one."""
    every = lesson.all_steps()
    return [
        Place(0, Phase.LOBBY),
        *(Place(number, phase) for number, step in enumerate(every) for phase in _phases(step)),
        Place(len(every) - 1, Phase.OVER),
    ]


def _phases(step: Step) -> Iterator[Phase]:
    yield Phase.QUESTION
    if step.run or step.twice:
        yield Phase.DISCUSS
    if step.twice:
        yield Phase.AGAIN
    yield from (Phase.REVEAL, Phase.KEEP)


def around(lesson: type[Lesson], place: Place) -> tuple[Place | None, Place | None]:
    """The places before and after one."""
    order = [None, *places(lesson), None]
    index = order.index(place)
    return order[index - 1], order[index + 1]
