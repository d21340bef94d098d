"""Whether this process lives and its database answers: for load balancers, and when it does not.

A shared cache that is away is answered like a database, but ``/readyz`` does not ask for it: it is
away from all processes at once, and whoever is logged in goes on without it.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from django.db import Error, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

RETRY_AFTER = 1  # seconds, of a client's patience: the first answer after an outage is a good one
_LOG_EVERY = 30.0  # seconds
# What SQLite calls errors of ours: a statement that is wrong, a table that is not there.
_OUR_MISTAKES = ("SQLITE_ERROR", "SQLITE_MISUSE")

logger = logging.getLogger("accounts.database")


class Health:
    """``/healthz`` and ``/readyz``, outside of what checks hosts, opens sessions or traces."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info == "/healthz":
            return HttpResponse("ok\n", content_type="text/plain")
        if request.path_info == "/readyz":
            return ready()
        return self.get_response(request)


def ready() -> HttpResponse:
    """200, or 503 while the database does not answer a statement."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return unavailable()
    return HttpResponse("ok\n", content_type="text/plain")


def unavailable(store: str = "database") -> JsonResponse:
    """The answer to a program while the database (or the cache) is away."""
    detail = f"The {store} does not answer. Try again in a moment."
    body = {"detail": detail, "code": f"{store}_unavailable"}
    headers = {"Retry-After": str(RETRY_AFTER)}
    return JsonResponse(body, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def is_outage(error: BaseException | None) -> bool:
    """Whether a store is away, silent, locked or full: nothing is wrong with the request."""
    if is_of_cache(error):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return getattr(error.__cause__, "sqlite_errorname", None) not in _OUR_MISTAKES


def store_away(error: BaseException | None) -> str:
    """Which store an outage is of: ``"database"`` or ``"cache"``."""
    return "cache" if is_of_cache(error) else "database"


def is_of_cache(error: BaseException | None) -> bool:
    """Whether Redis, or what speaks like it, is away or has refused."""
    # Django loads its client for a cache of this kind alone: it takes an eighth of a start.
    redis = sys.modules.get("redis")
    return redis is not None and isinstance(error, redis.RedisError)


class _Log:
    """One line per kind of outage, and one more each half a minute while it lasts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def __call__(self, error: BaseException | None) -> None:
        reason = str(error).strip().partition("\n")[0]
        self.write(f"The {store_away(error)} does not answer, so requests get 503", reason)

    def write(self, kind: str, reason: str) -> None:
        """Write a line unless one of the kind has been written within half a minute."""
        with self._lock:
            now = time.monotonic()
            if now < self._next.get(kind, 0.0):
                return
            self._next[kind] = now + _LOG_EVERY
        logger.error("%s: %s", kind, reason)


log_outage = _Log()


class NotAnOutage(logging.Filter):
    """Drops Django's own record of each request that was answered with 503."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE
