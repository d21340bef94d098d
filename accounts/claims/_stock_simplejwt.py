"""A server that rotates refresh tokens as simplejwt's documentation says: a program of its own.

This site has its own blacklist, so the package's application for it is not installed here. Started
as ``python _stock_simplejwt.py FOLDER ROUNDS``, with its SQLite in a folder, it logs a user in and
spends the refresh token again and again; each line of JSON says how many of ``TRIES`` got through.
"""

import json
import secrets
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

TRIES = 5
USER = {"username": "alice", "password": "correct horse"}

urlpatterns: list[Any] = []


def main(folder: str, rounds: int) -> None:
    """Set up, then play."""
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(48),
        ALLOWED_HOSTS=["testserver"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{folder}/db.sqlite3"}
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework_simplejwt.token_blacklist",
        ],
        SIMPLE_JWT={"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True},
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.MD5PasswordHasher"
        ],  # no password of anybody
    )
    django.setup()
    _route()
    call_command("migrate", verbosity=0)
    _create_user()
    for _ in range(rounds):
        print(json.dumps({"turns": _in_turns(), "together": _together()}), flush=True)  # noqa: T201


def _route() -> None:
    from django.urls import path
    from rest_framework_simplejwt.views import TokenObtainPairView, TokenRefreshView

    urlpatterns.append(path("token/", TokenObtainPairView.as_view()))
    urlpatterns.append(path("refresh/", TokenRefreshView.as_view()))


def _create_user() -> None:
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_user(**USER)


def _in_turns() -> int:
    """How many refreshes with one token get through, one after the other."""
    token = _log_in()
    return sum(_is_refreshed(token) for _ in range(TRIES))


def _together() -> int:
    """How many do that are sent at the same time, each by a thread of its own."""
    token, start = _log_in(), Barrier(TRIES)

    def refresh(_: int) -> bool:
        start.wait()
        try:
            return _is_refreshed(token)
        finally:
            connection.close()

    with ThreadPoolExecutor(TRIES) as threads:
        return sum(threads.map(refresh, range(TRIES)))


def _log_in() -> str:
    return str(_post("/token/", USER).json()["refresh"])


def _is_refreshed(token: str) -> bool:
    return bool(_post("/refresh/", {"refresh": token}).status_code == 200)  # noqa: PLR2004


def _post(path: str, body: dict[str, str]) -> Any:
    return Client(raise_request_exception=False).post(
        path, json.dumps(body), content_type="application/json"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
