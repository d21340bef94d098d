"""A blacklist in the shared cache alone; without the cache, nobody is let in."""

from accounts.models import Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._blacklist import LISTED
from accounts.strategies._joined import user_verdict
from accounts.strategies._shared_cache import CacheAway, is_in_cache, list_in_cache
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims

_AWAY = Refused("look up blacklist", "blacklist_away", "The blacklist cannot be asked: try again")


class JwtBlacklistRedisClosed(StrictStrategy):
    """The blacklist is in Redis or Valkey alone, and without an answer everybody counts as listed.

    The careful choice, it seems: while the cache is away no thief gets in, and nobody else does.
    One more server has to be up for anybody to be logged in.

    It is not even safe. A cache that starts again is empty, and nothing fills it: the tokens that
    were on the list work until they expire. What must not be forgotten belongs into a database.
    """

    slug = "jwt-blacklist-redis-closed"
    title = "JWT + blacklist in a cache, fail closed"
    subtitle = "without the cache: keep out"
    checks = "Signed, not expired, known not to be blacklisted, and the user is active"
    lookup = Lookup.NEARBY
    needs_cache = True
    when_to_use = (
        "When the cache keeps its content on disk, and no answer is better than a wrong one."
    )
    order = 157
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
    }

    def judge(self, claims: Claims) -> Accepted | Refused:
        try:
            listed = is_in_cache(self.cache, claims.sid)
        except CacheAway:
            return _AWAY
        return LISTED if listed else user_verdict(claims.user_id, claims.sid)

    def revoke(self, login: Login, credential: str = "") -> None:
        list_in_cache(self.cache, login, self.realm.leeway)

    def revoke_all(self, user: User) -> None:
        for login in Login.objects.live().filter(user=user):
            self.revoke(login)
