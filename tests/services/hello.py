"""A WSGI application that needs nothing."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Say hello at ``/``, and at ``/name`` only to Alice."""
    known = environ["PATH_INFO"] == "/" or environ.get("HTTP_X_NAME") == "Alice"
    found = known and environ["PATH_INFO"] != "/missing"
    start_response("200 OK" if found else "404 Not Found", [("Content-Type", "text/plain")])
    return [b"hello"]
