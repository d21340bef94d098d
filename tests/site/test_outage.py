"""A real PostgreSQL that goes away, comes back or falls silent under a real server."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psutil
import psycopg
import pytest
from django.conf import settings

from accounts.services.gunicorn import Gunicorn
from accounts.services.postgres import Postgres
from tests.cast import PASSWORD
from tests.clients import bearer

pytestmark = [pytest.mark.database("postgres"), pytest.mark.xdist_group("outage")]

ACCOUNT = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from accounts.models import User
User.objects.create_user("alice", password={PASSWORD!r})
"""
CONNECTIONS = 8  # one for each thread of the server
NO_DATABASE = [
    "/healthz",
    "/.well-known/jwks.json",
    "/static/favicon.svg",
    "/",
    "/api/schema/",
    "/api/docs/",
]


class Database(Postgres):
    """A private PostgreSQL that can be away for a while and come back at the same address."""

    @contextmanager
    def away(self, sign: signal.Signals) -> Iterator[None]:
        """End it by a signal, and start it again afterwards."""
        assert self._process
        [socket] = parse_qs(urlsplit(self.address).query)["host"]
        [_, *children] = self.processes()
        self._process.send_signal(sign)
        self._process.wait()
        self._wait_for(children)  # one that has not noticed yet would answer
        try:
            yield
        finally:
            self._cluster.forget_dead_server()
            self._process = self._launch_on(Path(socket))
            while not self.ready():
                time.sleep(0.01)

    def processes(self) -> list[psutil.Process]:
        assert self._process
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]


class Server(Gunicorn):
    """A server that writes its log into a file."""

    log: IO[bytes]

    def child(self, *arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        return super().child(*arguments, **options | {"stdout": self.log, "stderr": self.log})


@dataclass
class Site:
    """A server of one process, its database, what it logs, and Alice's client."""

    database: Database
    http: httpx.Client
    log: Path

    def me(self) -> httpx.Response:
        return self.http.get("/api/me/")

    def log_in(self) -> httpx.Response:
        body = {"username": "alice", "password": PASSWORD}
        return self.http.post("/api/token/", json=body)

    def warm_up(self) -> None:
        """Let each thread open its connection."""
        assert {self.me().status_code for _ in range(CONNECTIONS)} == {200}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with Database() as database:
        command = [sys.executable, "-c", ACCOUNT]
        subprocess.run(command, env=environment(database), cwd=settings.BASE_DIR, check=True)
        yield database


def environment(database: Database, **limits: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "authdemo.settings",
        "DEMO": "1",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": database.address,
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        **limits,
    }


@contextmanager
def served(database: Database, log: Path, **limits: str) -> Iterator[Site]:
    """The site with these time-outs of the database."""
    server = Server(environment=environment(database, **limits))
    with (
        log.open("wb") as server.log,
        server,
        httpx.Client(base_url=server.address, timeout=20) as http,
    ):
        found = Site(database, http, log)
        http.headers.update(bearer(found.log_in().json()["access"]))
        yield found


@pytest.fixture(scope="module")
def site(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    log = tmp_path_factory.mktemp("outage") / "log"
    with served(database, log, DATABASE_STATEMENT_TIMEOUT="1") as found:
        yield found


def test_a_restart_costs_nobody_a_request(site: Site) -> None:
    site.warm_up()
    with site.database.away(signal.SIGINT):
        pass
    assert [site.me().status_code for _ in range(3 * CONNECTIONS)] == [200] * 3 * CONNECTIONS


def test_while_it_is_away_nobody_is_let_in_and_everybody_is_told_to_try_again(site: Site) -> None:
    site.warm_up()
    written = len(site.log.read_bytes())
    with site.database.away(signal.SIGKILL):
        answers = [site.me() for _ in range(CONNECTIONS)]
        answers += [site.log_in(), site.http.get("/api/logins/"), site.http.get("/readyz")]
        for answer in answers:
            assert answer.status_code == 503
            assert answer.json()["code"] == "database_unavailable"
            assert answer.headers["Retry-After"] == "1"
        page = site.http.get("/lab/runs/00000000-0000-0000-0000-000000000000/")
        assert (page.status_code, page.headers["Content-Type"][:9]) == (503, "text/html")
        assert [site.http.get(path).status_code for path in NO_DATABASE] == [200] * len(NO_DATABASE)
        cookie = {"Cookie": "session=of-somebody-who-is-logged-in"}
        pages = [*NO_DATABASE, "/nothing", "/api/nothing/", "/logins/"]
        expected = [200] * len(NO_DATABASE) + [404, 404, 503]
        assert [site.http.get(path, headers=cookie).status_code for path in pages] == expected
    assert site.me().status_code == 200
    lines = site.log.read_bytes()[written:].decode().splitlines()
    assert [line for line in lines if "The database does not answer" in line] == lines != []


def test_a_silent_one_is_given_up_and_holds_nobody_else_up(site: Site) -> None:
    site.warm_up()
    processes = site.database.processes()
    for process in processes:
        process.suspend()
    try:
        took = []
        for _ in range(2):
            began = time.monotonic()
            assert site.me().status_code == 503
            assert [site.http.get(path).status_code for path in NO_DATABASE] == [200] * len(
                NO_DATABASE
            )
            took.append(time.monotonic() - began)
        assert max(took) < 5
    finally:
        for process in reversed(processes):
            process.resume()
    ready = time.monotonic()
    assert site.me().status_code == 200
    assert time.monotonic() - ready < 1


@pytest.mark.parametrize("limit", ["lock", "statement"])
def test_a_lock_that_is_not_given_back_is_waited_for_a_moment(
    database: Database, tmp_path: Path, limit: str
) -> None:
    seconds = {"DATABASE_STATEMENT_TIMEOUT": "30", "DATABASE_LOCK_TIMEOUT": "30"}
    seconds[f"DATABASE_{limit.upper()}_TIMEOUT"] = "0.3"
    with served(database, tmp_path / "log", **seconds) as site:
        with psycopg.connect(database.address) as locker:
            locker.execute("LOCK TABLE accounts_login")
            answer = site.me()
            locker.rollback()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "database_unavailable"
        assert f"canceling statement due to {limit} timeout" in site.log.read_text()
        assert site.me().status_code == 200
