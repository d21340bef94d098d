"""A blacklist in the shared cache; without the cache, the database is asked."""

from accounts.models import EndReason, Login, User, blacklist_login
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._blacklist import LISTED, is_listed
from accounts.strategies._joined import user_verdict
from accounts.strategies._shared_cache import CacheAway, is_in_filled_cache, list_in_cache
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims


class JwtBlacklistRedis(StrictStrategy):
    """A blacklist in Redis or Valkey, as most people build it, and the table behind it.

    A log-out writes the login's id into a cache that all processes share, to expire with the last
    of its tokens: nothing has to be pruned, and every process knows at once. The cache is a server
    of its own, so somebody has to say what happens without it. Here the table is asked, which each
    log-out writes as well: slower, and right. A cache that comes back empty is filled from it.

    The two rows beside this one have no table: they let everybody in, or nobody.
    """

    slug = "jwt-blacklist-redis"
    title = "JWT + blacklist in a cache"
    subtitle = "without the cache: ask the database"
    checks = "Signed, not expired, not on the blacklist in the cache, and the user is active"
    lookup = Lookup.NEARBY
    needs_cache = True
    when_to_use = (
        "When a shared cache is there anyway and the database is far. It saves no query that "
        "“JWT + blacklist in one query” would not save, and adds a server that may be away."
    )
    order = 155
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.REFUSED),
    }

    def judge(self, claims: Claims) -> Accepted | Refused:
        try:
            listed = is_in_filled_cache(self.cache, claims.sid, self.realm.leeway)
        except CacheAway:
            listed = is_listed(claims.jti, claims.sid)
        return LISTED if listed else user_verdict(claims.user_id, claims.sid)

    def revoke(self, login: Login, credential: str = "") -> None:
        self._list(login, EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        for login in Login.objects.live().filter(user=user):
            self._list(login, EndReason.EVERYWHERE)

    def _list(self, login: Login, reason: EndReason) -> None:
        blacklist_login(login, reason=reason)
        list_in_cache(self.cache, login, self.realm.leeway)
