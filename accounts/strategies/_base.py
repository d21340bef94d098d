"""The contract of a strategy: five verbs, of which two must be written."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from inspect import cleandoc
from typing import Any, ClassVar

from accounts.models import Login, User
from accounts.strategies._expected import Expected
from accounts.tokens.realm import Realm

_AT_ONCE = timedelta(0)


class Family(StrEnum):
    """What the client holds: a cookie of a session, a JWT, or an opaque bearer token."""

    SESSION = "session"
    JWT = "jwt"
    OPAQUE = "opaque"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client is given when it logs in; ``refresh`` only where there is such a token."""

    value: str = field(repr=False)
    expires: datetime
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The credential holds. ``role`` is the one served: fresh from the row, or as old as the token.

    ``login_id`` is None where the strategy cannot tell which login it is. ``needs_touch`` says that
    nobody noted a use of the login within the last minute. ``replacement`` is the credential that
    the client is to use from now on, where checking the old one made a new one.
    """

    user: Any
    role: str
    login_id: uuid.UUID | None = None
    needs_touch: bool = False
    replacement: Credential | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The credential does not hold: at which step, a code for programs, a reason for people."""

    step: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row that the server keeps for a login, its secrets masked."""

    table: str
    columns: dict[str, str]


class Strategy(ABC):
    """One way to carry a login. The subclass's docstring is its explanation on the page.

    State lives on the instance: two instances stand for two server processes.

    ``checks`` says in words what an accepted request was asked, ``when_to_use`` when to choose the
    strategy. ``expects`` names the events (by slug) after which it does something else than the
    event ideally has, and what. ``propagation_delay`` is the time within which a log-out is known
    to the other server processes.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    subtitle: ClassVar[str]
    family: ClassVar[Family]
    checks: ClassVar[str]
    when_to_use: ClassVar[str] = ""
    order: ClassVar[int] = 1000
    refreshes: ClassVar[bool] = False
    expects: ClassVar[Mapping[str, Expected]] = {}
    propagation_delay: ClassVar[timedelta] = _AT_ONCE
    # A template that names a class would make an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, realm: Realm) -> None:
        self.realm = realm

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def expected(cls, event: str, ideal: Expected) -> Expected:
        """What this strategy declares for an event: the ideal, unless ``expects`` differs."""
        return cls.expects.get(event, ideal)

    @abstractmethod
    def issue(self, login: Login) -> Credential:
        """Give a device that has just logged in what it will send with each request."""

    @abstractmethod
    def check(self, credential: str) -> Accepted | Refused:
        """Judge the credential of one request. Never raises, whatever the credential holds."""

    def revoke(self, login: Login, credential: str = "") -> None:
        """Log this device out. The credential is the one it sent, when it is the device that asks.

        Does nothing unless the strategy can: a stateless token has no way to be called back.
        """

    def revoke_all(self, user: User) -> None:
        """Log every device of the user out. Does nothing unless the strategy can."""

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """Spend a refresh token; only where ``refreshes`` is true.

        ``client`` tells the sender from others (``site.clients.client_fingerprint``).
        """
        return Refused("renew", "no_refresh", f"{self.slug} has no refresh tokens")

    def reissue(self, login: Login, credential: str) -> Credential:
        """Give a device that stays logged in a new credential after its user's password changed."""
        return self.issue(login)

    def close(self) -> None:
        """Give back what the instance holds beside memory: a connection, a thread."""

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The rows that the server keeps for this login now; nothing unless there are some."""
        return ()
