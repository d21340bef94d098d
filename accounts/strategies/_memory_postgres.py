"""The feed on PostgreSQL: the database notifies of each new row."""

import logging
import select
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from selectors import EVENT_READ, DefaultSelector
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from accounts.models import BLACKLIST_CHANNEL, BlacklistedToken
from accounts.strategies._memory_feed import CHUNK, ID_SIZE, Chunk, Feed, Memory

logger = logging.getLogger(__name__)

_HEARTBEAT = 1.0  # seconds between two signs of life on a silent connection
_SILENCE = 3.0  # seconds without one after which the listener is not believed
_BUSY = 0.1  # seconds that a request waits for another thread that is taking notifications
_START = 2.0  # seconds that the first request waits at most for the first load, if it is short
_NAME = "blacklist listener"
_PAUSE = 0.2  # seconds before connecting again
# A chunk comes as one row: to make objects of a million rows would take longer than all else.
_CHUNK = f"""
SELECT string_agg(uuid_send(jti), '' ORDER BY jti), ceil(date_part('epoch', max(expires_at)))
FROM (
    SELECT jti, expires_at FROM {BlacklistedToken._meta.db_table}
    WHERE jti > %s AND expires_at >= to_timestamp(%s) ORDER BY jti LIMIT %s
) AS chunk
"""  # noqa: S608 - no name from outside


