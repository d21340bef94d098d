"""simplejwt's default."""

import uuid

from accounts.models import Login
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tokens.simplejwt import Simplejwt


class JwtUser(Strategy):
    """simplejwt as it comes: check the signature, then read the user's row.

    The token names its user and says when it expires, and the signature proves that the server
    wrote it. That is all that is asked: the server keeps nothing about the token, so it has nothing
    to delete when somebody logs out. Only the user's row is fresh: a disabled account is noticed.
    """

    slug = "jwt-user"
    title = "Signature + user row"
    subtitle = "simplejwt's default"
    family = Family.JWT
    checks = "Signed and not expired, and the user is active: nothing else was asked"
    when_to_use = (
        "When a stolen token may be used until it expires, and only a disabled account has to be "
        "stopped at once."
    )
    order = 120
    refreshes = True
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        **_jwt.SIMPLEJWT_EXPECTS,
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._simplejwt = Simplejwt(realm)

    def issue(self, login: Login) -> Credential:
        """simplejwt's pair of tokens."""
        return _jwt.simplejwt_pair(self._simplejwt, login)

    def check(self, credential: str) -> Accepted | Refused:
        """simplejwt's ``JWTAuthentication``: one query."""
        try:
            token = self._simplejwt.verify(credential)
            user = self._simplejwt.user_of(token)
        except TokenRefused as error:
            return _jwt.refused(error)
        return Accepted(user, user.role, _jwt.login_id(token))

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token; the refresh token may be used again and again."""
        try:
            token = self._simplejwt.verify_refresh(refresh)
        except TokenRefused as error:
            return _jwt.refused(error)
        return _jwt.simplejwt_renew(self._simplejwt, token, refresh)
