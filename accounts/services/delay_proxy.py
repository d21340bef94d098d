"""A proxy that puts a PostgreSQL some milliseconds away. Its server runs as a program of its own.

``python -m accounts.services.delay_proxy MILLISECONDS FOLDER TARGET-FOLDER`` listens on the Unix
socket that PostgreSQL would have in FOLDER, forwards to the one in TARGET-FOLDER, and holds back
what the client sends. A client that waits for each answer sees one delay per round trip.
"""

import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

from accounts.services._base import Program

_SOCKET = ".s.PGSQL.5432"
_SIZE = 65_536


class DelayProxy(Program):
    """The database ``url``, which names a folder of sockets, ``milliseconds`` further away."""

    start_timeout = 10.0

    def __init__(self, url: str, milliseconds: float) -> None:
        super().__init__()
        self._url = url
        self._milliseconds = milliseconds

    def launch(self) -> "subprocess.Popen[bytes]":
        [target] = parse_qs(urlsplit(self._url).query)["host"]
        folder = self._resources.enter_context(tempfile.TemporaryDirectory(prefix="authdemo-"))
        self._socket = Path(folder, _SOCKET)
        self.address = self._url.replace(quote(target, safe=""), quote(folder, safe=""))
        module = [sys.executable, "-m", "accounts.services.delay_proxy"]
        return self.child([*module, str(self._milliseconds), folder, target])

    def ready(self) -> bool:
        return self.running() and self._socket.exists()


def serve(seconds: float, folder: Path, target: Path) -> None:
    """Accept connections until the process is ended."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "new"))
        listener.listen()
        # Where the socket is, a client may connect: not between the two lines above.
        (folder / "new").rename(folder / _SOCKET)
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(target / _SOCKET))
            _forward(client, server, seconds)
            _forward(server, client, 0)


def _forward(source: socket.socket, target: socket.socket, seconds: float) -> None:
    threading.Thread(target=_pump, args=(source, target, seconds), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket, seconds: float) -> None:
    try:
        while data := source.recv(_SIZE):
            if seconds:
                time.sleep(seconds)
            target.sendall(data)
    except OSError:
        pass  # one side has gone: so does the other
    finally:
        for end in (source, target):
            end.close()


if __name__ == "__main__":
    serve(float(sys.argv[1]) / 1000, Path(sys.argv[2]), Path(sys.argv[3]))
