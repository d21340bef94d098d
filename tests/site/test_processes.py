"""Two real server processes on one database: what one has acknowledged, the other one knows."""

import os
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from accounts.lab.events import events
from accounts.lab.scenario import expected
from accounts.lab.users import create_lab_user
from accounts.services.gunicorn import Gunicorn
from accounts.strategies import Family, Outcome, Strategy, strategies
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from accounts.tokens.realm import lab_realm
from tests.clients import Api, Json, bearer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("processes"),  # the two servers are started once, by one process
]

LOG_OUTS = 20
PATIENCE = 10.0  # seconds

PROMISING = [
    strategy.slug
    for strategy in strategies
    if expected(strategy, events["log-out"]).thief is Outcome.REFUSED
    and not strategy.bound  # whose copies are refused before the log-out, too
]
AT_ONCE = [slug for slug in PROMISING if not strategies[slug].propagation_delay]


@dataclass
class Device:
    """A device that may talk to either process."""

    strategy: type[Strategy]
    http: Api
    access: str = ""

    @classmethod
    def logged_in(cls, slug: str, server: str, http: Api) -> "Device":
        """Log a fresh user in at one of the processes."""
        lab_user = create_lab_user(uuid.uuid4())
        device = cls(strategies[slug], http)
        body = {"username": lab_user.user.username, "password": lab_user.password}
        answer = http.post(device.url(server, "login"), json=body, headers=device.csrf(server))
        assert answer.status_code == 200
        device.access = answer.json().get("access", "")
        return device

    def url(self, server: str, action: str) -> str:
        """The address of an action at a process."""
        return f"{server}/api/lab/{self.strategy.slug}/{action}/"

    def csrf(self, server: str) -> dict[str, str]:
        """The header that a cookie needs."""
        if self.strategy.family is not Family.SESSION:
            return {}
        token = self.http.get(f"{server}/api/session/login/").json()["csrf_token"]
        return {"X-CSRFToken": token}

    @property
    def headers(self) -> dict[str, str]:
        """The header with the token."""
        return bearer(self.access) if self.access else {}

    def me(self, server: str, cookies: httpx.Cookies | None = None) -> httpx.Response:
        """Send a request, perhaps with the cookies of before."""
        if cookies is not None:
            self.http.cookies = cookies
        return self.http.get(self.url(server, "me"), headers=self.headers)

    def log_out(self, server: str) -> httpx.Cookies:
        """Log out; returns a thief's copy of the cookies."""
        copied = httpx.Cookies(self.http.cookies)
        headers = self.headers | self.csrf(server)
        assert self.http.post(self.url(server, "logout"), headers=headers).status_code == 200
        return copied


def statements(answer: httpx.Response) -> int:
    body: Json = answer.json()
    return int(body["trace"]["tally"]["sql"])


def database_url(name: str | None = None) -> str:
    """The URL of the tests' own database, or of another one beside it."""
    name = name or str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def servers(django_db_setup: None) -> Iterator[list[str]]:
    """Two gunicorns of one worker and one thread each.

    A second thread would have to connect to the database, also while nobody may.
    """
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "TRACING": "1",
    }
    here, there = (Gunicorn(environment=environment, threads=1) for _ in range(2))
    with here, there:
        yield [here.address, there.address]


@pytest.fixture
def http() -> Iterator[Api]:
    """An HTTP client."""
    with Api(timeout=PATIENCE) as client:
        yield client


def test_most_strategies_promise_that_a_log_out_is_known_everywhere() -> None:
    assert "session-db" in PROMISING
    assert "jwt-blacklist-memory" in PROMISING
    assert "jwt-user" not in PROMISING
    assert "session-cached" not in PROMISING  # its cache is each process's own memory


@pytest.mark.parametrize("slug", AT_ONCE)
def test_a_log_out_at_one_process_is_known_to_the_other_from_the_next_request_on(
    slug: str, servers: list[str], http: Api
) -> None:
    here, there = servers
    for _ in range(3):
        device = Device.logged_in(slug, here, http)
        assert device.me(there).status_code == 200
        copied = device.log_out(here)
        assert device.me(there, copied).status_code == 401
        assert device.me(here, copied).status_code == 401
        http.cookies.clear()


def test_the_lag_of_the_memory_over_many_log_outs(
    servers: list[str], http: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = servers
    # This process is a third one: it sees when the news arrives, without a request's own time.
    observer = JwtBlacklistMemory(lab_realm())
    lags, accepted = [], 0
    for _ in range(LOG_OUTS):
        device = Device.logged_in("jwt-blacklist-memory", here, http)
        assert device.me(there).status_code == 200
        observer.check(device.access)
        device.log_out(here)
        acknowledged = time.perf_counter()
        lags.append(until_known(observer, device) - acknowledged)
        while device.me(there).status_code == 200:
            accepted += 1
            assert time.perf_counter() < acknowledged + PATIENCE
        assert statements(device.me(there)) == 0
    observer.close()
    with capsys.disabled():
        print(described(lags, accepted))  # noqa: T201 - the figures are what this is about


def until_known(observer: JwtBlacklistMemory, device: Device) -> float:
    """When a process knows of a log-out; it asks as a request would."""
    end = time.perf_counter() + PATIENCE
    while observer.check(device.access).__class__.__name__ == "Accepted":
        assert time.perf_counter() < end
    return time.perf_counter()


def described(lags: list[float], accepted: int) -> str:
    median, worst = statistics.median(lags) * 1000, max(lags) * 1000
    return (
        f"\njwt-blacklist-memory on {connection.display_name}: after {len(lags)} log-outs at one "
        f"process another one knew in {median:.2f} ms (median) to {worst:.2f} ms (worst); "
        f"a third one let {accepted} requests in meanwhile"
    )


@contextmanager
def cut_off() -> Iterator[None]:
    """Let nobody connect to the tests' database, and end the connections of the listeners."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_url("postgres"), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                # Of this database alone: other tests run beside these on the same server.
                "WHERE application_name = 'blacklist listener' AND datname = %s",
                [name],
            )
            yield
        finally:
            server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def until(server: str, device: Device, *, queries: int) -> None:
    """Wait until a process answers a device that is let in with so many statements."""
    end = time.perf_counter() + PATIENCE
    while statements(device.me(server)) != queries:
        assert time.perf_counter() < end
        time.sleep(0.01)


@pytest.mark.database("postgres")
def test_a_process_that_has_lost_its_listener_reads_the_table_until_it_is_back(
    servers: list[str], http: Api
) -> None:
    here, there = servers
    witness, *devices = [
        Device.logged_in("jwt-blacklist-memory", here, http) for _ in range(LOG_OUTS // 2 + 1)
    ]
    for server in servers:
        until(server, witness, queries=1)
    before, during, after = devices[::3], devices[1::3], devices[2::3]
    log_out_all(before, here, there)
    with cut_off():
        for server in servers:
            until(server, witness, queries=2)
        for device in during:
            device.log_out(here)
            # Not "soon": the table is asked, and knows it.
            assert device.me(there).status_code == 401
    for server in servers:
        until(server, witness, queries=1)
    for device in [*before, *during]:
        answer = device.me(there)
        assert (answer.status_code, statements(answer)) == (401, 0)
    log_out_all(after, here, there)


def log_out_all(devices: list[Device], here: str, there: str) -> None:
    """Log devices out at one process, and see that the other one gets to know it."""
    for device in devices:
        assert device.me(there).status_code == 200
        device.log_out(here)
        end = time.perf_counter() + PATIENCE
        while device.me(there).status_code != 401:
            assert time.perf_counter() < end