class PostgresFeed(Feed):
    """Listens on a connection of its own; a trigger notifies of each row as it commits.

    LISTEN comes first and the load second, so that no row is missed in between. A thread keeps the
    connection alive. A request that finds notifications on the connection takes them itself before
    it looks into the memory. The memory counts as outdated at once when the connection is lost or
    too many rows were added to name them, and after three seconds of silence. Then the thread loads
    everything, and no request waits for that.
    https://www.postgresql.org/docs/current/sql-notify.html
    """

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory)
        self._heard = 0.0
        self._is_behind = True  # the thread has to load everything
        self._is_lost = False  # has been logged
        self._database: psycopg.Connection[Any] | None = None
        self._line = threading.Lock()  # held while notifications are taken
        self._loaded = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._waker: socket.socket | None = None

    def is_current(self) -> bool:
        """Whether the connection works and every notification on it has been taken."""
        if self._thread is None or not self._thread.is_alive():
            self._start()
        if self._heard <= time.monotonic() - _SILENCE or not self._line.acquire(timeout=_BUSY):
            return False
        try:
            return self._take_news()
        finally:
            self._line.release()

    def _take_news(self) -> bool:
        database = self._database
        if database is None or self._is_behind:
            return False
        line = select.poll()
        try:
            line.register(database, select.POLLIN)
            if line.poll(0):
                self._receive(database)
        except psycopg.Error:
            # A notification may be lost even where the connection still works: the thread has to
            # connect again and to load everything.
            self._heard = 0.0
            database.close()
            return False
        return not self._is_behind

    def _start(self) -> None:
        # Only at the first request: a thread does not survive the fork of a server's workers.
        with self._starting:
            if self._stopped.is_set() or (self._thread and self._thread.is_alive()):
                return
            self._heard = 0.0
            self._loaded.clear()
            woken, self._waker = socket.socketpair()
            self._waker.settimeout(0)  # who is woken twice need not be woken again
            self._thread = threading.Thread(
                target=self._run, args=[woken], name="blacklist", daemon=True
            )
            self._thread.start()
        self._loaded.wait(_START)

    def _run(self, woken: socket.socket) -> None:
        with woken:
            while not self._stopped.is_set():
                self._try_to_listen(woken)
                self._heard = 0.0
                self._stopped.wait(_PAUSE)

    def _try_to_listen(self, woken: socket.socket) -> None:
        try:
            self._listen(woken)
        except Exception as error:  # noqa: BLE001
            # Whatever it is: without a listener the table is asked, and it is tried again.
            if self._is_lost:
                return
            self._is_lost = True
            reason = str(error).partition("\n")[0]
            logger.warning("The blacklist's listener is lost (%s): reading the table", reason)

    def _listen(self, woken: socket.socket) -> None:
        wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
        try:
            wrapper.connect()
            database: psycopg.Connection[Any] = wrapper.connection
            database.execute(f"SET application_name = '{_NAME}'")  # seen in pg_stat_activity
            database.execute(f"LISTEN {BLACKLIST_CHANNEL}")
            self._is_behind = True
            self._database = database
            self._follow(database, woken)
        finally:
            self._heard = 0.0
            self._database = None
            with suppress(psycopg.Error):
                wrapper.close()

    def _follow(self, database: psycopg.Connection[Any], woken: socket.socket) -> None:
        with DefaultSelector() as selector:
            selector.register(database, EVENT_READ)
            selector.register(woken, EVENT_READ)
            heard = True
            while not self._stopped.is_set():
                with self._line:
                    if not heard:
                        self._ask(database)
                    self._catch_up(database)
                    self._heard = time.monotonic()
                self._is_lost = False
                self._loaded.set()
                ready = {key.fileobj for key, _ in selector.select(_HEARTBEAT)}
                if woken in ready:
                    woken.recv(1)
                heard = bool(ready)

    def _catch_up(self, database: psycopg.Connection[Any]) -> None:
        self._receive(database)
        while self._is_behind:
            self._is_behind = False
            self._load(database)
            self._receive(database)  # what has happened meanwhile

    @staticmethod
    def _ask(database: psycopg.Connection[Any]) -> None:
        # An answer alone proves nothing: a pooler may have given us another session meanwhile,
        # which answers but does not listen.
        if not database.execute("SELECT pg_listening_channels()").fetchone():
            raise psycopg.OperationalError("the session no longer listens")

    def _load(self, database: psycopg.Connection[Any]) -> None:
        count = f"SELECT count(*) FROM {BlacklistedToken._meta.db_table}"  # noqa: S608
        row = database.execute(count).fetchone()
        for is_last in self._memory.load(self._chunks(database), row[0] if row else 0):
            if not is_last:
                self._loaded.set()  # not yet; but whoever waits had better ask the table

    def _chunks(self, database: psycopg.Connection[Any]) -> Iterator[Chunk]:
        last, since = uuid.UUID(int=0), self._memory.since
        while True:
            cursor = database.cursor(binary=True).execute(_CHUNK, [last, since, CHUNK])
            ids, latest = cursor.fetchone() or (None, None)
            chunk = Chunk(ids or b"", int(latest or 0))
            yield chunk
            if chunk.is_last:
                return
            last = uuid.UUID(bytes=chunk.ids[-ID_SIZE:])

    def _receive(self, database: psycopg.Connection[Any]) -> None:
        """Take the notifications that have arrived."""
        # Repeat until there are none: psycopg puts aside what arrives with the answer to a
        # statement, where polling the connection does not see it.
        while notices := list(database.notifies(timeout=0)):
            for notice in notices:
                self._note(notice.payload)

    def _note(self, payload: str) -> None:
        try:
            jti, expires = payload.split()
            row = uuid.UUID(jti), float(expires)
        except ValueError:
            # "*" stands for too many rows to name. Or the payload is a stranger's: every client of
            # the database may notify on any channel.
            self._fall_behind()
        else:
            self._memory.add([row])

    def _fall_behind(self) -> None:
        """Have the table asked until the thread has loaded everything."""
        self._is_behind, self._heard = True, 0.0
        self._wake()

    def _wake(self) -> None:
        if self._waker is not None:
            with suppress(OSError):  # it has been closed, or is full
                self._waker.send(b"!")

    def close(self) -> None:
        """End the thread and its connection; calling it twice changes nothing."""
        with self._starting:
            if self._stopped.is_set():
                return
            self._stopped.set()
            self._wake()
            if self._thread is not None and self._waker is not None:
                with self._waker:
                    self._thread.join(_START)
