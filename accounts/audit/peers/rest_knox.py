"""django-rest-knox: a token for each log-in, of which a digest is stored.

Followed: https://jazzband.github.io/django-rest-knox/installation/ and .../auth/
"""

from datetime import timedelta

from _django import COMMON, LIFETIME, configure, rest_views, serve, short
from django.urls import path

configure(
    apps=["rest_framework", "knox"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    REST_KNOX=short(TOKEN_TTL=timedelta(seconds=LIFETIME)),
)

from django.contrib.auth import login
from knox.views import LoginView as KnoxLoginView
from knox.views import LogoutAllView, LogoutView
from rest_framework import permissions
from rest_framework.authtoken.serializers import AuthTokenSerializer


class LoginView(KnoxLoginView):
    """Its documentation's own view, for a name and a password."""

    permission_classes = (permissions.AllowAny,)

    def post(self, request, format=None):  # noqa: A002 - as the library has it
        """Log in."""
        serializer = AuthTokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        login(request, serializer.validated_data["user"])
        return super().post(request, format=None)


urlpatterns = [
    *COMMON,
    *rest_views(),
    path("api/auth/login/", LoginView.as_view()),
    path("api/auth/logout/", LogoutView.as_view()),
    path("api/auth/logoutall/", LogoutAllView.as_view()),
]

if __name__ == "__main__":
    serve()
