"""A blacklist beside simplejwt's default: what people write."""

import uuid
from collections.abc import Sequence

from accounts.models import BlacklistedToken, EndReason, Login, User, blacklist_login
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tokens.simplejwt import Simplejwt, Token

_LISTED = Refused("look up blacklist", "token_blacklisted", "This login is on the blacklist")


class JwtBlacklist(Strategy):
    """Check the signature, look the token up in a blacklist, then read the user's row.

    Logging out writes the login's id (``sid``) into a table, and every request asks whether its
    token or its login is in there. That resolves invalidation, at the price of a second query: now
    a request costs as many as Django's session does.

    Only what somebody writes into the table counts. Whoever changes a password has to think of
    blacklisting the other logins too: here, as with simplejwt's own blacklist, nobody does.
    """

    slug = "jwt-blacklist"
    title = "+ blacklist"
    subtitle = "look-up by jti and sid"
    family = Family.JWT
    checks = "Signed, not expired, not on the blacklist, and the user is active"
    when_to_use = (
        "When you use simplejwt already and want a log-out to count without writing SQL. It costs "
        "two queries, as many as the session it was to replace."
    )
    order = 140
    refreshes = True
    expects = {
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
        """Two queries: the blacklist, the user."""
        try:
            token = self._simplejwt.verify(credential)
            if _is_listed(token):
                return _LISTED
            user = self._simplejwt.user_of(token)
        except TokenRefused as error:
            return _jwt.refused(error)
        return Accepted(user, user.role, _jwt.login_id(token))

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token, unless the login is blacklisted."""
        try:
            token = self._simplejwt.verify_refresh(refresh)
        except TokenRefused as error:
            return _jwt.refused(error)
        if _is_listed(token):
            return _LISTED
        return _jwt.simplejwt_renew(self._simplejwt, token, refresh)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login: every token it was ever given."""
        blacklist_login(login, reason=EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Blacklist each live login of the user."""
        for login in Login.objects.live().filter(user=user):
            blacklist_login(login, reason=EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The blacklist row, once there is one."""
        return _jwt.blacklist_rows(login)


def _is_listed(token: Token) -> bool:
    ids = [uuid.UUID(hex=token["jti"]), _jwt.login_id(token)]
    return BlacklistedToken.objects.filter(jti__in=ids).exists()
