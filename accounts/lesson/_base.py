"""The contract of a lesson: what is asked, what then runs, what was measured, what is to be said.

A step follows peer instruction (Crouch et al. 2004, https://doi.org/10.1119/1.1707018): first a
guess, then the experiment, then the figure. ``README.md`` beside this file tells how to add a
lesson.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self

from django.urls import get_script_prefix

from accounts.conf import DATABASES
from accounts.models import ClaimRun

EMBED = "embed"  # the parameter that asks a page for itself without the site around it: 1, or
SCREEN = "screen"  # its value on the projector


@dataclass(frozen=True, slots=True)
class Answer:
    """One that can be chosen. ``because`` is said at the reveal: why it is right, or is not."""

    text: str
    right: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """For the teacher: what to say, common wrong answers and what to reply, and how long it takes.

    ``minutes`` are those of the whole step with a class: guess, run, talk, guess again, reveal.
    """

    say: str
    wrong: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Run:
    """What to play: a page that the site has, with what is to be done there.

    ``path`` begins with a slash and knows nothing of the prefix that a site may live under.
    """

    title: str
    path: str

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"{get_script_prefix()}{self.path.removeprefix('/')}"

    @property
    def embedded(self) -> str:
        """The address of the same page in a frame of a lesson, without the site's header."""
        return self._in_frame("1")

    @property
    def projected(self) -> str:
        """The same for the projector: in large type, and what is played alone."""
        return self._in_frame(SCREEN)

    def _in_frame(self, value: str) -> str:
        return f"{self.url}{'&' if '?' in self.path else '?'}{EMBED}={value}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where and when something was measured. ``database`` is empty for what asks none."""

    #: a processor and its cores; of what a browser did, the browser
    machine: str
    date: datetime
    database: str = ""

    @classmethod
    def on(cls, machine: Mapping[str, Any], date: datetime, database: str) -> Self:
        """On a machine as benchmarks name it, with ``sqlite`` or ``postgres``."""
        return cls(f"{machine['cpu']}, {machine['cores']} cores", date, DATABASES[database])


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that was measured, in words: ``value`` has its unit. ``path`` leads to more."""

    label: str
    value: str
    source: Source
    path: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """What came of it. ``text`` is computed from the figures; none where nothing was measured."""

    text: str
    figures: tuple[Figure, ...] = ()

    @property
    def sources(self) -> list[Source]:
        """Each source of its figures once."""
        return list(dict.fromkeys(figure.source for figure in self.figures))


class Revealing(Protocol):
    """Tells what was measured on a database, ``sqlite`` or ``postgres``.

    Of the claim that a class has played ``live``, it tells what came of that run.
    """

    def __call__(self, database: str, live: ClaimRun | None = None) -> Reveal: ...


@dataclass(frozen=True, slots=True)
class Step:
    """A question with two to four answers, of which one is right, and what then shows it.

    ``keep`` is the one sentence to remember. After the run of a step that is voted on ``twice``,
    pupils convince each other and vote again.
    """

    slug: str
    question: str
    answers: tuple[Answer, ...]
    run: Run | None
    reveal: Revealing
    keep: str
    note: Note
    twice: bool = False

    @property
    def right(self) -> int:
        """The place of the right answer, from 0."""
        return next(place for place, answer in enumerate(self.answers) if answer.right)


@dataclass(frozen=True, slots=True)
class Exercise:
    """Something to find out afterwards, on a page of the site.

    ``hand_in`` says which permanent links show that it was done. The solution is the teacher's.
    """

    task: str
    path: str
    hand_in: str
    solution: str

    @property
    def url(self) -> str:
        """Where it begins."""
        return f"{get_script_prefix()}{self.path.removeprefix('/')}"


class Lesson:
    """Steps in their order and a question to go with, which take twenty minutes in class.

    The subclass's docstring says in a sentence what the lesson is about; the page prints it.
    """

    #: its address; ``logged-out`` is the class ``LoggedOut`` in ``logged_out.py``
    slug: ClassVar[str]
    title: ClassVar[str]
    #: its place in the course, the smallest first
    order: ClassVar[int] = 1000
    #: what one can do afterwards; each continues "Afterwards you can …"
    objectives: ClassVar[tuple[str, ...]]
    steps: ClassVar[tuple[Step, ...]]
    #: the question at the end, which tells whether it was understood
    exit: ClassVar[Step]
    #: for the handout
    exercises: ClassVar[tuple[Exercise, ...]] = ()
    #: of all its steps, computed
    minutes: ClassVar[int]
    do_not_call_in_templates: ClassVar[bool] = True

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.minutes = sum(step.note.minutes for step in cls.all_steps())

    @classmethod
    def about(cls) -> str:
        """The docstring, for the page."""
        return " ".join((cls.__doc__ or "").split())

    @classmethod
    def all_steps(cls) -> tuple[Step, ...]:
        """The steps, and the exit question as the last."""
        return (*cls.steps, cls.exit)
