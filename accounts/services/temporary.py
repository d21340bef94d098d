"""Databases that exist only meanwhile."""

import tempfile
from contextlib import ExitStack

from accounts.services._base import Service
from accounts.services.postgres import Postgres


def temporary_database(kind: str) -> Service:
    """An empty database, ``sqlite`` or ``postgres``, that is thrown away when it stops."""
    return Postgres() if kind == "postgres" else SqliteFile()


class SqliteFile(Service):
    """An empty SQLite database in a folder of its own."""

    def __init__(self) -> None:
        self._folder = ExitStack()

    def start(self) -> str:
        folder = self._folder.enter_context(tempfile.TemporaryDirectory(prefix="authdemo-"))
        self.address = f"sqlite:///{folder}/database.sqlite3"
        return self.address

    def ready(self) -> bool:
        return bool(self.address)

    def stop(self) -> None:
        self._folder.close()
        self.address = ""

    def kill(self) -> None:
        self.stop()
