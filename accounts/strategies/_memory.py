"""The blacklist in the memory of one process, and who tells it what is new.

The promise: what cannot be checked in memory is looked up in the table. ``Feed.is_current`` says
which of the two holds right now.
"""

import heapq
import logging
import socket
import sqlite3
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import BLACKLIST_CHANNEL, BlacklistedToken

logger = logging.getLogger(__name__)

_HEARTBEAT = 1.0  # seconds between two signs of life on a silent connection
_SILENCE = 3.0  # seconds without one after which the listener is not believed
_START = 2.0  # seconds that the first request waits for the first load
_NAME = "blacklist listener"
_PAUSE = 0.2  # seconds before connecting again

Row = tuple[uuid.UUID, float]


class Memory:
    """Ids that are blacklisted, each until it expires; times in epoch seconds. Thread-safe."""

    def __init__(self, leeway: float) -> None:
        self._leeway = leeway
        self._listed: set[uuid.UUID] = set()
        self._ends: list[tuple[float, uuid.UUID]] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._listed)

    def add(self, rows: Iterable[Row]) -> None:
        """Remember rows; those that are known already change nothing."""
        with self._lock:
            for jti, expires in rows:
                if jti not in self._listed:
                    self._listed.add(jti)
                    # A token lives until its exp and the leeway: forgotten earlier, it would be
                    # accepted again.
                    heapq.heappush(self._ends, (expires + self._leeway, jti))
        self._forget_expired()

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is blacklisted."""
        self._forget_expired()
        return not self._listed.isdisjoint(ids)

    def _forget_expired(self) -> None:
        now = time.time()
        if not self._ends or self._ends[0][0] > now:
            return
        with self._lock:
            while self._ends and self._ends[0][0] <= now:
                self._listed.discard(heapq.heappop(self._ends)[1])


class Feed(ABC):
    """Keeps a memory in step with the table."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @abstractmethod
    def is_current(self) -> bool:
        """Whether the memory knows every row that was committed. Called for every request."""

    def close(self) -> None:
        """Stop, and give the connection back."""


def feed_for(memory: Memory) -> Feed:
    """The feed for the database in use; one that is never current where there is none."""
    feeds = {"postgresql": PostgresFeed, "sqlite": SqliteFeed}
    return feeds.get(connection.vendor, NoFeed)(memory)


class NoFeed(Feed):
    """For a database that tells nobody anything."""

    def is_current(self) -> bool:
        """Never: the table is asked."""
        return False


class SqliteFeed(Feed):
    """Asks ``PRAGMA data_version``, which changes when another connection has committed.

    It has a connection of its own, so that every other one is "another". The pragma reads a counter
    in shared memory, no table. https://www.sqlite.org/pragma.html#pragma_data_version
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
                # The version first: what is committed while reading changes it again.
                version = database.execute("PRAGMA data_version").fetchone()[0]
                if version != self._version:
                    self._catch_up(database)
                    self._version = version
            except sqlite3.Error:
                logger.warning("The blacklist in memory is not current", exc_info=True)
                return False
        return True

    def _connected(self) -> sqlite3.Connection:
        if self._wrapper is None:
            self._wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
            self._wrapper.inc_thread_sharing()  # the lock lets one thread in at a time
            self._wrapper.connect()
        database: sqlite3.Connection = self._wrapper.connection
        return database

    def _catch_up(self, database: sqlite3.Connection) -> None:
        """Read what was added behind the last row known, or everything if that row has changed.

        While it is there, new rows get larger numbers. After it was deleted (or by VACUUM) numbers
        are given again, and nothing may be concluded from them.
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


class PostgresFeed(Feed):
    """A thread that listens on a connection of its own; a trigger notifies of each row at commit.

    LISTEN comes first and the load second, so that no row falls between. A connection that is lost
    makes the memory doubtful at once, one that has gone silent after three seconds; both are
    connected and loaded again. https://www.postgresql.org/docs/current/sql-notify.html
    """

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self._heard = 0.0
        self._loaded = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._woken, self._waker = socket.socketpair()

    def is_current(self) -> bool:
        """Whether the listener was heard of lately."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        return self._heard > time.monotonic() - _SILENCE

    def _start(self) -> None:
        # Not before the first request: a thread does not survive the fork of a server's workers.
        with self._lock:
            if self._stopped.is_set() or (self._thread and self._thread.is_alive()):
                return
            self._heard = 0.0
            self._loaded.clear()
            self._thread = threading.Thread(target=self._run, name="blacklist", daemon=True)
            self._thread.start()
        self._loaded.wait(_START)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._listen()
            except Exception as error:  # noqa: BLE001
                # Whatever it is: without a listener the table is asked, and it is tried again.
                reason = str(error).partition("\n")[0]
                logger.warning("The blacklist's listener is lost (%s): reading the table", reason)
            self._heard = 0.0
            self._stopped.wait(_PAUSE)

    def _listen(self) -> None:
        wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
        try:
            wrapper.connect()
            database: psycopg.Connection[Any] = wrapper.connection
            database.execute(f"SET application_name = '{_NAME}'")  # seen in pg_stat_activity
            database.execute(f"LISTEN {BLACKLIST_CHANNEL}")
            self._load(database)
            self._follow(database)
        finally:
            with suppress(psycopg.Error):
                wrapper.close()

    def _follow(self, database: psycopg.Connection[Any]) -> None:
        with DefaultSelector() as selector:
            selector.register(database, EVENT_READ)
            selector.register(self._woken, EVENT_READ)
            while True:
                self._receive(database)
                self._heard = time.monotonic()
                self._loaded.set()
                if not selector.select(_HEARTBEAT):
                    database.execute("SELECT 1")
                if self._stopped.is_set():
                    return

    def _load(self, database: psycopg.Connection[Any]) -> None:
        sql = (
            "SELECT jti, extract(epoch FROM expires_at)::float8 "  # noqa: S608
            f"FROM {BlacklistedToken._meta.db_table}"
        )
        self._memory.add(database.execute(sql).fetchall())

    def _receive(self, database: psycopg.Connection[Any]) -> None:
        """Take what has arrived; ``*`` says that it was too much to name."""
        # All of them first: the generator holds the connection's lock, and loading needs it.
        for notice in list(database.notifies(timeout=0)):
            if notice.payload == "*":
                self._load(database)
            else:
                jti, expires = notice.payload.split()
                self._memory.add([(uuid.UUID(jti), float(expires))])

    def close(self) -> None:
        """End the thread and its connection; twice is once."""
        with self._lock:
            if self._stopped.is_set():
                return
            self._stopped.set()
            self._waker.send(b"!")
            if self._thread is not None:
                self._thread.join(_START)
            self._woken.close()
            self._waker.close()
