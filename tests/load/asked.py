"""What ``tests.load.against`` starts in each checkout: it sends the requests that it is asked for.

It takes ``{"subject": name, "times": number}`` on its standard input, one JSON object per line, and
answers with the CPU nanoseconds of each request. It uses only what both checkouts have.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import thread_time_ns
from typing import Any

import django

django.setup()  # without which the rest cannot be imported

from django.conf import settings  # noqa: E402
from django.contrib import auth  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django.urls import path, reverse  # noqa: E402
from rest_framework.authentication import SessionAuthentication  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed  # noqa: E402
from rest_framework.negotiation import DefaultContentNegotiation  # noqa: E402
from rest_framework.permissions import AllowAny, IsAuthenticated  # noqa: E402
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt.authentication import JWTAuthentication  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402

from accounts.api.views import PublicApiView  # noqa: E402
from accounts.bench.client import Client, environ  # noqa: E402
from accounts.bench.options import Options  # noqa: E402
from accounts.bench.subjects import signed_in_subjects  # noqa: E402
from accounts.models import BlacklistedToken, User, login_begin  # noqa: E402
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined  # noqa: E402
from accounts.strategies.session_joined import SessionJoined  # noqa: E402
from accounts.tokens.realm import site_realm  # noqa: E402

MEMORY = "jwt-blacklist-memory"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW_PROJECT = {
    "ROOT_URLCONF": "__main__",
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_COOKIE_NAME": "sessionid",
    "AUTHENTICATION_BACKENDS": [MODEL_BACKEND],
    # As ``django-admin startproject`` writes it.
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
}

Send = Callable[[], None]


class OnThisStack(PublicApiView):
    """A view of the site that answers whoever asks."""

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({})


class OfANewProject(APIView):
    """A view under the REST framework's own settings."""

    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)
    content_negotiation_class = DefaultContentNegotiation


class Bare(OfANewProject):
    """It answers whoever asks."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({})


class Me(OfANewProject):
    """It says who is signed in."""

    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        """Answer."""
        return Response({"id": request.user.pk, "username": request.user.get_username()})


class WithBlacklist(JWTAuthentication):
    """simplejwt's, and the look-up that people add to it."""

    def get_validated_token(self, raw_token: bytes) -> Any:
        """The token, unless its jti is listed."""
        token = super().get_validated_token(raw_token)
        if BlacklistedToken.objects.filter(jti=token["jti"]).exists():
            raise AuthenticationFailed("blacklisted")
        return token


urlpatterns = [
    path("api/nobody/", OnThisStack.as_view()),
    path("bare/", Bare.as_view()),
    path("simplejwt/", Me.as_view(authentication_classes=[JWTAuthentication])),
    path("blacklist/", Me.as_view(authentication_classes=[WithBlacklist])),
    path("session/", Me.as_view(authentication_classes=[SessionAuthentication])),
]


def sender(client: Client, address: str, headers: dict[str, str]) -> Send:
    """What sends one request."""

    def send() -> None:
        client.send({**environ(address, headers), "wsgi.url_scheme": "https"})

    return send


def of_the_site(user: User) -> Iterator[tuple[str, Send]]:
    """The site's own two modes."""
    client, me, realm = Client(), reverse("api-me"), site_realm()
    token = JwtBlacklistJoined(realm).issue(login_begin(user, strategy=JwtBlacklistJoined.slug))
    key = SessionJoined(realm).issue(login_begin(user, strategy=SessionJoined.slug))
    cookie = f"{settings.SESSION_COOKIE_NAME}={key.value}"
    yield "token", sender(client, me, {"Authorization": f"Bearer {token.value}"})
    yield "session", sender(client, me, {"Cookie": cookie})


def of_a_new_project(user: User) -> Iterator[tuple[str, Send]]:
    """Django, the REST framework and simplejwt as they come; settings must be those of one."""
    client = Client(WSGIHandler())
    session = SessionStore()
    session[auth.SESSION_KEY], session[auth.BACKEND_SESSION_KEY] = str(user.pk), MODEL_BACKEND
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    token = AccessToken.for_user(user)
    token.set_exp(lifetime=settings.ACCESS_TOKEN_LIFETIME)
    bearer = {"Authorization": f"Bearer {token}"}
    yield "bare", sender(client, "/bare/", {})
    yield "bare-simplejwt", sender(client, "/simplejwt/", bearer)
    yield "bare-simplejwt-blacklist", sender(client, "/blacklist/", bearer)
    yield (
        "bare-session",
        sender(client, "/session/", {"Cookie": f"sessionid={session.session_key}"}),
    )


@contextmanager
def subjects() -> Iterator[dict[str, tuple[Send, dict[str, Any]]]]:
    """Each subject's request, and the settings under which it is sent."""
    with signed_in_subjects(Options(strategies=(MEMORY,))) as signed_in:
        user = User.objects.create_user("against", password="x")
        [memory] = [one for one in signed_in if one.slug == MEMORY]
        request = memory.environ()
        site = dict(of_the_site(user))
        site[MEMORY] = sender(Client(), request["PATH_INFO"], memory.headers)
        with override_settings(ROOT_URLCONF="__main__"):
            stack = sender(Client(), "/api/nobody/", {})
        with override_settings(**NEW_PROJECT):
            bare = dict(of_a_new_project(user))
        yield {
            **{name: (send, {}) for name, send in site.items()},
            "nobody": (stack, {"ROOT_URLCONF": "__main__"}),
            **{name: (send, NEW_PROJECT) for name, send in bare.items()},
        }


def took(send: Send, times: int) -> list[int]:
    """The CPU nanoseconds of each request, after one that finds the URLs."""
    send()
    found = []
    for _ in range(times):
        began = thread_time_ns()
        send()
        found.append(thread_time_ns() - began)
    return found


def main() -> None:
    """Answer until the standard input ends."""
    call_command("migrate", verbosity=0, interactive=False)
    with subjects() as found:
        for line in sys.stdin:
            question = json.loads(line)
            send, more = found[question["subject"]]
            with override_settings(**more):
                answer = {"cpu_ns": took(send, question["times"])}
            print(json.dumps(answer), flush=True)  # noqa: T201 - against.py reads it


if __name__ == "__main__":
    main()
