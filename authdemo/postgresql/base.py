"""A database that went away is noticed without a query, one that fell silent after seconds.

https://docs.djangoproject.com/en/5.2/ref/databases/#subclassing-the-built-in-database-backends
"""

import select
import threading
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

# While the server is silent, one thread of this process tries to reach it, for all of them: the
# others answer at once that it is away, instead of waiting one after the other.
_silent = threading.Event()
_trying = threading.Lock()


class Connection(psycopg.Connection[Any]):
    """A connection that is given up when the server does not answer in time."""

    answer_timeout: float | None = None  # seconds

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, self.answer_timeout if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            # The statement is still on its way: neither it nor the connection can be used again.
            self.pgconn.finish()
            _silent.set()
            raise psycopg.OperationalError("the server does not answer") from None


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with one more of the ``OPTIONS``: ``answer_timeout`` in seconds, or None.

    It bounds the wait for a server that does not even cancel its own statements. With
    ``CONN_HEALTH_CHECKS`` a connection is looked at before each request.
    """

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        params.pop("answer_timeout", None)
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if not _silent.is_set():
            return self._connect(conn_params)
        if not _trying.acquire(blocking=False):
            raise psycopg.OperationalError("the server has not answered yet")
        try:
            connection = self._connect(conn_params)
            _silent.clear()
            return connection
        finally:
            _trying.release()

    def _connect(self, conn_params: dict[str, Any]) -> Connection:
        try:
            connection: Connection = super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            _silent.set()
            raise
        connection.__class__ = Connection  # Django lets nobody choose it
        connection.answer_timeout = self.settings_dict["OPTIONS"].get("answer_timeout")
        return connection

    def is_usable(self) -> bool:
        """Whether the connection is open and the server has said nothing unasked, as in leaving.

        Looks at the socket instead of asking: Django's way costs a statement per request.
        """
        if self.connection is None or self.connection.closed or _silent.is_set():
            return False
        socket = select.poll()
        socket.register(self.connection, select.POLLIN)
        return not socket.poll(0)
