"""Everything that is started: a database and its replica, a cache, processes, a proxy, a service.

Where a part cannot start, the rest runs, and the part says why.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.services import Program, Service, ServiceError, private_folder
from accounts.services.caddy import Caddy, caddy_program
from accounts.services.gunicorn import Gunicorn
from accounts.services.postgres import Postgres
from accounts.services.replica import Replica
from accounts.services.valkey import Valkey

SITES = ("site-1", "site-2", "site-3")
#: name -> title, and what it does in a sentence
PARTS = {
    "proxy": ("Proxy", "Caddy: sends each request to the next process."),
    "site-1": ("Process 1", "The site, in a process of its own."),
    "site-2": ("Process 2", "The same site, in a second process."),
    "site-3": ("Process 3", "The same site, in a third process."),
    "primary": ("Primary", "PostgreSQL: what the three processes write and read."),
    "replica": ("Replica", "PostgreSQL: follows the primary, and is read only."),
    "reader": ("Reader", "The same site, in a process that reads the replica."),
    "cache": ("Cache", "Valkey: shared by the processes, in memory alone."),
    "resource": ("Resource server", "Another service: has the public keys, and no database."),
    "asker": ("Asking server", "The same service: asks the site about each token."),
}
_THREADS = 16  # of each process: a drill asks with a few clients at once
_NAME = "cluster"  # of the resource server that asks

#: What the site's processes find in their environment, for the URL of a database.
Environment = Callable[[str], dict[str, str]]


class State(TypedDict):
    """One part now."""

    slug: str
    title: str
    does: str
    address: str
    running: bool
    problem: str


@dataclass
class Part:
    """A part, and why it is not there."""

    service: Program | None = None
    problem: str = ""


class Cluster(Service):
    """All parts; the address is the proxy's, at ``host:port``.

    ``prepare`` brings the database that its environment names up to date, before a process starts.
    ``control`` is the path of the socket that the processes ask about all this.
    """

    def __init__(
        self,
        data: Path,
        *,
        environment: Environment,
        prepare: Callable[[Mapping[str, str]], None],
        control: Path,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._data = data
        self._environment = environment
        self._prepare = prepare
        self._control = control
        self._host = host
        self._port = port
        self._secret = secrets.token_urlsafe(32)
        self._folders = ExitStack()
        self._begun: list[Program] = []
        self.parts = {name: Part() for name in PARTS}

    def start(self) -> str:
        try:
            self._start_stores()
            environment = self.own_environment()
            self._prepare(environment)
            self._start_servers(environment)
        except BaseException:
            self.stop()
            raise
        return self.address

    def _start_stores(self) -> None:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        primary = Postgres(self._data / "postgres", durable=True, socket=self._folder())
        self._begin("cache", Valkey(self._folder()))
        if self._try("primary", primary):
            self._try("replica", Replica(primary, self._data / "replica", socket=self._folder()))
        else:
            self.parts["replica"].problem = "There is no primary to follow."
        self._try("cache")

    def _database_url(self) -> str:
        """Where there is no PostgreSQL, the processes share a SQLite file."""
        return self.address_of("primary") or f"sqlite:///{quote(str(self._data))}/db.sqlite3"

    def own_environment(self) -> dict[str, str]:
        """What a process of the site finds in its environment."""
        digest = hashlib.sha256(self._secret.encode()).hexdigest()
        return self._environment(self._database_url()) | {
            "CACHE_URL": self.address_of("cache"),
            "CLUSTER_CONTROL": str(self._control),
            "JWT_ALGORITHM": "EdDSA",
            "JWT_SIGNING_KEY_FILE": str(key_kept_in(self._data)),
            "RESOURCE_SERVERS": f"{_NAME}:{digest}",
            "TRUSTED_PROXIES": "127.0.0.1",
        }

    def _start_servers(self, environment: Mapping[str, str]) -> None:
        sites = {name: _site(environment) for name in SITES}
        try:
            caddy_program()
        except ServiceError as error:
            self.parts["proxy"].problem = f"{error} Process 1 is at its address."
            sites["site-1"] = _site(environment, self._host, self._port)
        if replica := self.address_of("replica"):
            sites["reader"] = _site({**environment, "DATABASE_URL": replica})
        else:
            self.parts["reader"].problem = "There is no replica to read."
        for name, site in sites.items():
            self._begin(name, site)
        servers = [*sites, *self._begin_resource_servers(sites["site-1"].address)]
        # What has begun is waited for side by side: the first request to each takes a second.
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._try, servers))
        if not self.parts["proxy"].problem:
            targets = [self.address_of(name) for name in SITES]
            proxy = Caddy(targets, host=self._host, port=self._port, health="/healthz")
            proxy.second_port = int(environment.get("ATTACKS_PORT", "0"))
            self._try("proxy", proxy)
        self.address = self.address_of("proxy") or self.address_of("site-1")

    def _begin_resource_servers(self, site: str) -> tuple[str, str]:
        asks = {"MODE": "introspection", "CREDENTIALS": self.credentials}
        self._begin("resource", resource_server(site))
        self._begin("asker", resource_server(site, **asks))
        return "resource", "asker"

    @property
    def credentials(self) -> str:
        """``name:secret`` of the resource server that asks the site."""
        return f"{_NAME}:{self._secret}"

    def _folder(self) -> Path:
        """A folder for a socket, as long as this runs: the addresses stay over a restart."""
        return self._folders.enter_context(private_folder(None))

    def _begin(self, name: str, service: Program) -> None:
        part = self.parts[name] = Part(service)
        self._begun.append(service)
        try:
            service.begin()
        except ServiceError as error:
            part.problem = str(error)

    def _try(self, name: str, service: Program | None = None) -> bool:
        """Start a part, or note why it does not."""
        if service:
            self._begin(name, service)
        part = self.parts[name]
        if part.service and not part.problem:
            try:
                part.service.start()
            except ServiceError as error:
                part.problem = str(error)
        return not part.problem

    def address_of(self, name: str) -> str:
        """A part's address; empty where it did not start."""
        part = self.parts[name]
        return part.service.address if part.service and not part.problem else ""

    def state(self) -> list[State]:
        """All parts as they are now."""
        return [
            State(
                slug=name,
                title=title,
                does=does,
                address=self.address_of(name),
                running=self._is_running(name),
                problem=self.parts[name].problem,
            )
            for name, (title, does) in PARTS.items()
        ]

    def _is_running(self, name: str) -> bool:
        service = self.parts[name].service
        return service is not None and service.running()

    def service(self, name: str) -> Program:
        """A part that can be started and stopped.

        Raises:
            ServiceError: there is no such part, or it is not there.
        """
        part = self.parts.get(name)
        if part is None or part.service is None:
            raise ServiceError(part.problem if part else f"There is no part {name!r}.")
        return part.service

    def ready(self) -> bool:
        return any(service.ready() for service in self._begun)

    def stop(self) -> None:
        for service in self._begun:
            if isinstance(service, Gunicorn):
                service.terminate()  # all at once; the stores stop after them
        self._end(Program.stop)

    def kill(self) -> None:
        self._end(Program.kill)

    def _end(self, verb: Callable[[Program], None]) -> None:
        while self._begun:  # the last one that was started ends first
            verb(self._begun.pop())
        self._folders.close()


def _site(environment: Mapping[str, str], host: str = "127.0.0.1", port: int = 0) -> Gunicorn:
    return Gunicorn(host=host, port=port, threads=_THREADS, environment=environment)


def resource_server(site: str, **settings: str) -> Gunicorn:
    """A resource server of a site; the settings are those of ``resource_server.py``.

    Its environment holds nothing else: it has no way to the database.
    """
    environment = {"PATH": os.defpath, "ISSUER_URL": site, **settings}
    return Gunicorn("accounts.cluster.resource_server", environment=environment)


def key_kept_in(folder: Path) -> Path:
    """The private key of the site's tokens, made at the first start."""
    file = folder / "jwt-key.pem"
    if not file.exists():
        write_key(file)
    return file


def write_key(file: Path) -> None:
    """Make a new private key, for this user only."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    # Under another name first, so that a start cut short leaves no half a key behind.
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_bytes(pem)
    new.rename(file)
