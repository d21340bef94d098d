"""The family base of tokens that our own strict decoder reads."""

import uuid
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from accounts.models import EndReason, Login, User, login_replace
from accounts.strategies import _rotation
from accounts.strategies._base import (
    Accepted,
    Credential,
    Family,
    Refused,
    Rows,
    Strategy,
    refusing,
)
from accounts.strategies._rows import blacklist_rows
from accounts.tokens.codec import Claims, decode, issue
from accounts.tokens.realm import Realm, TokenType


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user as far as a token tells it: no row was read."""

    pk: int
    username: str
    is_authenticated: ClassVar[bool] = True  # Django and REST framework ask a user for that


def told_of(user: User) -> dict[str, str]:
    """What a token says of its user, so that nobody has to read the row."""
    return {"role": user.role, "username": user.get_username()}


def as_told(claims: Claims) -> Accepted:
    """The user as the token says; no row is read."""
    user = NamedUser(claims.user_id, str(claims.extra.get("username", "")))
    return Accepted(user, str(claims.extra.get("role", "")), claims.sid)


class StrictStrategy(Strategy):
    """A pair of tokens of one login, decoded strictly. A strategy says what else it asks.

    Without ``refreshes`` there is one token alone.
    """

    family = Family.JWT
    refreshes = True
    #: Whether a refresh token works once: a renewal gives a new pair, and a replay ends the login.
    rotates: ClassVar[bool] = False
    #: Claims of a refresh token that the access tokens repeat which it gives.
    kept: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def judge(self, claims: Claims) -> Accepted | Refused:
        """Judge a token whose form, signature and times hold."""

    def claims_about(self, user: User) -> dict[str, Any]:
        """Further claims for both tokens."""
        return {}

    def __init__(self, realm: Realm) -> None:
        # No script can renew what it cannot read: in a cookie a token lives as long as its login.
        usual = realm.login_lifetime if self.in_cookie else realm.access_lifetime
        shorter = min(usual, self.token_lifetime or usual)
        if shorter != realm.access_lifetime:
            realm = replace(realm, access_lifetime=shorter)
        super().__init__(realm)

    def claims_of(self, login: Login) -> dict[str, Any]:
        """Further claims for both tokens, of the login alone."""
        return {}

    def issue(self, login: Login) -> Credential:
        if not self.refreshes:
            about = self.claims_about(login.user) | self.claims_of(login)
            return Credential(self._token(login, "access", about), login.expires)
        return self._pair(login, _rotation.start(login) if self.rotates else None)

    def pair_of(self, login: Login) -> Credential:
        """The first pair of a login whose row names its refresh token already. No query."""
        return self._pair(login, login.refresh_jti)

    def opened(self, token: str, token_type: TokenType = "access") -> Claims:
        """What a token says whose form, signature and times hold.

        Raises:
            TokenRefused: they do not.
        """
        return decode(self.realm, token, token_type=token_type)

    @refusing
    def check(self, credential: str) -> Accepted | Refused:
        return self.judge(self.opened(credential))

    @refusing
    def renew(self, refresh: str) -> Credential | Refused:
        claims = self.opened(refresh, "refresh")
        verdict = self.judge(claims)
        if isinstance(verdict, Refused):
            return verdict
        if self.rotates:
            spent = _rotation.spend(claims, grace=self.realm.refresh_grace)
            return spent if isinstance(spent, Refused) else self._pair(*spent)
        # The login's row was not read: the new access token ends with the refresh token.
        ends = datetime.fromtimestamp(claims.expires, UTC)
        login = Login(id=claims.sid, user_id=claims.user_id, expires=ends)
        kept = {name: claims.extra.get(name) for name in self.kept}
        access = self._token(login, "access", self.claims_about(verdict.user) | kept)
        return Credential(access, self.realm.access_expires(), refresh)

    def reissue(self, login: Login, credential: str) -> Credential:
        """New tokens; under a new login where its row counts, so that no token from before does.

        Raises:
            Login.DoesNotExist: the login has ended meanwhile.
        """
        if self.rotates:
            return self.pair_of(login_replace(login, reason=EndReason.PASSWORD))
        return self.issue(login)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        """The blacklist's row, once there is one."""
        return blacklist_rows(login)

    def _pair(self, login: Login, refresh_jti: uuid.UUID | None) -> Credential:
        about = self.claims_about(login.user) | self.claims_of(login)
        pair = {"pair": refresh_jti.hex} if refresh_jti else {}
        own = self.realm.claims_about(login.user)
        access = self._token(login, "access", about | own | pair)
        refresh = self._token(login, "refresh", about, refresh_jti)
        return Credential(access, self.realm.access_expires(), refresh)

    def _token(
        self,
        login: Login,
        token_type: TokenType,
        about: Mapping[str, Any],
        jti: uuid.UUID | None = None,
    ) -> str:
        return issue(
            self.realm,
            token_type=token_type,
            user_id=login.user_id,
            sid=login.id,
            login_expires=login.expires,
            jti=jti,
            extra=about,
        )
