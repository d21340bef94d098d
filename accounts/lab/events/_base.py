"""The contract of an event: something that ought to end or change logins."""

from abc import ABC, abstractmethod
from datetime import timedelta
from inspect import cleandoc
from typing import ClassVar

from accounts.lab.stage import Stage
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
