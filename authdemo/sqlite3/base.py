"""The database file is its owner's alone, as it holds everybody's names and password hashes."""

import os
import sqlite3
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's. What SQLite makes beside the file gets the same rights from it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        if not self.is_in_memory_db():
            _keep_to_owner(str(conn_params["database"]))
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection


def _keep_to_owner(file: str) -> None:
    with suppress(OSError):  # it exists, or SQLite will say what is wrong
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    for path in map(Path, (file, f"{file}-wal", f"{file}-shm")):
        with suppress(OSError):  # it is not there, or somebody else's
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                path.chmod(mode & 0o700)
