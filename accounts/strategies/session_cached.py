"""Django's sessions in the database with a cache in front."""

from accounts.models import Login, User
from accounts.strategies._base import CONTRACT, Expected, Lookup, Outcome, Refused, Rows
from accounts.strategies._django import DjangoSessionStrategy
from accounts.strategies._django_engines import CachedStore, ProcessCache, is_per_process
from accounts.strategies._rows import django_session_rows
from accounts.tokens.realm import Realm


class SessionCached(DjangoSessionStrategy):
    """Django's ``cached_db``: the session from a cache, the user's row from the database.

    The session row is still written, but read only when the cache does not have it: one query less
    per request. Logging out deletes the row and the cache's entry.

    That works as far as the cache is shared. In Django's memory cache every server process has its
    own: a process that has seen the session goes on accepting it after another one has deleted it,
    until the entry expires. Set CACHE_URL to a Redis that all processes share, and logging out is
    known to all of them at once.
    """

    slug = "session-cached"
    title = "Session with a cache"
    subtitle = "cached_db"
    checks = "The cache or the database has the session, and its user is active"
    lookup = Lookup.NEARBY
    condition = "played with one cache per process; with a cache for all, a log-out counts at once"
    when_to_use = (
        "When a cache that all processes share is there anyway: then it saves a query and a "
        "log-out still counts at once. Not with one memory cache per process."
    )
    order = 20
    expects = {
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
    }
    engine = CachedStore
    missing = Refused("load session", "session_missing", "Neither cache nor database has this id")

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self.engine.memory = ProcessCache() if is_per_process() else None

    @classmethod
    def expected(cls, event: str, ideal: Expected) -> Expected:
        """What is so for most, where the processes share a cache."""
        return super().expected(event, ideal) if is_per_process() else CONTRACT.get(event, ideal)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the row and the entry of this process's cache."""
        self.delete(credential)

    def revoke_all(self, user: User) -> None:
        for key in self.keys_of_user(user):
            self.delete(key)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return django_session_rows(credential)
