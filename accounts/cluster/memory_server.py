"""A server as many write it: what it knows of its logins is in its own memory. Several run.

It has three ways to carry a login, each below a path of its own; its environment is
``DATABASE_URL`` alone.

- ``memory``: Django's ``cache`` engine, its cache in this process.
- ``cached``: Django's ``cached_db``: sessions in the database, with a cache in this process.
- ``listed``: a JWT, and a list of the ids that have logged out in this process.

``POST /WAY/login/`` gives a key, ``GET /WAY/`` with it as a bearer token answers 200 or 401, and
``POST /WAY/logout/`` ends it.
"""

import json
import os
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import environ as environment
import jwt

_SECRET = "of an experiment, which guards nothing"
_USER = "alice"


class Way(ABC):
    """One way to carry a login."""

    @abstractmethod
    def log_in(self) -> str:
        """A key of a new login."""

    @abstractmethod
    def is_in(self, key: str) -> bool:
        """Whether a login of this key is known and holds."""

    @abstractmethod
    def log_out(self, key: str) -> None:
        """End it, as far as this process can."""


class Sessions(Way):
    """An engine of Django's sessions."""

    def __init__(self, store: Callable[..., Any]) -> None:
        self._store = store

    def log_in(self) -> str:
        session = self._store()
        session["user"] = _USER
        session.create()
        return str(session.session_key)

    def is_in(self, key: str) -> bool:
        return "user" in self._store(key)

    def log_out(self, key: str) -> None:
        self._store(key).flush()


class Listed(Way):
    """A JWT, and a list of those that have logged out here. Nobody tells the other processes."""

    def __init__(self) -> None:
        self._ended: set[str] = set()

    def log_in(self) -> str:
        return jwt.encode({"sub": _USER, "jti": uuid.uuid4().hex}, _SECRET, "HS256")

    def is_in(self, key: str) -> bool:
        return self._id(key) not in self._ended

    def log_out(self, key: str) -> None:
        self._ended.add(self._id(key))

    @staticmethod
    def _id(key: str) -> str:
        return str(jwt.decode(key, _SECRET, ["HS256"])["jti"])


class MemoryServer:
    """The WSGI application."""

    def __init__(self, database: str) -> None:
        _set_up(database)
        from django.contrib.sessions.backends import cache, cached_db

        self._ways: dict[str, Way] = {
            "memory": Sessions(cache.SessionStore),
            "cached": Sessions(cached_db.SessionStore),
            "listed": Listed(),
        }

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        status, body = self._answer(environ)
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]

    def _answer(self, environ: dict[str, Any]) -> tuple[str, dict[str, str]]:
        from django.db import connection

        name, _, verb = environ["PATH_INFO"].strip("/").partition("/")
        key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
        way = self._ways.get(name)
        if way is None:
            return "404 Not Found", {}
        try:
            if verb == "login":
                return "200 OK", {"key": way.log_in()}
            if verb == "logout":
                way.log_out(key)
                return "200 OK", {}
            return ("200 OK" if way.is_in(key) else "401 Unauthorized"), {}
        finally:
            connection.close()  # each thread has its own, and the database not many


def _set_up(database: str) -> None:
    import django
    from django.conf import settings

    settings.configure(
        SECRET_KEY=_SECRET,
        DATABASES={"default": environment.Env.db_url_config(database)},
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        INSTALLED_APPS=["django.contrib.sessions"],
        USE_TZ=True,
    )
    django.setup()


def __getattr__(name: str) -> Any:
    # Only where gunicorn asks for it: whoever reads this module has settings of its own.
    if name == "application":
        globals()[name] = MemoryServer(os.environ["DATABASE_URL"])
        return globals()[name]
    raise AttributeError(name)
