"""simplejwt as it comes, for the strategies that show its defaults.

Its settings are global to the process; a realm's key, audience and lifetimes are given to its own
classes instead, so that neither the site nor a key rotation in the lab touches them.
https://django-rest-framework-simplejwt.readthedocs.io/en/latest/
"""

import uuid
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import (
    JWTAuthentication,
    JWTStatelessUserAuthentication,
)
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from accounts.tokens.realm import Realm, TokenRefused
from accounts.tracing.recorder import step

__all__ = ["PasswordSimplejwt", "Simplejwt", "StatelessSimplejwt", "Token"]


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
            signing_key=key.secret,  # type: ignore[arg-type]  # annotated as str, takes bytes too
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

    def pair(
        self, user: AbstractBaseUser, sid: uuid.UUID, extra: Mapping[str, Any]
    ) -> tuple[str, str]:
        """A new access and refresh token of the login ``sid``."""
        refresh = self.refresh_class.for_user(user)
        for name, value in {**extra, **self.claims_about(user), "sid": sid.hex}.items():
            refresh[name] = value
        with step("sign token", kind="crypto", detail=self._backend.algorithm):
            access = str(refresh.access_token)
        with step("sign token", kind="crypto", detail=self._backend.algorithm):
            return access, str(refresh)

    def claims_about(self, user: AbstractBaseUser) -> dict[str, Any]:
        """Further claims that this way of authentication needs."""
        return {}

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
        except UnicodeError as error:  # PyJWT does not expect text that no header can hold
            raise TokenRefused("verify signature", "token_not_valid", "Token is invalid") from error

    def user_of(self, token: Token) -> Any:
        """The user, found as simplejwt's authentication finds it.

        Raises:
            TokenRefused: no such user, an inactive one, or a replaced password.
        """
        return _user(self._authentication, token)

    def owner_of(self, refresh: Token) -> Any:
        """The user of a refresh token, as simplejwt's ``TokenRefreshSerializer`` finds it.

        It reads the row whichever authentication the requests have, and compares no password.

        Raises:
            TokenRefused: no such user, or an inactive one.
        """
        return _user(JWTAuthentication(), refresh)


def _user(authentication: JWTAuthentication, token: Token) -> Any:
    try:
        return authentication.get_user(token)
    except AuthenticationFailed as error:
        detail = error.detail
        code = detail["code"] if isinstance(detail, dict) else error.get_codes()
        text = detail["detail"] if isinstance(detail, dict) else detail
        raise TokenRefused("load user", str(code), str(text)) from error


class StatelessSimplejwt(Simplejwt):
    """The same with ``JWTStatelessUserAuthentication``: the user is what the token says."""

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm, JWTStatelessUserAuthentication)

    def claims_about(self, user: AbstractBaseUser) -> dict[str, Any]:
        """The user's name: no row will be read for it."""
        return {"username": user.get_username()}


class PasswordSimplejwt(Simplejwt):
    """The same with ``CHECK_REVOKE_TOKEN``, a switch of the whole process, for one realm only.

    The claim, the digest and the comparison are simplejwt's.
    https://django-rest-framework-simplejwt.readthedocs.io/en/latest/settings.html#check-revoke-token
    """

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm, _PasswordAuthentication)

    def claims_about(self, user: AbstractBaseUser) -> dict[str, Any]:
        """A digest of the password's hash."""
        return {api_settings.REVOKE_TOKEN_CLAIM: get_md5_hash_password(user.password)}


class _PasswordAuthentication(JWTAuthentication):
    def get_user(self, validated_token: Token) -> Any:
        user = super().get_user(validated_token)
        digest = get_md5_hash_password(user.password)
        if validated_token.get(api_settings.REVOKE_TOKEN_CLAIM) != digest:
            raise AuthenticationFailed(
                "The user's password has been changed.", code="password_changed"
            )
        return user
