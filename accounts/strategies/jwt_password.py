"""simplejwt with its one switch for invalidation."""

import uuid

from accounts.models import Login
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tokens.simplejwt import PasswordSimplejwt


class JwtPassword(Strategy):
    """simplejwt with ``CHECK_REVOKE_TOKEN``: a new password ends all tokens from before.

    The token carries a digest of the password's hash, and the user's row, which is read anyway,
    must still give the same one. So a change of password costs no query and reaches every token.

    There is nothing finer: whoever logs out without changing the password logs nobody out.
    """

    slug = "jwt-password"
    title = "+ password digest"
    subtitle = "CHECK_REVOKE_TOKEN"
    family = Family.JWT
    checks = "Signed, not expired, the same password, and the user is active"
    when_to_use = (
        "When you use simplejwt as it comes and a new password has to end all tokens. Logging out "
        "still ends none."
    )
    order = 130
    refreshes = True
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        **_jwt.SIMPLEJWT_EXPECTS,
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._simplejwt = PasswordSimplejwt(realm)

    def issue(self, login: Login) -> Credential:
        """simplejwt's pair of tokens with a digest of the password's hash."""
        return _jwt.simplejwt_pair(self._simplejwt, login)

    def check(self, credential: str) -> Accepted | Refused:
        """The signature, then one query: the user, whose password must be the same."""
        try:
            token = self._simplejwt.verify(credential)
            user = self._simplejwt.user_of(token)
        except TokenRefused as error:
            return _jwt.refused(error)
        return Accepted(user, user.role, _jwt.login_id(token))

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token with the old digest: simplejwt compares it only when it is used."""
        try:
            token = self._simplejwt.verify_refresh(refresh)
        except TokenRefused as error:
            return _jwt.refused(error)
        return _jwt.simplejwt_renew(self._simplejwt, token, refresh)
