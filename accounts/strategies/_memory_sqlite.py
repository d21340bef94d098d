"""The feed on SQLite: a counter that changes with every commit."""

import logging
import sqlite3
import threading
import uuid
from collections.abc import Iterator

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import BlacklistedToken
from accounts.strategies._memory_feed import CHUNK, Chunk, Feed, Memory

logger = logging.getLogger(__name__)

_NOTHING = (0, "")  # the number and the id of a row that there is not: SQLite counts from one
_TABLE = BlacklistedToken._meta.db_table
# Rounded up: an entry may stay a second longer than needed, never leave too soon.
_EXPIRES = "CAST(strftime('%s', {}) AS INTEGER) + 1"
_NEW = f"""
SELECT rowid, jti, {_EXPIRES.format("expires_at")} FROM {_TABLE}
WHERE rowid >= ? ORDER BY rowid LIMIT ?
"""  # noqa: S608 - no name from outside
# The index has the ids in their order. To visit each row in that order, for when it expires, would
# take four times as long: so rows are visited in the order in which they are stored.
_IDS = f"SELECT jti FROM {_TABLE} WHERE jti > ? ORDER BY jti LIMIT ?"  # noqa: S608
_LATEST = f"""
SELECT max(rowid), {_EXPIRES.format("max(expires_at)")} FROM (
    SELECT rowid, expires_at FROM {_TABLE} WHERE rowid > ? ORDER BY rowid LIMIT ?
)
"""  # noqa: S608
_ALL = -1  # rows


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
        self._last = _NOTHING
        self._loading: Iterator[bool] | None = None

    def is_current(self) -> bool:
        """Catch up if anything was committed; no for as long as there is more to be loaded."""
        with self._lock:
            try:
                database = self._connected()
                # Read the version first: a commit while we read the rows changes it again.
                version = database.execute("PRAGMA data_version").fetchone()[0]
                if version != self._version:
                    if not self._catch_up(database):
                        return False
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

    def _catch_up(self, database: sqlite3.Connection) -> bool:
        """Read the rows after the last known one, or all of them if that row has changed.

        As long as that row exists, new rows get larger numbers. Once it is deleted, or after
        VACUUM, SQLite may give a number again, and nothing may be concluded from numbers.

        A request loads one chunk, so that none is held up by a long table, and false says that
        there is more.
        """
        if self._loading is None:
            if self._read_new(database):
                return True
            self._last = self._newest(database)
            [number] = database.execute(f"SELECT count(*) FROM {_TABLE}").fetchone()  # noqa: S608
            self._loading = self._memory.load(_chunks(database), number)
        for is_last in self._loading:
            if not is_last:
                return False
        self._loading = None
        return self._last == _NOTHING or self._read_new(database)

    def _read_new(self, database: sqlite3.Connection) -> bool:
        """Read the rows after the last known one; false where that one is gone, or for too many."""
        asked = self._last[0], CHUNK + 1
        rows = [] if self._last == _NOTHING else database.execute(_NEW, asked).fetchall()
        if not rows or rows[0][:2] != self._last or len(rows) > CHUNK:
            self._last = _NOTHING
            return False
        self._memory.add((uuid.UUID(hex=row[1]), float(row[2])) for row in rows)
        self._last = rows[-1][:2]
        return True

    @staticmethod
    def _newest(database: sqlite3.Connection) -> tuple[int, str]:
        sql = f"SELECT rowid, jti FROM {_TABLE} ORDER BY rowid DESC LIMIT 1"  # noqa: S608
        return database.execute(sql).fetchone() or _NOTHING

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._wrapper is not None:
                self._wrapper.close()
                self._wrapper = None
                self._version, self._last, self._loading = -1, _NOTHING, None


def _chunks(database: sqlite3.Connection) -> Iterator[Chunk]:
    """All rows in the order of their ids, which are kept as 32 digits."""
    last, visited = "", 0
    while True:
        ids = [jti for (jti,) in database.execute(_IDS, [last, CHUNK])]
        asked = visited, CHUNK if len(ids) == CHUNK else _ALL
        row, latest = database.execute(_LATEST, asked).fetchone()
        chunk = Chunk(bytes.fromhex("".join(ids)), latest or 0)
        yield chunk
        if chunk.is_last:
            return
        last, visited = ids[-1], row or visited
