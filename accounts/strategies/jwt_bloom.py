"""A blacklist of which each server process keeps a filter."""

from accounts.models import EndReason, Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._blacklist import LISTED, is_listed
from accounts.strategies._bloom import BloomMemory
from accounts.strategies._joined import user_verdict
from accounts.strategies._memory import MAX_DELAY, BlacklistInMemory
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims
from accounts.tokens.realm import Realm


class JwtBloom(StrictStrategy):
    """The blacklist in memory, shrunk to a Bloom filter that answers "no" or "perhaps".

    A filter is some bits per entry, whatever the entry: two bytes where a set of ids in Python
    takes a hundred. "No" is certain, and it is the answer to nearly every request. "Perhaps" is
    right for what is blacklisted, and wrong for one in a thousand others. Who takes it for "yes"
    logs innocent people out; so a hit costs one question more, to the table itself.

    The processes hear of new rows as with the list in memory. Nothing can be taken out of a filter:
    what has expired stays in it until the process starts again.
    """

    slug = "jwt-bloom"
    title = "JWT + Bloom filter"
    subtitle = "signature and user + filter in memory"
    checks = "Signed, not expired, not in the filter or not in the table, and the user is active"
    lookup = Lookup.NEARBY
    when_to_use = (
        "When so many log-outs are waiting for their tokens to expire that the list itself does "
        "not fit into the memory of each process: millions."
    )
    order = 165
    propagation_delay = MAX_DELAY
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self.blacklist = BlacklistInMemory(realm.leeway, BloomMemory)

    def judge(self, claims: Claims) -> Accepted | Refused:
        if self.blacklist.has_any(claims.jti, claims.sid) and is_listed(claims.jti, claims.sid):
            return LISTED
        return user_verdict(claims.user_id, claims.sid)  # one query

    def revoke(self, login: Login, credential: str = "") -> None:
        self.blacklist.add(login, EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        for login in Login.objects.live().filter(user=user):
            self.blacklist.add(login, EndReason.EVERYWHERE)

    def close(self) -> None:
        self.blacklist.close()
