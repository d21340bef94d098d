"""djangorestframework-simplejwt: as it comes, or with its blacklist app and every switch on.

Followed: https://django-rest-framework-simplejwt.readthedocs.io/en/latest/getting_started.html
and, for the switches, .../blacklist_app.html and .../settings.html
"""

import os
from datetime import timedelta

from _django import COMMON, LIFETIME, configure, rest_views, serve, short
from django.urls import path

ALL = os.environ.get("PEER_SWITCHES") == "all"
SWITCHES = {
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    "UPDATE_LAST_LOGIN": True,
}
SHORT = timedelta(seconds=LIFETIME)

configure(
    apps=["rest_framework", *(["rest_framework_simplejwt.token_blacklist"] if ALL else [])],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework_simplejwt.authentication.JWTAuthentication"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    SIMPLE_JWT={
        **(SWITCHES if ALL else {}),
        **short(ACCESS_TOKEN_LIFETIME=SHORT, REFRESH_TOKEN_LIFETIME=SHORT),
    },
)

from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

urlpatterns = [
    *COMMON,
    *rest_views(),
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
]
if ALL:
    urlpatterns.append(path("api/token/blacklist/", TokenBlacklistView.as_view()))

if __name__ == "__main__":
    serve()
