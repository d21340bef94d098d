"""Django's sessions in the database with a cache in front."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cached_db
from django.core.cache import BaseCache, caches
from django.core.cache.backends.locmem import LocMemCache

from accounts.models import Login, User
from accounts.strategies import _session
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm
from accounts.tracing.cache import TracedLocMemCache

_GONE = Refused("load session", "session_missing", "Neither the cache nor the database has this id")


class ProcessCache(TracedLocMemCache):
    """Django's memory cache for one instance, which stands for one server process.

    Django keeps one per name and process: two instances in one process would share it, and so hide
    what two processes do not share.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        BaseCache.__init__(self, params)
        self._cache: OrderedDict[str, Any] = OrderedDict()
        self._expire_info: dict[str, float | None] = {}
        self._lock = Lock()


class SessionStore(_session.RealmSession, cached_db.SessionStore):
    """Django's engine; the memory of its process, where that is the cache, is its instance's."""

    memory: ProcessCache | None = None

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        if self.memory is not None:
            self._cache = self.memory


class SessionCached(Strategy):
    """Django's ``cached_db``: the session from a cache, the user's row from the database.

    The session row is still written, but read only when the cache does not have it: one query less
    per request. Logging out deletes the row and the cache's entry.

    That works as far as the cache is shared. In Django's memory cache every server process has its
    own: a process that has seen the session goes on accepting it after another one has deleted it,
    until the entry expires. Set CACHE_URL to a Redis that all processes share, and logging out is
    known to all of them at once.
    """

    slug = "session-cached"
    title = "Cached row"
    subtitle = "cached_db"
    family = Family.SESSION
    checks = "The cache or the database has the session, and its user is active"
    when_to_use = (
        "When a cache that all processes share is there anyway: then it saves a query and a "
        "log-out still counts at once. Not with one memory cache per process."
    )
    order = 20
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._sessions = _session.DjangoSessions(SessionStore, realm)
        if _is_per_process():
            params = settings.CACHES[settings.SESSION_CACHE_ALIAS]
            self._sessions.engine.memory = ProcessCache(params)  # type: ignore[attr-defined]

    @classmethod
    def expected(cls, event: str, ideal: Expected) -> Expected:
        """What one would wish, where the processes share a cache."""
        return super().expected(event, ideal) if _is_per_process() else ideal

    def issue(self, login: Login) -> Credential:
        """Django's ``login()``."""
        return self._sessions.start(login)

    def check(self, credential: str) -> Accepted | Refused:
        """Django's ``get_user()``: the cache, and one query for the user."""
        return self._sessions.judge(credential, missing=_GONE)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the row and the entry of this process's cache."""
        self._sessions.delete(credential)

    def revoke_all(self, user: User) -> None:
        """Read all sessions, delete the user's."""
        for key in self._sessions.of(user):
            self._sessions.delete(key)

    def reissue(self, login: Login, credential: str) -> Credential:
        """Django's ``update_session_auth_hash()``: the same session under a new key."""
        return self._sessions.restart(login, credential)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The row of the key; the cache's copy is gone with it."""
        return _session.rows(credential)


def _is_per_process() -> bool:
    return isinstance(caches[settings.SESSION_CACHE_ALIAS], LocMemCache)
