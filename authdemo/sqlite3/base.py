"""The database file is its owner's alone, as it holds everybody's names and password hashes.

And a statement is made ready for SQLite once, not for each request.
"""

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

_LONGEST = 4096  # characters of a statement that is kept


@lru_cache(maxsize=256)
def with_question_marks(query: str) -> str:
    """A statement with SQLite's placeholders in place of Django's."""
    return str(base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%"))


class Cursor(base.SQLiteCursorWrapper):
    """Django's, which searches a statement for placeholders each time that it is executed.

    That takes a third as long as to look up the rows. ``convert_query`` is no documented method, so
    a test tells when Django no longer asks it, or when it answers something else.
    """

    def convert_query(self, query: str, *, param_names: Sequence[str] | None = None) -> str:
        if param_names is None and len(query) <= _LONGEST:
            return with_question_marks(query)
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's. What SQLite makes beside the file gets the same rights from it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        if not self.is_in_memory_db():
            _keep_to_owner(str(conn_params["database"]))
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection

    def create_cursor(self, name: str | None = None) -> Cursor:
        cursor: Cursor = self.connection.cursor(factory=Cursor)
        return cursor


def _keep_to_owner(file: str) -> None:
    with suppress(OSError):  # it exists, or SQLite will say what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    for path in map(Path, (file, f"{file}-wal", f"{file}-shm")):
        with suppress(OSError):  # it is not there, or somebody else's
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)
