"""The contract of an event: something that ought to end or change logins."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from inspect import cleandoc
from typing import Any, ClassVar

from accounts.lab.stage import Reply, Stage
from accounts.strategies import Expected, Outcome, Strategy


class Event(ABC):
    """Changes a password, a role, a row, a key. Strategies notice, or they don't.

    An event never asks which strategy it meets. The subclass's docstring is its explanation on the
    page.
    """

    #: its address; ``log-out`` is the class ``LogOut`` in ``log_out.py``
    slug: ClassVar[str]
    #: its name on pages and in the matrix
    title: ClassVar[str]
    #: place in the matrix; those of one number stand in the order of their slugs
    order: ClassVar[int] = 1000
    #: what should become of the thief's copy; a strategy that does otherwise has to declare it
    ideal: ClassVar[Expected] = Expected(Outcome.REFUSED)
    #: it is meant for all devices of the user, so the other one is no collateral
    everyone: ClassVar[bool] = False
    #: it asks the strategy to end logins, which takes up to its ``propagation_delay``
    revokes: ClassVar[bool] = False
    #: it lets credentials grow old, so they are issued for a few seconds only
    ages: ClassVar[bool] = False
    #: it is played with this grace for spent refresh tokens; None: with the usual one
    grace: ClassVar[timedelta | None] = None
    #: something breaks or is attacked; it is not meant to end a login, so no way is out for it
    is_drill: ClassVar[bool] = False
    #: the thief has copied what device A holds before it happens
    steals: ClassVar[bool] = True
    #: it stops the strategy's store, which is back at the end
    stops_store: ClassVar[bool] = False
    #: a sentence: where ``applies_to`` is true
    applies_only: ClassVar[str] = ""

    #: the key of an audit's profile that makes it possible there; empty: only the lab can
    needs: ClassVar[str] = ""

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def applies_to(cls, strategy: type[Strategy]) -> bool:  # noqa: ARG003
        """Whether it can happen at all to a login that this strategy carries."""
        return True

    @abstractmethod
    def happen(self, environment: Stage) -> None:
        """Let it happen. Whoever acts does so over HTTP, as in real life."""

    def replay(self, environment: Stage, title: str = "The thief replays its copy") -> Reply:
        """What the thief tries afterwards."""
        return environment.thief.me(title)

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> tuple[str, str, str] | None:  # noqa: ARG003
        """A cell of the matrix, where its usual words do not fit: word, detail, remark."""
        return None
