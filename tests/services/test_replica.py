"""A streaming replica: what the primary has, a while later."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accounts.services._cluster import private_folder
from accounts.services.postgres import Postgres
from accounts.services.replica import Replica

PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def primary() -> Iterator[Postgres]:
    with Postgres() as server, psycopg.connect(server.address, autocommit=True) as database:
        database.execute("CREATE TABLE words (word text)")
        yield server


@pytest.fixture(scope="module")
def replica(primary: Postgres) -> Iterator[Replica]:
    with Replica(primary) as server:
        yield server


def write(server: Postgres, word: str) -> None:
    with psycopg.connect(server.address, autocommit=True) as database:
        database.execute("INSERT INTO words VALUES (%s)", [word])


def has(server: Postgres, word: str) -> bool:
    with psycopg.connect(server.address) as database:
        return bool(database.execute("SELECT 1 FROM words WHERE word = %s", [word]).fetchone())


def arrives(server: Postgres, word: str) -> bool:
    end = time.monotonic() + PATIENCE
    while not has(server, word) and time.monotonic() < end:
        time.sleep(0.01)
    return has(server, word)


def until_received(primary: Postgres, replica: Replica) -> None:
    """Wait until the replica has the log of all that was written, applied or not."""
    with psycopg.connect(primary.address) as database:
        row = database.execute("SELECT pg_current_wal_lsn()::text").fetchone()
    assert row
    question = "SELECT pg_last_wal_receive_lsn() >= %s::pg_lsn"
    with psycopg.connect(replica.address, autocommit=True) as database:
        while database.execute(question, row).fetchone() != (True,):
            time.sleep(0.01)


def test_what_is_written_on_the_primary_arrives(primary: Postgres, replica: Replica) -> None:
    write(primary, "first")
    assert arrives(replica, "first")


def test_nobody_writes_on_it(replica: Replica) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        write(replica, "never")


def test_its_delay_is_a_setting_that_holds_at_once(primary: Postgres, replica: Replica) -> None:
    replica.delay(60_000)
    write(primary, "late")
    until_received(primary, replica)
    assert not has(replica, "late")
    replica.delay(0)
    assert arrives(replica, "late")


def test_the_lag_is_how_long_commits_take(primary: Postgres, replica: Replica) -> None:
    replica.delay(300)
    write(primary, "measured")
    assert arrives(replica, "measured")
    end = time.monotonic() + PATIENCE
    while (replica.lag() or 0) < 250 and time.monotonic() < end:  # it reports by and by
        write(primary, "again")
        time.sleep(0.05)
    assert (replica.lag() or 0) >= 250
    replica.delay(0)


def test_started_again_it_catches_up(primary: Postgres, replica: Replica) -> None:
    replica.kill()
    assert not replica.ready()
    write(primary, "meanwhile")
    replica.start()
    assert arrives(replica, "meanwhile")


def test_both_keep_their_addresses_where_they_have_a_folder_for_their_sockets() -> None:
    with (
        private_folder(None) as here,
        private_folder(None) as there,
        Postgres(socket=here) as primary,
        Replica(primary, socket=there) as replica,
    ):
        addresses = primary.address, replica.address
        primary.kill()
        assert has_words(replica) == 0  # it goes on without the primary
        assert (primary.start(), replica.start()) == addresses


def has_words(server: Postgres) -> int:
    with psycopg.connect(server.address) as database:
        row = database.execute("SELECT count(*) FROM pg_class WHERE relname = 'words'").fetchone()
    assert row
    return int(row[0])


def test_a_folder_with_something_else_in_it_is_copied_anew(
    primary: Postgres, tmp_path: Path
) -> None:
    (tmp_path / "data/cluster/base").mkdir(parents=True)
    write(primary, "copied")
    with Replica(primary, tmp_path / "data") as replica:
        assert has(replica, "copied")
