"""What the JWT strategies share: the pair of tokens, and simplejwt's own way to judge one."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import BlacklistedToken, Login
from accounts.strategies._base import Credential, Refused, StoredRow
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.codec import Claims, issue
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tokens.simplejwt import Simplejwt, Token
from accounts.tracing.redaction import mask

# simplejwt knows one key: a retired one verifies nothing. Its refresh token may be used again and
# again, so that nobody notices who else does.
SIMPLEJWT_EXPECTS = {
    "refresh-replayed": Expected(Outcome.ACCEPTED),
    "key-rotated-overlap": Expected(Outcome.REFUSED, "collateral"),
}


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user as far as a token tells it: no row was read."""

    pk: int
    username: str


def simplejwt_pair(simplejwt: Simplejwt, login: Login) -> Credential:
    """simplejwt's pair of tokens, with the login and the role as further claims."""
    access, refresh = simplejwt.pair(login.user, login.id, {"role": login.user.role})
    return Credential(access, _expires(simplejwt.realm), refresh)


def strict_pair(
    realm: Realm,
    login: Login,
    refresh_jti: uuid.UUID | None = None,
    *,
    claims: Mapping[str, Any] | None = None,
) -> Credential:
    """A pair of tokens as the strict decoder wants them; ``claims`` are further ones for both."""
    access = strict_access(realm, login, claims=claims)
    refresh = issue(
        realm,
        token_type="refresh",
        user_id=login.user_id,
        sid=login.id,
        login_expires=login.expires,
        jti=refresh_jti,
        extra=claims,
    )
    return Credential(access, _expires(realm), refresh)


def strict_access(realm: Realm, login: Login, *, claims: Mapping[str, Any] | None = None) -> str:
    """An access token as the strict decoder wants it."""
    return issue(
        realm,
        token_type="access",
        user_id=login.user_id,
        sid=login.id,
        login_expires=login.expires,
        extra=claims,
    )


def strict_renew(
    realm: Realm, claims: Claims, refresh: str, extra: Mapping[str, Any] | None = None
) -> Credential:
    """A new access token for a verified refresh token, which may be used again.

    The login is known from the token itself; the access token ends with the refresh token.
    """
    ends = datetime.fromtimestamp(claims.expires, UTC)
    login = Login(id=claims.sid, user_id=claims.user_id, expires=ends)
    return Credential(strict_access(realm, login, claims=extra), _expires(realm), refresh)


def refused(error: TokenRefused) -> Refused:
    """A decoder's refusal as a verdict."""
    return Refused(error.step, error.code, error.reason)


def _expires(realm: Realm) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=int(realm.access_lifetime.total_seconds()))


def simplejwt_renew(simplejwt: Simplejwt, token: Token, refresh: str) -> Credential | Refused:
    """A new access token for a refresh token that was verified, as simplejwt's serializer does.

    The refresh token stays as it is: that is simplejwt's default.
    """
    try:
        simplejwt.owner_of(token)
    except TokenRefused as error:
        return refused(error)
    return Credential(simplejwt.access_from(token), _expires(simplejwt.realm), refresh)


def login_id(token: Token) -> uuid.UUID:
    """The sid of a verified token."""
    return uuid.UUID(hex=token["sid"])


def blacklist_rows(login: Login) -> list[StoredRow]:
    """The rows of the blacklist that end this login, as the page shows them."""
    return [
        StoredRow(
            BlacklistedToken._meta.db_table,
            {
                "jti": mask(row.jti.hex),
                "reason": row.get_reason_display(),
                "expires_at": f"{row.expires_at:%Y-%m-%d %H:%M:%S}",
            },
        )
        for row in BlacklistedToken.objects.filter(jti=login.id)
    ]
