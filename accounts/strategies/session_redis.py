"""Django's sessions in the shared cache alone."""

from typing import Any

from accounts.models import Login
from accounts.strategies._base import Expected, Lookup, Outcome, Refused
from accounts.strategies._django import DjangoSessionStrategy
from accounts.strategies._django_engines import CacheStore


class SessionRedis(DjangoSessionStrategy):
    """Django's ``cache`` engine: the session is in Redis or Valkey, and nowhere else.

    A look-up in memory takes the place of the session's row; the user's row is read as ever. A
    log-out deletes the entry, and all processes know at once. Nothing has to be pruned.

    The cache is all there is. While it is away nobody is logged in, and when it starts again, it is
    empty: everybody has to log in once more. Django keeps no list of a user's sessions, and a cache
    cannot be searched: logging out everywhere ends none of them.
    """

    slug = "session-redis"
    title = "Session in a cache"
    subtitle = "Django's cache engine"
    checks = "The cache has the session, and its user is active"
    lookup = Lookup.NEARBY
    needs_cache = True
    when_to_use = (
        "When sessions are many and short, and it does no harm if all of them are gone: a shared "
        "cache that is restarted logs everybody out."
    )
    order = 25
    expects = {"log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable")}
    engine = CacheStore
    missing = Refused("load session", "session_missing", "The cache has no session of this key")

    def use_cache(self, cache: Any) -> None:
        super().use_cache(cache)
        self.engine.shared = cache

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the entry of the key that was sent."""
        self.delete(credential)
