"""dj-rest-auth with JWT in HttpOnly cookies; simplejwt makes the tokens.

Followed: https://dj-rest-auth.readthedocs.io/en/latest/getting-started/installation/
"""

from datetime import timedelta

from _django import COMMON, LIFETIME, configure, rest_views, serve, short
from django.urls import include, path

SHORT = timedelta(seconds=LIFETIME)

configure(
    apps=["rest_framework", "rest_framework.authtoken", "dj_rest_auth"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["dj_rest_auth.jwt_auth.JWTCookieAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    REST_AUTH={
        "USE_JWT": True,
        "JWT_AUTH_COOKIE": "my-app-auth",
        "JWT_AUTH_REFRESH_COOKIE": "my-refresh-token",
    },
    SIMPLE_JWT=short(ACCESS_TOKEN_LIFETIME=SHORT, REFRESH_TOKEN_LIFETIME=SHORT),
)

from dj_rest_auth.jwt_auth import get_refresh_view

urlpatterns = [
    *COMMON,
    *rest_views(),
    path("dj-rest-auth/", include("dj_rest_auth.urls")),
    path("dj-rest-auth/token/refresh/", get_refresh_view().as_view()),
]

if __name__ == "__main__":
    serve()
