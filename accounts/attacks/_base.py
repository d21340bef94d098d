"""The contract of an attack: what the thief wants, the walk through windows, what came of it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import cleandoc
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.attacks.stage.hosts import Party
from accounts.models import AttackAct, AttackPlay


@dataclass(frozen=True, slots=True)
class Reading:
    """Where an attack or its defence is described: the title and the address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Defence:
    """A switch of the shop. ``slug`` is what a play keeps of it."""

    slug: str
    title: str
    explanation: str
    #: False: it changes when the thief comes, and nothing at the shop
    is_defence: bool = True


@dataclass(frozen=True, slots=True)
class Stop:
    """One page of the walk: a real top-level page at the host of a party.

    ``script`` is a file below ``static/js/attacks/``; it does what the page is for and comes back,
    then the walk goes on. ``button`` says what happens next, to whoever goes step by step. ``data``
    is what script and template are told.
    """

    party: Party
    title: str
    button: str
    script: str
    template: str
    house: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def calling(
        cls,
        play: AttackPlay,
        party: Party,
        title: str,
        button: str,
        *,
        call: str,
        way: str,
        says: str,
    ) -> "Stop":
        """A page that says something, and whose button calls a view of the attack at its host."""
        told = {"call": f"/{play.pk}/at/{call}/?way={way}", "says": says}
        return cls(party, title, button, "call.js", "attacks/say.html", way, told)


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of one thing. ``went_well`` is the owner's view; None: it says nothing of that."""

    words: str
    went_well: bool | None = None
    #: of what was tried, how much the thief got: 0 to 1; None where nothing was counted
    share: float | None = None

    @property
    def sign(self) -> str:
        """What tells it apart without its colour."""
        return {True: "●", False: "▲", None: ""}[self.went_well]


@dataclass(frozen=True, slots=True)
class Spend:
    """Somebody showed a refresh token. Tokens are numbered in the order in which they were made."""

    #: owner or thief
    by: str
    token: int
    #: the one that was given for it; 0: none, it was refused
    given: int
    #: why it was refused, as a code
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One house, cookie or forgery of a result."""

    title: str
    cells: Sequence[Cell]
    family: str = ""
    #: what the servers saw of it, in words
    transcript: Sequence[str] = ()
    #: the attacker, or what else several rows have in common; their titles begin with it
    group: str = ""
    #: refresh tokens, from which their family tree is drawn
    spends: Sequence[Spend] = ()

    @property
    def label(self) -> str:
        """Its title below the title of its group."""
        return self.title.removeprefix(f"{self.group}: ")


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a play: a table, one sentence computed from it, and whether it is solved."""

    columns: Sequence[str]
    rows: Sequence[Row]
    sentence: str
    #: why the visitor may tick it off: the goal was reached, or every way was stopped
    solved: str = ""


View = Callable[[HttpRequest, AttackPlay], HttpResponseBase]


class Attack(ABC):
    """What the thief wants, does and leaves behind; played by the visitor's own browser.

    The subclass's docstring says what the thief does; the page prints it.
    """

    #: Its address. ``script-in-a-comment`` is the class ``ScriptInAComment``.
    slug: ClassVar[str]
    title: ClassVar[str]
    #: its name in the field: XSS, CSRF …
    known_as: ClassVar[str]
    #: what the visitor tries to reach
    goal: ClassVar[str]
    readings: ClassVar[Sequence[Reading]]
    defences: ClassVar[Sequence[Defence]] = ()
    switches_title: ClassVar[str] = "Defences of the shop"
    #: what this play cannot tell
    caveat: ClassVar[str]
    #: what the words of a result mean, where they are not said already
    words: ClassVar[Mapping[str, str]] = {}
    #: what the first column of a result lists
    row_title: ClassVar[str] = "Where the login is kept"
    #: its place in the lists, the smallest first
    order: ClassVar[int] = 1000
    #: addresses of the shop that only this attack needs: ``<play>/at/<name>/`` -> view
    views: ClassVar[Mapping[str, View]] = {}
    do_not_call_in_templates: ClassVar[bool] = True

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        """What can be played alone: slug and title. Empty for a walk that is short anyway."""
        return {}

    def arrived(self, request: HttpRequest, play: AttackPlay, stop: Stop) -> Mapping[str, str]:
        """A page of the walk is asked for. Returns headers for its answer."""
        return {}

    def so_far(self, play: AttackPlay, stop: Stop) -> str:
        """What the page before has done, where it was left by a form and could not say so."""
        return ""

    @abstractmethod
    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        """The pages that the visitor's window goes through, in their order."""

    @abstractmethod
    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        """What came of a play, from what the servers saw and nothing else."""
