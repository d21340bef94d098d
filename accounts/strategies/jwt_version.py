"""A counter on the user's row, known as refreshTokenVersion."""

import uuid
from collections.abc import Sequence

from django.db.models import F

from accounts.models import Login, User
from accounts.strategies import _jwt
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.strategies._joined import fetch_user
from accounts.tokens.codec import Claims, decode
from accounts.tokens.realm import TokenRefused

_NO_USER = Refused("load user", "user_not_found", "User not found")
_INACTIVE = Refused("load user", "user_inactive", "The account is disabled")
_OUTDATED = Refused(
    "compare version", "version_outdated", "The user's counter was raised since this token was made"
)


class JwtVersion(Strategy):
    """The token carries a version, and the user's row must have the same one.

    The row is read anyway, so revoking is free: raise the counter by one, and every token from
    before is refused. No table, nothing to prune.

    But there is one counter per user. Logging out one device logs out all of them: the counter
    cannot say which login is meant.
    """

    slug = "jwt-version"
    title = "Token version"
    subtitle = "a counter on the user row"
    family = Family.JWT
    checks = "Signed, not expired, the user's version, and the user is active"
    when_to_use = (
        "When logging out may mean logging out everywhere: one number on the user's row, no table "
        "and nothing to prune."
    )
    order = 170
    refreshes = True
    expects = {
        "log-out": Expected(Outcome.REFUSED, "collateral"),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def issue(self, login: Login) -> Credential:
        """A pair of tokens with the user's version."""
        return _jwt.strict_pair(self.realm, login, claims={"ver": login.user.token_version})

    def check(self, credential: str) -> Accepted | Refused:
        """The signature, then one query: the user with the counter."""
        try:
            return _judge(decode(self.realm, credential))
        except TokenRefused as error:
            return _jwt.refused(error)

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new access token of the same version; the refresh token may be used again."""
        try:
            claims = decode(self.realm, refresh, token_type="refresh")
        except TokenRefused as error:
            return _jwt.refused(error)
        verdict = _judge(claims)
        if isinstance(verdict, Refused):
            return verdict
        return _jwt.strict_renew(self.realm, claims, refresh, {"ver": claims.extra["ver"]})

    def revoke(self, login: Login, credential: str = "") -> None:
        """Raise the counter: this device cannot be told from the others."""
        self.revoke_all(login.user)

    def revoke_all(self, user: User) -> None:
        """Raise the counter."""
        User.objects.filter(pk=user.pk).update(token_version=F("token_version") + 1)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The user's row with the counter."""
        rows = User.objects.filter(pk=login.user_id)
        return [
            StoredRow(User._meta.db_table, {"token_version": str(row.token_version)})
            for row in rows
        ]


def _judge(claims: Claims) -> Accepted | Refused:
    user = fetch_user(claims.user_id)
    if user is None:
        return _NO_USER
    if not user.is_active:
        return _INACTIVE
    if claims.extra.get("ver") != user.token_version:
        return _OUTDATED
    return Accepted(user, user.role, claims.sid)
