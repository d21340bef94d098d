"""The site's own bearer tokens: signature, then one query."""

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any

from accounts.models import BlacklistedToken, EndReason, Login, User
from accounts.strategies import _jwt, _rotation
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._joined import Statement, fetch, judge, statement, table
from accounts.tokens.codec import Claims, decode
from accounts.tokens.realm import TokenRefused

# The statement gives the reason as the number that is stored.
_REASONS = BlacklistedToken._meta.get_field("reason").texts


@cache
def _question() -> Statement:
    """Parameters: jti, sid (is either blacklisted?), sid, user."""
    return statement(
        f"{table(User)} u LEFT JOIN {table(Login)} l ON l.id = %s AND l.user_id = u.id "
        "WHERE u.id = %s",
        f", (SELECT b.reason FROM {table(BlacklistedToken)} b "  # noqa: S608 - our own text
        "WHERE b.jti IN (%s, %s) LIMIT 1) AS blacklisted",
        ended="NULL",  # the blacklist decides: whatever ends this login writes a row there
    )


class JwtBlacklistJoined(Strategy):
    """Check the signature, then ask one question: the user, the login, and is it blacklisted.

    The blacklist, the login and the user's row are read by one statement that is put together once
    and only executed per request. A revocable token then costs one query, no more than one that
    cannot be revoked. Logging out everywhere raises a counter on the user row, which the same
    statement compares.

    This is the bearer token of this site's API.
    """

    slug = Login.TOKEN_STRATEGY
    title = "+ blacklist, one query"
    subtitle = "blacklist joined to user"
    family = Family.JWT
    checks = "Signed, not expired, not on the blacklist, and the user is active"
    when_to_use = (
        "When API clients want tokens that say who they are, and each log-out has to count at "
        "once. It costs one query, like a session that is joined to its user."
    )
    order = 150
    refreshes = True

    def issue(self, login: Login) -> Credential:
        """A pair of tokens with the login's id in both."""
        return _jwt.strict_pair(self.realm, login, _rotation.start(login))

    def check(self, credential: str) -> Accepted | Refused:
        """The signature, then one query."""
        try:
            return _judge(decode(self.realm, credential))
        except TokenRefused as error:
            return _jwt.refused(error)

    def check_any(self, token: str) -> tuple[Accepted | Refused, Claims | None]:
        """Judge a token of either type; the claims too, when they could be read."""
        try:
            claims = decode(self.realm, token, token_type=None)
        except TokenRefused as error:
            return _jwt.refused(error), None
        verdict = _judge(claims)
        if claims.token_type == "refresh" and isinstance(verdict, Accepted):
            unspent = Login.objects.filter(pk=claims.sid, refresh_jti=claims.jti)
            return (verdict if unspent.exists() else _SPENT), claims
        return verdict, claims

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new pair of the same login, within its fixed end; a spent refresh token ends it."""
        try:
            claims = decode(self.realm, refresh, token_type="refresh")
        except TokenRefused as error:
            return _jwt.refused(error)
        verdict = _judge(claims)
        if isinstance(verdict, Refused):
            return verdict
        spent = _rotation.spend(claims, client=client, grace=self.realm.refresh_grace)
        if isinstance(spent, Refused):
            return spent
        return _jwt.strict_pair(self.realm, spent.login, spent.refresh_jti)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login: every token it was ever given, older access tokens too."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The blacklist row, once there is one."""
        return _jwt.blacklist_rows(login)


_SPENT = Refused("look up refresh token", "refresh_spent", "This refresh token has been spent")


def _judge(claims: Claims) -> Accepted | Refused:
    row: Any = fetch(_question(), claims.jti, claims.sid, claims.sid, claims.user_id)
    if row is None:
        return Refused("load user", "user_not_found", "User not found")
    if row.blacklisted:
        reason = EndReason(_REASONS[row.blacklisted]).label
        return Refused("look up blacklist", "token_blacklisted", f"Token is blacklisted: {reason}")
    return judge(row)
