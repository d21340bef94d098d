"""simplejwt without a look-up."""

import uuid

from accounts.models import Login
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tokens.simplejwt import StatelessSimplejwt


class JwtStateless(Strategy):
    """Only the signature is checked: the request costs no query at all.

    simplejwt's ``JWTStatelessUserAuthentication`` takes everything from the token, the role too.
    This is what tokens were made for, and where they are cheap: a service that has no user table
    can judge a request by itself.

    The price is that nothing reaches a token that has been issued. Neither a log-out nor a disabled
    account nor a role that was taken away is noticed before the token expires. Only when it is
    refreshed does simplejwt look at the user's row, and even then it copies the old role.
    """

    slug = "jwt-stateless"
    title = "Signature only"
    subtitle = "no look-up"
    family = Family.JWT
    checks = "Signed and not expired: the database was not asked"
    when_to_use = (
        "Between services that trust one issuer and share no database, with tokens that live for "
        "a minute. Not for people who log out."
    )
    order = 110
    refreshes = True
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        "account-disabled": Expected(Outcome.LATER, "not-applicable"),
        "role-removed": Expected(Outcome.STALE_ROLE),
        **_jwt.SIMPLEJWT_EXPECTS,
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._simplejwt = StatelessSimplejwt(realm)

    def issue(self, login: Login) -> Credential:
        """simplejwt's pair of tokens; they name the user and its role."""
        return _jwt.simplejwt_pair(self._simplejwt, login)

    def check(self, credential: str) -> Accepted | Refused:
        """simplejwt's ``JWTStatelessUserAuthentication``: no query."""
        try:
            token = self._simplejwt.verify(credential)
            user = self._simplejwt.user_of(token)
        except TokenRefused as error:
            return _jwt.refused(error)
        return Accepted(user, str(user.role), _jwt.login_id(token))

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token; the refresh token may be used again and again."""
        try:
            token = self._simplejwt.verify_refresh(refresh)
        except TokenRefused as error:
            return _jwt.refused(error)
        return _jwt.simplejwt_renew(self._simplejwt, token, refresh)
