"""djangorestframework-simplejwt: as it comes, or with its blacklist app and every switch on.

Followed: https://django-rest-framework-simplejwt.readthedocs.io/en/latest/getting_started.html
and, for the switches, .../blacklist_app.html and .../settings.html
"""

import os

from _django import COMMON, configure, rest_views, serve
from django.urls import path

ALL = os.environ.get("PEER_SWITCHES") == "all"

configure(
    apps=["rest_framework", *(["rest_framework_simplejwt.token_blacklist"] if ALL else [])],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "rest_framework_simplejwt.authentication.JWTAuthentication"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    SIMPLE_JWT={
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
        "CHECK_REVOKE_TOKEN": True,
        "UPDATE_LAST_LOGIN": True,
    }
    if ALL
    else {},
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
