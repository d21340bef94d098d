"""The feed on SQLite: a counter that changes with every commit."""

import logging
import sqlite3
import threading
import uuid

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import BlacklistedToken
from accounts.strategies._memory_feed import Feed, Memory

logger = logging.getLogger(__name__)


class SqliteFeed(Feed):
    """Asks ``PRAGMA data_version``, which changes when another connection has committed.

    It has a connection of its own, so that every commit of this process counts as another's. The
    pragma reads a counter in shared memory, no table. https://www.sqlite.org/pragma.html#pragma_data_version
    """

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self._lock = threading.Lock()
        self._wrapper: BaseDatabaseWrapper | None = None
        self._version = -1
        self._last: tuple[int, str] = (0, "")

    def is_current(self) -> bool:
        """Catch up if anything was committed."""
        with self._lock:
            try:
                database = self._connected()
                # Read the version first: a commit while we read the rows changes it again.
                version = database.execute("PRAGMA data_version").fetchone()[0]
                if version != self._version:
                    self._catch_up(database)
                    self._version = version
            except (sqlite3.Error, DatabaseError):  # connecting raises Django's
                logger.warning("The blacklist in memory is not current", exc_info=True)
                return False
        return True

    def _connected(self) -> sqlite3.Connection:
        if self._wrapper is None:
            wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
            wrapper.inc_thread_sharing()  # the lock lets one thread in at a time
            wrapper.connect()
            self._wrapper = wrapper
        database: sqlite3.Connection = self._wrapper.connection
        return database

    def _catch_up(self, database: sqlite3.Connection) -> None:
        """Read the rows after the last known one, or all of them if that row has changed.

        As long as that row exists, new rows get larger numbers. Once it is deleted, or after
        VACUUM, SQLite may give a number again, and nothing may be concluded from numbers.
        """
        number, jti = self._last
        rows = self._rows_from(database, number)
        if not rows or rows[0][:2] != (number, jti):
            rows = self._rows_from(database, 0)
        self._memory.add((uuid.UUID(hex=row[1]), float(row[2])) for row in rows)
        self._last = (rows[-1][0], rows[-1][1]) if rows else (0, "")

    @staticmethod
    def _rows_from(database: sqlite3.Connection, number: int) -> list[tuple[int, str, int]]:
        # Rounded up: an entry may stay a second longer than needed, never leave too soon.
        sql = (
            "SELECT rowid, jti, CAST(strftime('%s', expires_at) AS INTEGER) + 1 "  # noqa: S608
            f"FROM {BlacklistedToken._meta.db_table} WHERE rowid >= ? ORDER BY rowid"
        )
        return database.execute(sql, [number]).fetchall()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._wrapper is not None:
                self._wrapper.close()
                self._wrapper = None
                self._version = -1
