"""A database that is put at a distance."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from accounts.services._base import ServiceError
from accounts.services.delay_proxy import DelayProxy
from accounts.services.postgres import Postgres

pytestmark = pytest.mark.xdist_group("delay proxy")  # one database for all of them


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with Postgres() as database:
        yield database


def test_each_round_trip_takes_that_long(database: Postgres) -> None:
    with DelayProxy(database.address, 20) as proxy, psycopg.connect(proxy.address) as connection:
        began = time.perf_counter()
        for _ in range(5):
            connection.execute("SELECT 1")
        assert time.perf_counter() - began > 0.1


def test_a_killed_proxy_breaks_the_connection_and_not_the_database(database: Postgres) -> None:
    with DelayProxy(database.address, 0) as proxy, psycopg.connect(proxy.address) as connection:
        assert proxy.ready()
        proxy.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
        assert not proxy.ready()
    assert database.ready()


def test_a_proxy_that_does_not_start_is_one_line(
    database: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DelayProxy, "start_timeout", 0)
    with pytest.raises(ServiceError, match="DelayProxy did not start"):
        DelayProxy(database.address, 1).start()
