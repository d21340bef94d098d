"""A new database file is its owner's alone, as it holds everybody's names and password hashes."""

import os
import sqlite3
from contextlib import suppress
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's. What SQLite makes beside the file gets the same rights from it."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        if not self.is_in_memory_db():
            with suppress(OSError):  # it exists, or SQLite will say what is wrong
                os.close(os.open(conn_params["database"], os.O_CREAT | os.O_EXCL, 0o600))
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        return connection
