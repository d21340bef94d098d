"""Requests through the whole WSGI application, in this process and without a socket."""

import io
import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.lab.wire import lab_path

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


class UnexpectedAnswer(RuntimeError):
    """An answer other than 200: the time of such a request would mean nothing."""


class Client:
    """Sends GET requests to a WSGI application; by default to the site's own."""

    def __init__(self, application: Any = None) -> None:
        self._application = application or import_string(settings.WSGI_APPLICATION)
        self._status = ""

    def send(self, environ: Environ) -> bytes:
        """The body of the answer.

        Raises:
            UnexpectedAnswer: its status is not 200.
        """
        answer: Iterable[bytes] = self._application(environ, self._start_response)
        body = b"".join(answer)
        if close := getattr(answer, "close", None):
            close()  # ends the request for Django: its signals are part of the cost
        if not self._status.startswith("200"):
            raise UnexpectedAnswer(f"{environ['PATH_INFO']}: {self._status} {body[:200]!r}")
        return body

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], error: Any = None
    ) -> None:
        self._status = status


def environ(path: str, headers: dict[str, str]) -> Environ:
    """A new WSGI environment for each request, since a request may change its own."""
    http = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    return {**_BASE, **http, "PATH_INFO": path, "wsgi.input": io.BytesIO()}


def me_path(slug: str) -> str:
    """The path of the lab's endpoint that says who is signed in under a strategy."""
    return lab_path(slug, "me")
