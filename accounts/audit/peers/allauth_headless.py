"""django-allauth headless for apps: a session token, or its JWT strategy.

Followed: https://docs.allauth.org/en/latest/headless/installation.html,
.../headless/token-strategies/session-tokens.html and .../headless/token-strategies/jwt-tokens.html
"""

import os
from pathlib import Path

from _django import COMMON, LIFETIME, configure, rest_views, serve, short
from django.urls import include, path

JWT = os.environ["PEER_STRATEGY"] == "jwt"


def private_key():
    """A key of its own for each secret, made once."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    file = Path(os.environ["DATA"]) / f"{os.environ['SECRET'][:8]}.pem"
    if not file.exists():
        file.write_bytes(
            rsa.generate_private_key(65537, 2048).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return file.read_text()


AUTHENTICATION = "allauth.headless.contrib.rest_framework.authentication"
configure(
    apps=["rest_framework", "allauth", "allauth.account", "allauth.headless"],
    middleware=["allauth.account.middleware.AccountMiddleware"],
    AUTHENTICATION_BACKENDS=[
        "django.contrib.auth.backends.ModelBackend",
        "allauth.account.auth_backends.AuthenticationBackend",
    ],
    ACCOUNT_EMAIL_VERIFICATION="none",
    ACCOUNT_LOGIN_METHODS={"username"},
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
    HEADLESS_ONLY=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            f"{AUTHENTICATION}.{'JWTTokenAuthentication' if JWT else 'XSessionTokenAuthentication'}"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    **(
        {
            "HEADLESS_TOKEN_STRATEGY": "allauth.headless.tokens.strategies.jwt.JWTTokenStrategy",
            "HEADLESS_JWT_PRIVATE_KEY": private_key(),
            "HEADLESS_JWT_STATEFUL_VALIDATION_ENABLED": bool(os.environ.get("PEER_STATEFUL")),
            **short(
                HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN=LIFETIME,
                HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN=LIFETIME,
            ),
        }
        if JWT
        else short(SESSION_COOKIE_AGE=LIFETIME)
    ),
)

urlpatterns = [*COMMON, *rest_views(), path("_allauth/", include("allauth.headless.urls"))]

if __name__ == "__main__":
    serve()
