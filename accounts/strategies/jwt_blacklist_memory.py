"""A blacklist in the memory of each server process."""

from accounts.models import EndReason, Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._blacklist import LISTED
from accounts.strategies._joined import user_verdict
from accounts.strategies._memory import MAX_DELAY, BlacklistInMemory
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims
from accounts.tokens.realm import Realm


class JwtBlacklistMemory(StrictStrategy):
    """A blacklist is small, only log-outs whose tokens have not yet expired: keep it in memory.

    A request asks the process's own memory, without SQL, and then reads the user's row. Logging out
    writes the row that the other strategies write too, and the database tells the processes: on
    PostgreSQL by NOTIFY, as the row commits; on SQLite by a counter that each request compares.

    A process that hears nothing from its database does not guess: it looks into the table until it
    has connected again and loaded everything. What remains is the time a message takes. Logging out
    is known at once where it happened, and a moment later everywhere else.

    What nobody writes into it is not noticed: a new password, a refresh token used twice.
    """

    slug = "jwt-blacklist-memory"
    title = "JWT + blacklist in memory"
    subtitle = "signature and user + list in memory"
    checks = "Signed, not expired, not on the blacklist in memory, and the user is active"
    lookup = Lookup.NEARBY
    when_to_use = (
        "When the blacklist itself must cost no query, as in a service that reads no user's row "
        "either, and a log-out may take some milliseconds to reach the other processes."
    )
    order = 160
    propagation_delay = MAX_DELAY
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self.blacklist = BlacklistInMemory(realm.leeway)

    def judge(self, claims: Claims) -> Accepted | Refused:
        if self.blacklist.has_any(claims.jti, claims.sid):
            return LISTED
        return user_verdict(claims.user_id, claims.sid)  # one query

    def revoke(self, login: Login, credential: str = "") -> None:
        self.blacklist.add(login, EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        for login in Login.objects.live().filter(user=user):
            self.blacklist.add(login, EndReason.EVERYWHERE)

    def close(self) -> None:
        self.blacklist.close()
