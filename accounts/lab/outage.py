"""A store that does not answer, for the requests of one scenario: all others go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any, NoReturn

from django.core.cache.backends.redis import RedisCache
from django.db import OperationalError, connection

from accounts.tracing.recorder import step


class Outage(Exception):
    """A store was stopped for a scenario."""

    store = ""


class DatabaseStopped(Outage, OperationalError):
    """As Django raises it where the database does not answer."""

    store = "database"


@contextmanager
def database_stopped() -> Iterator[None]:
    """No statement of this thread reaches the database inside the block."""
    with connection.execute_wrapper(_refuse):
        yield


def _refuse(execute: Callable[..., Any], sql: str, *args: Any) -> NoReturn:
    with step("ask the database: no answer", kind="note"):
        raise DatabaseStopped("The database was stopped for this scenario")


class StoppedCache:
    """Stands in the place of a cache: whatever is asked of it fails."""

    def __getattr__(self, name: str) -> Callable[..., NoReturn]:
        return _unreachable


def _unreachable(*args: object, **kwargs: object) -> NoReturn:
    with step("ask the cache: no answer", kind="cache"):
        from redis import ConnectionError as RedisConnectionError  # there is one, so it is loaded

        raise RedisConnectionError("The cache was stopped for this scenario")


def emptied(cache: RedisCache) -> RedisCache:
    """The same cache as its server has it after a restart: empty.

    Under a prefix of its own: what others keep there stays.
    """
    return type(cache)(cache._servers, {"KEY_PREFIX": token_hex()})  # type: ignore[attr-defined]  # noqa: SLF001
