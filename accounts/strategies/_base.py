"""The contract of a strategy: five verbs, of which two must be written."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import wraps
from inspect import cleandoc
from typing import Any, ClassVar, Literal, ParamSpec, TypeVar

from accounts import conf
from accounts.models.end_reason import EndReason
from accounts.models.login import Login
from accounts.models.user import User
from accounts.tokens.realm import Realm, TokenRefused

Other = Literal["untouched", "collateral", "not-applicable"]
P = ParamSpec("P")
T = TypeVar("T")


class Family(StrEnum):
    """What the client holds: a cookie of a session, a JWT, or an opaque bearer token."""

    SESSION = "session"
    JWT = "jwt"
    OPAQUE = "opaque"


class Lookup(StrEnum):
    """What the server looks up to judge a request; the words group the choosers."""

    LOGIN = "Look up this login in the database"
    NEARBY = "Look up this login in memory or a cache"
    USER = "Look up the user, but not this login"
    NOTHING = "Look up nothing"


@dataclass(frozen=True, slots=True)
class Credential:
    """What a client is given when it logs in; ``refresh`` only where there is such a token."""

    value: str = field(repr=False)
    expires: datetime
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The credential holds."""

    user: Any
    #: The role that is served: fresh from the row, or as old as the token.
    role: str
    #: None where the strategy cannot tell which login it is.
    login_id: uuid.UUID | None = None
    #: Whether nobody noted a use of the login within the last minute.
    needs_touch: bool = False
    #: What the client has to use from now on, where checking the old credential made a new one.
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


Rows = Sequence[StoredRow]


class Outcome(StrEnum):
    """What the thief's copy of a credential gets after an event."""

    REFUSED = "refused"
    LATER = "refused-later"
    ACCEPTED = "accepted"
    NEW_ROLE = "new-role"
    STALE_ROLE = "stale-role"
    NOT_APPLICABLE = "not-applicable"

    @classmethod
    def _missing_(cls, value: object) -> "Outcome | None":
        # Runs that were kept before these two were renamed.
        return {"new-facts": cls.NEW_ROLE, "stale-facts": cls.STALE_ROLE}.get(str(value))

    @property
    def words(self) -> str:
        """The outcome as a reader sees it."""
        return _WORDS[self]


