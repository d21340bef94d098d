"""The order in which a class goes through a lesson.

A step is peer instruction: everybody votes, sees the run, argues with a neighbour and votes again,
before the truth is shown. The exit question is answered once.
"""

from dataclasses import dataclass

from accounts.lesson._base import Lesson
from accounts.models import Phase

_STEP = (Phase.QUESTION, Phase.DISCUSS, Phase.AGAIN, Phase.REVEAL, Phase.KEEP)
_EXIT = (Phase.QUESTION, Phase.REVEAL, Phase.KEEP)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a class is: the number of a step, from 0, and what is done there."""

    step: int
    phase: Phase


def places(lesson: type[Lesson]) -> list[Place]:
    """All of them, in order. The exit question is the step after the last one."""
    exit_number = len(lesson.steps)
    return [
        Place(0, Phase.LOBBY),
        *(Place(number, phase) for number in range(exit_number) for phase in _STEP),
        *(Place(exit_number, phase) for phase in _EXIT),
        Place(exit_number, Phase.OVER),
    ]


def around(lesson: type[Lesson], place: Place) -> tuple[Place | None, Place | None]:
    """The places before and after one."""
    order = [None, *places(lesson), None]
    index = order.index(place)
    return order[index - 1], order[index + 1]
