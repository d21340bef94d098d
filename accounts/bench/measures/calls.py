"""Function calls of a request to the site: a figure without noise, where every time has some.

It is the same on each run of the same program, so a test can hold it. Requests go through the whole
WSGI application under the settings of production.
"""

import sys
import uuid
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings
from django.urls import path, reverse
from django.utils.module_loading import import_string
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.bench.client import Client, environ
from accounts.bench.result import SiteCalls
from accounts.models import User, login_begin
from accounts.strategies import Strategy
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.strategies.session_joined import SessionJoined
from accounts.tokens.realm import site_realm

WARM_UP = 8  # more than psycopg's prepare_threshold of 5, so that statements are prepared
COUNTED = 3
# What a demo has otherwise, as far as it takes part in a request.
PRODUCTION = {
    "TRACING": False,
    "ATTACKS": False,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
}
# As ``django-admin startproject`` writes it.
_NEW_PROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


def measure() -> SiteCalls:
    """The calls of each kind of request; makes a user and two logins."""
    user = User.objects.create_user(f"calls-{uuid.uuid4().hex}")
    token = _credential(JwtBlacklistJoined(site_realm()), user)
    key = _credential(SessionJoined(site_realm()), user)
    with override_settings(**PRODUCTION):
        site, me = Client(_site()), reverse("api-me")
        return {
            "token": _calls(site, me, {"Authorization": f"Bearer {token}"}),
            "session": _calls(site, me, {"Cookie": f"{settings.SESSION_COOKIE_NAME}={key}"}),
            "nobody": _nobody(),
            "bare": _bare(),
        }


def calls_of(send: Callable[[], object]) -> int:
    """The function calls, Python's own and those into C, that this thread makes in ``send``."""
    counts = {"call": 0, "c_call": 0}

    def count(frame: FrameType, event: str, argument: object) -> None:
        if event in counts:
            counts[event] += 1

    previous = sys.getprofile()
    sys.setprofile(count)
    try:
        send()
    finally:
        sys.setprofile(previous)
    return sum(counts.values())


def _site() -> Any:
    """The site's WSGI application, made anew: its middleware reads the settings when it is made."""
    return type(import_string(settings.WSGI_APPLICATION))(WSGIHandler())


def _credential(strategy: Strategy, user: User) -> str:
    return strategy.issue(login_begin(user, strategy=strategy.slug)).value


def _calls(client: Client, address: str, headers: dict[str, str]) -> int:
    """The smallest count: now and then Django or the database driver does some housekeeping."""
    counted = []
    for _ in range(WARM_UP + COUNTED):
        request = {**environ(address, headers), "wsgi.url_scheme": "https"}
        counted.append(calls_of(partial(client.send, request)))
    return min(counted[WARM_UP:])


class Nobody(APIView):
    """A view that answers whoever asks."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({})


class Bare(Nobody):
    """The same without the site's settings of Django REST framework."""

    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)
    content_negotiation_class = DefaultContentNegotiation


urlpatterns = [path("api/nobody/", Nobody.as_view()), path("api/bare/", Bare.as_view())]


def _nobody() -> int:
    """The calls of a request that asks nothing of the site: the floor of its stack."""
    with override_settings(ROOT_URLCONF=__name__):
        return _calls(Client(_site()), "/api/nobody/", {})


def _bare() -> int:
    """The calls of the same request to a new project with Django REST framework."""
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=_NEW_PROJECT):
        return _calls(Client(WSGIHandler()), "/api/bare/", {})
