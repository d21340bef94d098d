"""The web server of the demo: gunicorn, as a child process that ends with its parent."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings
from django.core.management.base import CommandError

from accounts.services.processes import die_with_parent

START_TIMEOUT = 30  # seconds
STOP_TIMEOUT = 10  # seconds
PORTS = 65536
THREADS = 8  # of each worker


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def to_open(self) -> "Address":
        """What a browser on this machine opens; "all interfaces" is no address to go to."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
        return Address(everywhere.get(self.host, self.host), self.port)


def address_must_be_free(address: Address) -> None:
    """Raise CommandError when nothing can listen there, with the reason and what to do."""
    if not 0 < address.port < PORTS:
        raise CommandError(f"There is no port {address.port}: choose one from 1 to {PORTS - 1}.")
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, target = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen()
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {address}: {error.strerror}. "
            f"Stop what uses it, or choose another port: make demo PORT={address.port + 1}"
        ) from None


@contextmanager
def gunicorn_running(
    address: Address, *, workers: int, environment: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the site while the block lasts. Raises CommandError when it does not come up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *_arguments(address, workers), "authdemo.wsgi"],
        cwd=settings.BASE_DIR,
        env=environment,
        start_new_session=True,  # Ctrl-C is for us, and we stop it once
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )
    try:
        _wait_until_ready(process, address.to_open)
        yield process
    finally:
        _stop(process)


def _arguments(address: Address, workers: int) -> list[str]:
    return [
        f"--bind={address}",
        f"--workers={workers}",
        "--worker-class=gthread",  # threads live on, and so do their database connections
        f"--threads={THREADS}",
        "--graceful-timeout=3",
        "--log-level=warning",
        "--no-control-socket",  # nobody steers the demo's server from outside
    ]


def _wait_until_ready(process: "subprocess.Popen[bytes]", address: Address) -> None:
    """Return once a request is answered, whatever the answer."""
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection(address.host, address.port, timeout=START_TIMEOUT)
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            connection.getresponse().close()
            return
        time.sleep(0.05)
    raise CommandError("The web server did not start; the lines above say why.")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
