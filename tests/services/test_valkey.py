"""The private Valkey of the cluster."""

import importlib.util
import stat
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import redis

from accounts.services._base import ServiceError
from accounts.services._cluster import private_folder
from accounts.services.valkey import Valkey


def client(server: Valkey) -> redis.Redis:
    return redis.Redis.from_url(server.address)


def test_it_answers_through_its_socket_and_opens_no_port() -> None:
    with Valkey() as server:
        assert server.ready()
        with client(server) as store:
            store.set("word", "here", px=60_000)
            assert store.get("word") == b"here"
        assert server._process
        process = psutil.Process(server._process.pid)
        assert not process.net_connections("inet")
    assert not server.ready()


def test_others_cannot_enter_the_folder_of_its_socket() -> None:
    with Valkey() as server:
        folder = Path(server.address.removeprefix("unix://")).parent
        assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert not folder.exists()


@pytest.mark.parametrize("end", [Valkey.stop, Valkey.kill])
def test_started_again_it_is_empty_and_where_it_was(end: Callable[[Valkey], None]) -> None:
    with private_folder(None) as folder, Valkey(folder) as server:
        first = server.address
        with client(server) as store:
            store.set("word", "here")
        end(server)
        assert not server.ready()
        assert server.start() == first
        with client(server) as store:
            assert store.get("word") is None


def test_without_a_binary_a_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServiceError, match="make demo CLUSTER=1, or install valkey-server"):
        Valkey().start()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    far = tmp_path / ("x" * 120)  # longer than the address of a socket may be
    far.mkdir()
    with pytest.raises(ServiceError, match=r"Valkey did not start: .*[Tt]oo long"):
        Valkey(far).start()
