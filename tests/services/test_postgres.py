"""The private PostgreSQL that the demo and the tests start."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from accounts.services import _cluster
from accounts.services._base import ServiceError
from accounts.services.postgres import Postgres

pytestmark = pytest.mark.xdist_group("postgres")  # one is started for several tests

SERVE = """
import signal, sys
from pathlib import Path
from accounts.services.postgres import Postgres
with Postgres(Path(sys.argv[1])) as server:
    print(server.address, flush=True)
    signal.pause()
"""


def ask(url: str, statement: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    return str(row[0])


def start_and_stop(data: Path) -> None:
    with Postgres(data):
        pass


def server_process(data: Path) -> psutil.Process:
    return psutil.Process(int((data / "cluster" / "postmaster.pid").read_text().split()[0]))


def serve_in_a_child(data: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(data)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith("postgres://")
    return child


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("postgres") / "data"


@pytest.fixture(scope="module")
def server(data: Path) -> Iterator[Postgres]:
    with Postgres(data) as server:
        yield server


def test_it_answers_through_its_socket_and_opens_no_port(data: Path, server: Postgres) -> None:
    assert ask(server.address, "SHOW listen_addresses") == ""
    assert not [
        connection
        for connection in server_process(data).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def test_it_never_runs_as_root(data: Path, server: Postgres) -> None:
    assert server_process(data).uids().effective != 0


def test_others_can_enter_neither_its_data_nor_the_folder_of_its_socket(
    data: Path, server: Postgres
) -> None:
    socket = Path(ask(server.address, "SHOW unix_socket_directories"))
    assert [path.stat().st_mode & 0o077 for path in (socket, data)] == [0, 0]


def test_a_second_one_on_the_same_data_is_told_why_not(data: Path, server: Postgres) -> None:
    with pytest.raises(ServiceError, match="is in use: stop the demo"):
        start_and_stop(data)


def test_its_data_survives_a_restart(tmp_path: Path) -> None:
    with (
        Postgres(tmp_path / "data", durable=True) as server,
        psycopg.connect(server.address) as connection,
    ):
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
    with Postgres(tmp_path / "data", durable=True) as server:
        assert ask(server.address, "SELECT word FROM kept") == "still here"


def test_it_is_gone_after_the_block_even_after_an_error(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), Postgres(tmp_path / "data"):
        process = server_process(tmp_path / "data")
        raise ZeroDivisionError
    assert not process.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this")
def test_killing_its_parent_ends_it_and_the_next_one_starts(tmp_path: Path) -> None:
    child = serve_in_a_child(tmp_path / "data")
    process = server_process(tmp_path / "data")
    child.kill()
    child.communicate()
    with Postgres(tmp_path / "data") as server:
        assert ask(server.address, "SELECT 'up'") == "up"
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_the_pid_file_of_a_killed_server_does_not_stop_the_next(tmp_path: Path) -> None:
    """Its number may meanwhile belong to another program of the same user."""
    with Postgres(tmp_path / "data"):
        owner = server_process(tmp_path / "data").uids().effective
        content = (tmp_path / "data/cluster/postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"], user=owner if os.geteuid() == 0 else None) as other:
        stale = content.replace(content.split("\n", 1)[0], str(other.pid), 1)
        (tmp_path / "data/cluster/postmaster.pid").write_text(stale)
        with Postgres(tmp_path / "data") as server:
            assert ask(server.address, "SELECT 'up'") == "up"
        assert other.poll() is None
        other.kill()


def test_data_of_an_interrupted_first_start_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "data/cluster.new/base").mkdir(parents=True)
    with Postgres(tmp_path / "data") as server:
        assert ask(server.address, "SELECT 'up'") == "up"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    start_and_stop(tmp_path / "data")
    (tmp_path / "data/cluster/PG_VERSION").write_text("9\n")
    with pytest.raises(ServiceError, match="incompatible with server"):
        start_and_stop(tmp_path / "data")


def test_programs_that_its_user_cannot_reach_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:  # only root can become another user: let the other user be us
        myself = pwd.getpwuid(os.geteuid())
        monkeypatch.setattr(_cluster, "_unprivileged", lambda _: myself)
        monkeypatch.setattr(_cluster, "_as", lambda _: {"env": _cluster.ENVIRONMENT})
        monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(_cluster, "_may_run", lambda *_: False)
    with Postgres(tmp_path / "data") as server:
        assert ask(server.address, "SELECT 'up'") == "up"
        program = Path(server_process(tmp_path / "data").exe())
        assert Path(sys.prefix) not in program.parents
    assert not program.exists()


def test_stopping_a_server_that_hears_nothing_takes_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Postgres, "stop_timeout", 0.2)
    with Postgres(tmp_path / "data"):
        process = server_process(tmp_path / "data")
        process.send_signal(signal.SIGSTOP)
    assert not process.is_running()
