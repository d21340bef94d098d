"""A store that does not answer, for the requests of one scenario: all others go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

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
