"""Two strategies to compare with, which the site does not offer: they are in no registry."""

from django.contrib.auth.models import AnonymousUser

from accounts.bench.result import BASELINE
from accounts.models import Login
from accounts.strategies import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._blacklist import LISTED
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from accounts.tokens.codec import Claims

_ANONYMOUS = Accepted(AnonymousUser(), "")


class Baseline(Strategy):
    """No authentication: accepts every credential without looking at it.

    A request goes through the same middleware and the same view as with any other strategy, so that
    the difference between the two is the cost of carrying a login.
    """

    slug = BASELINE
    title = "Nobody asks"
    subtitle = "the same view, no authentication"
    family = Family.OPAQUE
    checks = "Nothing"
    order = 0

    def issue(self, login: Login) -> Credential:
        return Credential("nobody", login.expires)

    def check(self, credential: str) -> Accepted:
        return _ANONYMOUS


class NoUserRow(JwtBlacklistMemory):
    """``jwt-blacklist-memory`` without its one query, for the user's row.

    It checks signature and blacklist alone, so that the difference between the two is the cost of
    the user's row.
    """

    slug = "no-user-row"

    def issue(self, login: Login) -> Credential:
        self._user = login.user
        return super().issue(login)

    def judge(self, claims: Claims) -> Accepted | Refused:
        if self.blacklist.has_any(claims.jti, claims.sid):
            return LISTED
        return Accepted(self._user, self._user.role, claims.sid)
