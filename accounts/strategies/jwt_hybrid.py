"""A session, and a token of one minute that vouches for it."""

from datetime import timedelta

from accounts.models import EndReason, Login, User
from accounts.strategies._base import Accepted, Credential, Expected, Lookup, Outcome, Refused
from accounts.strategies._session_key import key_make, login_by_key
from accounts.strategies._strict import StrictStrategy, as_told, told_of
from accounts.tokens.codec import Claims


class JwtHybrid(StrictStrategy):
    """A session row, and a token that says for one minute that the row was there.

    The client holds a session key, of which the server keeps a digest, and a short JWT. Requests
    send the JWT, which nobody looks up. Once a minute the session key comes instead: its row is
    read like any session's, and a new JWT is signed. So most requests cost no query, and a log-out,
    a disabled account or a lost role counts within a minute. It is a session with a cache that the
    client carries, and the minute is how stale that cache may be.
    """

    slug = "jwt-hybrid"
    title = "Session + one-minute JWT"
    subtitle = "signature only; the session once a minute"
    checks = "Signed, and the session was there within the last minute"
    lookup = Lookup.NOTHING
    when_to_use = "When most requests must cost no query, and a log-out may take a minute to count."
    order = 185
    token_lifetime = timedelta(minutes=1)
    expects = {
        **dict.fromkeys(("log-out", "password-change", "store-down"), Expected(Outcome.LATER)),
        "log-out-everywhere": Expected(Outcome.LATER, "not-applicable"),
        "account-disabled": Expected(Outcome.LATER, "not-applicable"),
        "role-removed": Expected(Outcome.STALE_ROLE),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def issue(self, login: Login) -> Credential:
        return self._vouched(login, key_make(self.realm, login))

    def judge(self, claims: Claims) -> Accepted:
        return as_told(claims)  # no query

    def renew(self, refresh: str) -> Credential | Refused:
        found = login_by_key(self.realm, refresh)  # one query
        return found if isinstance(found, Refused) else self._vouched(found, refresh)

    def revoke(self, login: Login, credential: str = "") -> None:
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        user.end_logins(EndReason.EVERYWHERE)

    def _vouched(self, login: Login, key: str) -> Credential:
        access = self._token(login, "access", told_of(login.user))
        return Credential(access, self.realm.access_expires(), key)
