"""simplejwt as it comes, for the strategies that show its defaults.

Its settings are global to the process; a realm's key, audience and lifetimes are given to its own
classes instead, so that neither the site nor a key rotation in the lab touches them.
https://django-rest-framework-simplejwt.readthedocs.io/en/latest/
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import Login, User
from accounts.tokens.codec import TokenRefused
from accounts.tokens.realm import Realm
from accounts.tracing import step


class Simplejwt:
    """simplejwt's tokens and its authentication, bound to one realm."""

    def __init__(
        self, realm: Realm, authentication: type[JWTAuthentication] = JWTAuthentication
    ) -> None:
        self.realm = realm
        self._authentication = authentication()

    @cached_property
    def _backend(self) -> TokenBackend:
        key = self.realm.keyring.signing
        return TokenBackend(
            key.algorithm,
            signing_key=key.secret,
            audience=self.realm.audience,
            issuer=self.realm.issuer,
            leeway=self.realm.leeway,
        )

    @cached_property
    def access_class(self) -> type[AccessToken]:
        """simplejwt's access token with this realm's key and lifetime."""
        attributes = {"_token_backend": self._backend, "lifetime": self.realm.access_lifetime}
        return type("AccessToken", (AccessToken,), attributes)

    @cached_property
    def refresh_class(self) -> type[RefreshToken]:
        """simplejwt's refresh token with this realm's key and lifetime."""
        attributes = {
            "_token_backend": self._backend,
            "lifetime": self.realm.refresh_lifetime,
            "access_token_class": self.access_class,
        }
        return type("RefreshToken", (RefreshToken,), attributes)

    def pair(self, login: Login, user: User, extra: Mapping[str, Any]) -> tuple[str, str]:
        """A new access and refresh token of a login."""
        refresh = self.refresh_class.for_user(user)
        for name, value in {**extra, "sid": login.id.hex}.items():
            refresh[name] = value
        with step("sign token", kind="crypto", detail=self._backend.algorithm):
            access = str(refresh.access_token)
        with step("sign token", kind="crypto", detail=self._backend.algorithm):
            return access, str(refresh)

    def access_from(self, refresh: Token) -> str:
        """A new access token for a verified refresh token."""
        with step("sign token", kind="crypto", detail=self._backend.algorithm):
            return str(refresh.access_token)  # type: ignore[attr-defined]

    def verify(self, raw: str) -> Token:
        """Check signature, expiry and type of an access token, as simplejwt does.

        Raises:
            TokenRefused: what simplejwt found wrong.
        """
        return self._verified(self.access_class, raw)

    def verify_refresh(self, raw: str) -> Token:
        """The same for a refresh token."""
        return self._verified(self.refresh_class, raw)

    def _verified(self, token_class: type[Token], raw: str) -> Token:
        try:
            with step("verify signature", kind="crypto", detail=self._backend.algorithm):
                return token_class(raw)  # type: ignore[arg-type]  # simplejwt's own annotation
        except ExpiredTokenError as error:
            raise TokenRefused("verify signature", "expired", "Token is expired") from error
        except TokenError as error:
            reason = str(error.args[0])
            raise TokenRefused("verify signature", "token_not_valid", reason) from error

    def user_of(self, token: Token) -> Any:
        """The user, found as simplejwt finds it.

        Raises:
            TokenRefused: no such user, an inactive one, or a replaced password.
        """
        try:
            return self._authentication.get_user(token)
        except AuthenticationFailed as error:
            detail = error.detail
            code = detail["code"] if isinstance(detail, dict) else error.get_codes()
            text = detail["detail"] if isinstance(detail, dict) else detail
            raise TokenRefused("load user", str(code), str(text)) from error
