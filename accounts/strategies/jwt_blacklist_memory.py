"""A blacklist in the memory of each server process."""

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from accounts.models import BlacklistedToken, EndReason, Login, User, blacklist_login
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.strategies._joined import fetch_user
from accounts.strategies._memory import Feed, Memory, NoFeed
from accounts.strategies._memory_postgres import PostgresFeed
from accounts.strategies._memory_sqlite import SqliteFeed
from accounts.tokens.codec import Claims, decode
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tracing.recorder import step

_LISTED = Refused("look up blacklist", "token_blacklisted", "This login is on the blacklist")
_NO_USER = Refused("load user", "user_not_found", "User not found")
_INACTIVE = Refused("load user", "user_inactive", "The account is disabled")

_FEEDS: dict[str, type[Feed]] = {"postgresql": PostgresFeed, "sqlite": SqliteFeed}


class JwtBlacklistMemory(Strategy):
    """A blacklist is small, only log-outs whose tokens have not yet expired: keep it in memory.

    A request asks the process's own memory, without SQL, and then reads the user's row. Logging out
    writes the row that the other strategies write too, and the database tells the processes: on
    PostgreSQL by NOTIFY, as the row commits; on SQLite by a counter that each request compares.

    A process that hears nothing from its database does not guess: it looks into the table until it
    has connected again and loaded everything. What remains is the time a message takes. Logging out
    is known at once where it happened, and a moment later everywhere else.

    As with every blacklist, what nobody writes into it is not noticed: a new password, a refresh
    token used twice.
    """

    slug = "jwt-blacklist-memory"
    title = "+ blacklist in memory"
    subtitle = "kept in step by the database"
    family = Family.JWT
    checks = "Signed, not expired, not on the blacklist in memory, and the user is active"
    when_to_use = (
        "When the blacklist itself must cost no query, as in a service that reads no user's row "
        "either, and a log-out may take some milliseconds to reach the other processes."
    )
    order = 160
    refreshes = True
    propagation_delay = timedelta(seconds=1)
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._memory = Memory(realm.leeway.total_seconds())
        self._feed = _FEEDS.get(connection.vendor, NoFeed)(self._memory)

    def issue(self, login: Login) -> Credential:
        """A pair of tokens with the login's id in both."""
        return _jwt.strict_pair(self.realm, login)

    def check(self, credential: str) -> Accepted | Refused:
        """The signature, the memory, then one query: the user."""
        try:
            return self._judge(decode(self.realm, credential))
        except TokenRefused as error:
            return _jwt.refused(error)

    def _judge(self, claims: Claims) -> Accepted | Refused:
        if self._is_listed(claims.jti, claims.sid):
            return _LISTED
        user = fetch_user(claims.user_id)
        if user is None:
            return _NO_USER
        return Accepted(user, user.role, claims.sid) if user.is_active else _INACTIVE

    def _is_listed(self, *ids: uuid.UUID) -> bool:
        with step(
            "look up blacklist in memory", kind="note", detail=f"{len(self._memory)} entries"
        ):
            if self._feed.is_current():
                return self._memory.has_any(*ids)
        return BlacklistedToken.objects.filter(jti__in=ids).exists()

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token, unless the login is blacklisted."""
        try:
            claims = decode(self.realm, refresh, token_type="refresh")
        except TokenRefused as error:
            return _jwt.refused(error)
        verdict = self._judge(claims)
        if isinstance(verdict, Refused):
            return verdict
        return _jwt.strict_renew(self.realm, claims, refresh)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login; this process knows it as soon as the row is committed."""
        blacklist_login(login, reason=EndReason.LOGGED_OUT)
        self._remember(login)

    def revoke_all(self, user: User) -> None:
        """Blacklist each live login of the user."""
        for login in Login.objects.live().filter(user=user):
            blacklist_login(login, reason=EndReason.EVERYWHERE)
            self._remember(login)

    def _remember(self, login: Login) -> None:
        row = (login.id, login.expires.timestamp())
        transaction.on_commit(lambda: self._memory.add([row]))

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The blacklist row, once there is one."""
        return _jwt.blacklist_rows(login)

    def close(self) -> None:
        """End the listener."""
        self._feed.close()