_WORDS = {
    Outcome.REFUSED: "refused at once",
    Outcome.LATER: "refused after a while",
    Outcome.ACCEPTED: "still accepted",
    Outcome.NEW_ROLE: "accepted with the new role",
    Outcome.STALE_ROLE: "accepted with a stale role",
    Outcome.NOT_APPLICABLE: "does not apply",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What becomes of both devices after an event: declared, then measured."""

    #: What the thief's copy gets.
    thief: Outcome
    #: What the same user's other device gets: "collateral" where it is thrown out although nobody
    #: meant it, "not-applicable" where the event is meant for every device.
    other: Other = "untouched"


CONTRACT: Mapping[str, Expected] = {
    "key-leaked": Expected(Outcome.ACCEPTED),
    "new-secret": Expected(Outcome.REFUSED, "collateral"),
    "store-down": Expected(Outcome.REFUSED, "collateral"),
}


class Strategy(ABC):
    """One way to carry a login. The subclass's docstring is its explanation on the page.

    State lives on the instance: two instances stand for two server processes.

    ``check`` asks whether all of this holds; what it does not ask, ``expects`` has to declare.

    - Realm: the credential was issued under the keys, the audience or the pepper of ``realm``.
    - Expired: neither the credential nor its login has reached its end (``login.expires``).
    - Active: the account is enabled (``user.is_active``).
    - Ended: nobody logged this device out.
    - Outdated: nobody has ended all logins of the user since this one began, by logging out
      everywhere or by a new password (``login.token_version == user.token_version``).
    """

    #: Its address. ``jwt-user`` is the class ``JwtUser`` in ``jwt_user.py``.
    slug: ClassVar[str]
    #: Its name on the pages.
    title: ClassVar[str]
    #: A few more words under the title.
    subtitle: ClassVar[str]
    #: What the client holds.
    family: ClassVar[Family]
    #: Whether the client is a browser that keeps it in a cookie and sends it by itself.
    in_cookie: ClassVar[bool] = False
    #: Whether a request by cookie that changes something has to bring a CSRF token.
    csrf_checked: ClassVar[bool] = True
    #: Whether a request has to prove that its sender holds the key that its token names.
    bound: ClassVar[bool] = False
    #: What an accepted request was asked, as a sentence.
    checks: ClassVar[str]
    #: What it looks up for each request.
    lookup: ClassVar[Lookup] = Lookup.LOGIN
    #: What its outcomes hold for, where others set it up otherwise.
    condition: ClassVar[str] = ""
    #: When to choose it.
    when_to_use: ClassVar[str] = ""
    #: It keeps something in the cache that all processes share, and asks that for each request.
    needs_cache: ClassVar[bool] = False
    #: Its place in the lists, the smallest first.
    order: ClassVar[int] = 1000
    #: How long its access token lives at most; None: as long as usual.
    token_lifetime: ClassVar[timedelta | None] = None
    #: Whether ``issue`` gives out a refresh token, which ``renew`` takes.
    refreshes: ClassVar[bool] = False
    #: What it does otherwise than an event (by its slug) ideally has it.
    expects: ClassVar[Mapping[str, Expected]] = {}
    #: The time within which the other server processes know of a log-out.
    propagation_delay: ClassVar[timedelta] = timedelta(0)
    #: Django's: a template that names a class would make an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self.cache: Any = None
        if self.needs_cache:
            self.use_cache(conf.shared_cache())

    @classmethod
    def runs_here(cls) -> bool:
        """Whether this site has what it needs."""
        return not cls.needs_cache or conf.has_shared_cache()

    def use_cache(self, cache: Any) -> None:
        """Keep in this cache what it keeps in one."""
        self.cache = cache

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @classmethod
    def expected(cls, event: str, ideal: Expected) -> Expected:
        """What this strategy declares for an event: the ideal, unless ``expects`` differs.

        What breaks ends alike for most: who has the secret signs, or who has the rows sends them; a
        credential of another realm is refused; and while the database is away nobody gets in. A
        copy of a ``bound`` credential works before no event, so after none.
        """
        if cls.bound and ideal.thief is Outcome.ACCEPTED:
            ideal = Expected(Outcome.REFUSED, ideal.other)
        return cls.expects.get(event, CONTRACT.get(event, ideal))

    @abstractmethod
    def issue(self, login: Login) -> Credential:
        """Give a device that has just logged in what it will send with each request.

        Raises:
            TokenRefused: it is ``bound``, and the request brings no proof of a key.
        """

    @abstractmethod
    def check(self, credential: str) -> Accepted | Refused:
        """Judge the credential of one request. Never raises, whatever the credential holds."""

    def revoke(self, login: Login, credential: str = "") -> None:
        """Log this device out. The credential is the one it sent, when it is the device that asks.

        Does nothing unless the strategy can: a stateless token has no way to be called back.
        """

    def revoke_all(self, user: User) -> None:
        """Log every device of the user out. Does nothing unless the strategy can."""

    def renew(self, refresh: str) -> Credential | Refused:
        """Spend a refresh token; only where ``refreshes`` is true."""
        return Refused("renew", "no_refresh", f"{self.slug} has no refresh tokens")

    def reissue(self, login: Login, credential: str) -> Credential:
        """Give a device that stays logged in a new credential after its user's password changed."""
        return self.issue(login)

    def close(self) -> None:
        """Give back what the instance holds beside memory: a connection, a thread."""

    def stored_rows(self, login: Login, credential: str) -> Rows:
        """The rows that the server keeps for this login now; nothing unless there are some."""
        return ()


def refusing(verb: Callable[P, T | Refused]) -> Callable[P, T | Refused]:
    """Let a verb answer ``Refused`` where a decoder raises ``TokenRefused``."""

    @wraps(verb)
    def answer(*args: P.args, **kwargs: P.kwargs) -> T | Refused:
        try:
            return verb(*args, **kwargs)
        except TokenRefused as error:
            return Refused(error.step, error.code, error.reason)

    return answer


LOGIN_MISSING = Refused("load login", "login_missing", "No such login: it was ended and pruned")
LOGIN_EXPIRED = Refused("load login", "login_expired", "This login has reached its fixed end")
LOGIN_OUTDATED = Refused(
    "load login", "login_outdated", "Every login from before was ended at once"
)
USER_NOT_FOUND = Refused("load user", "user_not_found", "User not found")
USER_INACTIVE = Refused("load user", "user_inactive", "The account is disabled")


def verdict_of(row: Any) -> Accepted | Refused:
    """Whether the user and the login of a row may go on.

    A row is a user with the attributes ``login_id``, ``login_ended`` (the reason),
    ``login_expired``, ``login_outdated`` and ``login_needs_touch``.
    """
    if row.login_id is None:
        return LOGIN_MISSING
    if not row.is_active:
        return USER_INACTIVE
    if row.login_ended:
        reason = EndReason(row.login_ended).label
        return Refused("load login", "login_ended", f"This login has ended: {reason}")
    if row.login_expired:
        return LOGIN_EXPIRED
    if row.login_outdated:
        return LOGIN_OUTDATED
    login_id = row.login_id  # SQLite has no UUIDs
    known = login_id if isinstance(login_id, uuid.UUID) else uuid.UUID(hex=login_id)
    return Accepted(row, row.role, known, bool(row.login_needs_touch))
