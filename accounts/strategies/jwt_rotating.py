"""Short access tokens, and refresh tokens that are spent on use."""

import uuid
from collections.abc import Sequence

from accounts.models import EndReason, Login, User
from accounts.strategies import _jwt, _rotation
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.codec import decode
from accounts.tokens.realm import TokenRefused
from accounts.tracing.redaction import mask


class JwtRotating(Strategy):
    """Access tokens that nobody looks up, and a refresh token that works once.

    A request costs no query. The server asks its database only when the access token has run out
    and the refresh token is spent for a new pair: one UPDATE, which only the first of two can win.
    So a log-out, a disabled account or a lost role is noticed at the next refresh, and a stolen
    access token goes on until it expires. How long that is, is the price one sets.

    A refresh token that was spent before and comes back means that two have it. Nobody can tell the
    thief from the owner, so the whole login ends, and the list of logins says why. One thing looks
    the same: the answer to a refresh got lost, and the client asks again. Within a short grace the
    client that spent the token (by address and user agent) is given the lost successor once more.
    """

    slug = "jwt-rotating"
    title = "Rotated refresh"
    subtitle = "short access token, no look-up"
    family = Family.JWT
    checks = "Signed and not expired: the database is asked when it is refreshed"
    when_to_use = (
        "When clients stay logged in for weeks, an access token that lives on for minutes does no "
        "harm, and a stolen refresh token has to be noticed."
    )
    order = 180
    refreshes = True
    expects = {
        "log-out": Expected(Outcome.LATER),
        "log-out-everywhere": Expected(Outcome.LATER, "not-applicable"),
        "password-change": Expected(Outcome.LATER),
        "account-disabled": Expected(Outcome.LATER, "not-applicable"),
        "role-removed": Expected(Outcome.STALE_ROLE),
        "refresh-replayed": Expected(Outcome.LATER),
    }

    def issue(self, login: Login) -> Credential:
        """A pair of tokens; the login's row knows the refresh token by its jti."""
        return self._pair(login, _rotation.start(login))

    def check(self, credential: str) -> Accepted | Refused:
        """The signature and the times: no query."""
        try:
            claims = decode(self.realm, credential)
        except TokenRefused as error:
            return _jwt.refused(error)
        user = _jwt.NamedUser(claims.user_id, str(claims.extra.get("username", "")))
        return Accepted(user, str(claims.extra.get("role", "")), claims.sid)

    def renew(self, refresh: str, *, client: uuid.UUID | None = None) -> Credential | Refused:
        """A new pair with the current role; a token that was spent before ends the login."""
        try:
            claims = decode(self.realm, refresh, token_type="refresh")
        except TokenRefused as error:
            return _jwt.refused(error)
        spent = _rotation.spend(claims, client=client, grace=self.realm.refresh_grace)
        if isinstance(spent, Refused):
            return spent
        return self._pair(spent.login, spent.refresh_jti)

    def revoke(self, login: Login, credential: str = "") -> None:
        """End the login: its refresh token is worth nothing from now on."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that a refresh compares."""
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The login's row with the one refresh token that is not yet spent."""
        return [
            StoredRow(
                Login._meta.db_table,
                {
                    "refresh_jti": mask(row.refresh_jti.hex) if row.refresh_jti else "",
                    "expires": f"{row.expires:%Y-%m-%d %H:%M:%S}",
                    "ended": row.get_end_reason_display() or "no",
                },
            )
            for row in Login.objects.filter(pk=login.pk)
        ]

    def _pair(self, login: Login, refresh_jti: uuid.UUID) -> Credential:
        user = login.user
        claims = {"role": user.role, "username": user.get_username()}
        return _jwt.strict_pair(self.realm, login, refresh_jti, claims=claims)
