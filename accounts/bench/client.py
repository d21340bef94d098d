"""Requests through the whole WSGI application, in this process and without a socket."""

import io
import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts import lab

Environ = dict[str, Any]

_BASE: Environ = {
    "REQUEST_METHOD": "GET",
    "QUERY_STRING": "",
    "SERVER_NAME": "127.0.0.1",
    "SERVER_PORT": "80",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
    "HTTP_HOST": "127.0.0.1",
    "HTTP_ACCEPT": "application/json",
    "HTTP_USER_AGENT": "bench",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.errors": sys.stderr,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


class Unexpected(RuntimeError):
    """A request that was to succeed did not: its measurement would mean nothing."""


class Sender:
    """Sends GET requests to a WSGI application; by default to the site's own."""

    def __init__(self, application: Any = None) -> None:
        self._application = application or import_string(settings.WSGI_APPLICATION)
        self._status = ""

    def send(self, environ: Environ) -> bytes:
        """The body of the answer.

        Raises:
            Unexpected: the answer is not 200.
        """
        answer: Iterable[bytes] = self._application(environ, self._start)
        body = b"".join(answer)
        if close := getattr(answer, "close", None):
            close()  # ends the request for Django: its signals are part of what it costs
        if not self._status.startswith("200"):
            raise Unexpected(f"{environ['PATH_INFO']}: {self._status} {body[:200]!r}")
        return body

    def _start(self, status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        self._status = status


def environ(path: str, headers: dict[str, str]) -> Environ:
    """A fresh environment: one request may leave things in its own."""
    carried = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    return {**_BASE, **carried, "PATH_INFO": path, "wsgi.input": io.BytesIO()}


def me(slug: str) -> str:
    """The path of a strategy's endpoint that says who is asking."""
    return f"{lab.PATH}{slug}/me/"
