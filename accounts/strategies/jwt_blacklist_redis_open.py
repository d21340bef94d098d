"""A blacklist in the shared cache alone; without the cache, everybody is let in."""

from accounts.models import Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._blacklist import LISTED
from accounts.strategies._joined import user_verdict
from accounts.strategies._shared_cache import CacheAway, is_in_cache, list_in_cache
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims


class JwtBlacklistRedisOpen(StrictStrategy):
    """The blacklist is in Redis or Valkey alone, and without an answer nobody counts as listed.

    Whoever writes ``except CacheAway: return False`` has chosen this: the site stays up, and for
    as long as the cache is away every token that was ever called back works again.

    It does not end there. A cache that starts again is empty, and nothing fills it: the tokens that
    were on the list work until they expire.
    """

    slug = "jwt-blacklist-redis-open"
    title = "JWT + blacklist in a cache, fail open"
    subtitle = "without the cache: let in"
    checks = "Signed, not expired, not known as blacklisted, and the user is active"
    lookup = Lookup.NEARBY
    needs_cache = True
    when_to_use = "When a log-out is a courtesy, and the site must not go down with its cache."
    order = 156
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.ACCEPTED),
    }

    def judge(self, claims: Claims) -> Accepted | Refused:
        try:
            listed = is_in_cache(self.cache, claims.sid)
        except CacheAway:
            listed = False
        return LISTED if listed else user_verdict(claims.user_id, claims.sid)

    def revoke(self, login: Login, credential: str = "") -> None:
        list_in_cache(self.cache, login, self.realm.leeway)

    def revoke_all(self, user: User) -> None:
        for login in Login.objects.live().filter(user=user):
            self.revoke(login)
