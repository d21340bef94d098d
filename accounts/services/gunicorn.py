"""Server processes: the site, or another WSGI application, behind gunicorn."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit

from accounts.services._base import Program, ServiceError

_ANSWER_TIMEOUT = 30  # seconds for the first request
_BACKLOG = 2048  # connections, as gunicorn has it
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound


class Gunicorn(Program):
    """One gunicorn: a master and its workers.

    Port 0 takes a free one, and keeps it when it is started again. The default environment is that
    of this process.
    """

    #: where it listens too, on loopback; 0: nowhere
    second_port: int = 0

    def __init__(
        self,
        application: str = "authdemo.wsgi",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        workers: int = 1,
        threads: int = 8,
        keep_alive: int = 2,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__()
        self._host = host
        self._port = port
        self._environment = {
            **(os.environ if environment is None else environment),
            "WEB_THREADS": str(threads),  # as the settings read it
        }
        self._arguments = [
            f"--workers={workers}",
            "--worker-class=gthread",  # threads live on, and so do their database connections
            f"--threads={threads}",
            f"--keep-alive={keep_alive}",
            "--graceful-timeout=3",
            "--log-level=warning",
            "--no-control-socket",  # nobody steers the server from outside
            application,
        ]

    def launch(self) -> "subprocess.Popen[bytes]":
        with ExitStack() as stack:
            listeners = [stack.enter_context(listen(self._host, self._port))]
            self._port = listeners[0].getsockname()[1]
            self.address = f"http://{in_url(loopback_of(self._host), self._port)}"
            if self.second_port:
                listeners.append(stack.enter_context(listen("127.0.0.1", self.second_port)))
            numbers = [listener.fileno() for listener in listeners]
            binds = [f"--bind=fd://{number}" for number in numbers]
            return self.child(
                [sys.executable, "-m", "gunicorn", *binds, *self._arguments],
                env=self._environment,
                pass_fds=numbers,
                stdout=2,  # what it prints is for people; our own output may be for a program
            )

    def ready(self) -> bool:
        """Whether it answers a request, with whatever status."""
        url = urlsplit(self.address)
        connection = http.client.HTTPConnection(
            url.hostname or "", url.port, timeout=_ANSWER_TIMEOUT
        )
        with closing(connection), suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            connection.getresponse().close()
            return True
        return False

    def problem(self) -> str:
        return "The web server did not start; the lines above say why."


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there; port 0 takes a free one.

    Raises:
        ServiceError: nothing can listen there.
    """
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[
            0
        ]
        with ExitStack() as stack:
            listener = stack.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(target)
            listener.listen(_BACKLOG)
            stack.pop_all()
            return listener
    except OSError as error:
        raise ServiceError(f"Cannot listen on {in_url(host, port)}: {error.strerror}.") from None


def free_port() -> int:
    """A port of loopback that nobody uses now."""
    with listen("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
        return port


def loopback_of(host: str) -> str:
    """Where this machine reaches what listens at ``host``."""
    return _EVERYWHERE.get(host, host)


def in_url(host: str, port: int) -> str:
    """Host and port as they stand in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
