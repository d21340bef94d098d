"""A streaming replica of a private PostgreSQL, as far behind as one likes."""

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg

from accounts.services.postgres import Postgres


class Replica(Postgres):
    """A read-only copy of ``primary``, kept in step by streaming its log.

    The copy is made at the first start (``pg_basebackup``), from a primary that runs; started
    again after it was stopped or killed, it catches up. It is thrown away with this object's data:
    whatever else was in the folder is replaced.
    """

    settings = ("wal_retrieve_retry_interval=200ms",)  # so soon it finds a primary that is back

    def __init__(
        self, primary: Postgres, data: Path | None = None, *, socket: Path | None = None
    ) -> None:
        super().__init__(data, socket=socket)
        self._primary = primary
        self._is_copied = False

    def prepare(self) -> None:
        """Copy the primary, once.

        Raises:
            ServiceError: it could not be copied.
        """
        if self._is_copied and self._cluster.folder.exists():
            self._cluster.forget_dead_server()
            return
        folder = self._cluster.folder
        shutil.rmtree(folder, ignore_errors=True)
        self._cluster.copy_of(_socket_of(self._primary.address))
        self._is_copied = True

    def delay(self, milliseconds: int) -> None:
        """Let it apply what it receives so much later (``recovery_min_apply_delay``)."""
        with psycopg.connect(self.address, autocommit=True) as database:
            database.execute(f"ALTER SYSTEM SET recovery_min_apply_delay = {int(milliseconds)}")
            database.execute("SELECT pg_reload_conf()")

    def lag(self) -> float | None:
        """How many milliseconds the last commits took to be seen here, as the primary was told.

        None where none came lately.
        """
        with psycopg.connect(self._primary.address, autocommit=True) as database:
            row = database.execute(_LAG).fetchone()
        return float(row[0]) if row and row[0] is not None else None


_LAG = "SELECT extract(epoch FROM replay_lag) * 1000 FROM pg_stat_replication"


def _socket_of(address: str) -> str:
    [folder] = parse_qs(urlsplit(address).query)["host"]
    return folder
