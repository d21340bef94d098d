"""The contract of an event: something that ought to end or change logins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from inspect import cleandoc
from typing import TYPE_CHECKING, ClassVar

from accounts.strategies import Expected, Outcome, Strategy

if TYPE_CHECKING:
    from accounts.lab.environment import Stage


class Event(ABC):
    """Changes the world: a password, a role, a row, a key. Strategies notice or they don't.

    An event never asks which strategy it meets. ``ideal`` is what one would want to come of it, and
    a strategy that does otherwise has to declare it. ``everyone``: it is meant for all devices of
    the user, so that the other one is no collateral. ``revokes``: somebody asks the strategy to end
    logins, which may take until it settles. ``ages``: it lets credentials grow old, so they are
    made to live for seconds only. ``applies_only`` says where ``applies_to`` does not.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    order: ClassVar[int] = 1000
    ideal: ClassVar[Expected] = Expected(Outcome.REFUSED)
    everyone: ClassVar[bool] = False
    revokes: ClassVar[bool] = False
    ages: ClassVar[bool] = False
    applies_only: ClassVar[str] = ""

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def applies_to(cls, strategy: type[Strategy]) -> bool:  # noqa: ARG003
        """Whether it can happen at all to a login that this strategy carries."""
        return True

    @abstractmethod
    def happen(self, stage: Stage) -> None:
        """Let it happen. Whoever acts on ``stage`` does so over HTTP, as in real life."""
