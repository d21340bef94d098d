"""What a web server hands over, made ready for Django: without the prefix, with a chunked body."""

from collections.abc import Callable, Iterable, MutableMapping
from contextlib import suppress
from io import BytesIO
from typing import Any

from django.conf import settings

_MAX_UNREAD = 4_194_304  # bytes
# Of a site below a prefix it is asked for between host and prefix (RFC 8414, section 3).
_METADATA = "/.well-known/oauth-authorization-server"

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class AsyncGateway:
    """ASGI middleware that does the same with the path; ASGI has no chunks."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if "path" in scope:  # Django expects the prefix in it
            prefix = settings.FORCE_SCRIPT_NAME or ""
            scope = {**scope, "path": f"{prefix}{without_prefix(scope['path'])}"}
        await self._application(scope, receive, send)


class Gateway:
    """WSGI middleware. A proxy may pass on the path with the prefix ``SCRIPT_NAME`` or without."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["PATH_INFO"] = without_prefix(environ.get("PATH_INFO", ""))
        if not environ.get("wsgi.input_terminated"):  # reading on would wait for the next request
            return self._application(environ, start_response)
        body = environ["wsgi.input"]
        if environ.get("HTTP_TRANSFER_ENCODING"):
            _read_chunks(environ)
        answer = self._application(environ, start_response)
        # A connection that is closed on unread bytes is reset, and the answer on it gets lost.
        with suppress(Exception):  # each server has its own errors of a client that has gone
            body.read(_MAX_UNREAD)
        return answer


def without_prefix(path: str) -> str:
    """A path as the URLs know it, whether it comes with the prefix or without."""
    prefix = settings.FORCE_SCRIPT_NAME or ""
    if path == f"{_METADATA}{prefix}":
        return _METADATA
    return path[len(prefix) :] or "/" if f"{path}/".startswith(f"{prefix}/") else path


def _read_chunks(environ: dict[str, Any]) -> None:
    """Put the whole body in place of its chunks: Django reads as much as Content-Length says.

    One byte more than is allowed shows that it is too long; what is malformed has no length.
    """
    try:
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    except Exception:  # noqa: BLE001 - each server has its own; it has closed the connection
        environ["CONTENT_LENGTH"] = "unknown"
        return
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    del environ["HTTP_TRANSFER_ENCODING"]
