"""What a cluster starts, and what becomes of it."""

import json
import subprocess
from pathlib import Path
from urllib.request import urlopen

import psycopg
import pytest
import redis

from accounts.cluster import parts
from accounts.cluster.control import ClusterAway, Control
from accounts.cluster.parts import PARTS, SITES, Cluster
from accounts.services import Program, ServiceError
from accounts.services.caddy import SERVED_BY
from accounts.services.gunicorn import Gunicorn, free_port

pytestmark = pytest.mark.xdist_group("cluster")  # it is started once, by one process


def address(cluster: Control, part: str) -> str:
    [found] = [each["address"] for each in cluster.state() if each["slug"] == part]
    return found


def test_everything_runs_and_says_what_it_is(cluster: Control) -> None:
    state = cluster.state()
    assert [part["slug"] for part in state] == [*PARTS]
    assert [part["problem"] for part in state] == [""] * len(PARTS)
    assert all(part["running"] for part in state)


def test_the_proxy_sends_each_request_to_the_next_process(cluster: Control) -> None:
    served = set()
    for _ in range(3):
        with urlopen(f"{address(cluster, 'proxy')}/readyz") as answer:  # noqa: S310 - ours
            served.add(f"http://{answer.headers[SERVED_BY]}")
    assert served == {address(cluster, site) for site in SITES}


def test_the_replica_shows_what_the_primary_has_and_the_cache_is_there(cluster: Control) -> None:
    for part in ("primary", "replica"):
        with psycopg.connect(address(cluster, part)) as database:
            row = database.execute("SELECT count(*) FROM django_migrations").fetchone()
        assert row
        assert row[0] > 0
    with redis.Redis.from_url(address(cluster, "cache")) as cache:
        assert cache.ping()


def test_the_keys_that_the_resource_server_needs_are_published(cluster: Control) -> None:
    with urlopen(f"{address(cluster, 'proxy')}/.well-known/jwks.json") as answer:  # noqa: S310
        [key] = json.load(answer)["keys"]
    assert key["alg"] == "EdDSA"


def test_what_cannot_be_done_is_told_in_words(cluster: Control) -> None:
    with pytest.raises(ServiceError, match="There is no part 'moon'"):
        cluster.kill("moon")
    with pytest.raises(ServiceError, match="There is no such verb"):
        cluster.ask("explode")
    with pytest.raises(ServiceError, match="KeyError"):
        cluster.ask("kill")


def test_where_nothing_runs_a_caller_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ClusterAway):
        Control(tmp_path_factory.mktemp("nowhere") / "control.sock").state()


def test_where_a_binary_is_missing_the_rest_runs_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise ServiceError("No binary here.")

    monkeypatch.setattr(parts, "caddy_program", missing)
    monkeypatch.setattr(parts, "_site", hello)
    monkeypatch.setattr(parts, "Postgres", Missing)
    monkeypatch.setattr(parts, "Valkey", Missing)
    port = free_port()
    cluster = Cluster(
        tmp_path,
        environment=lambda url: {"DATABASE_URL": url, "PATH": ""},
        prepare=lambda _: None,
        control=tmp_path / "control.sock",
        port=port,
    )
    with cluster:
        assert cluster.address == f"http://127.0.0.1:{port}"
        with urlopen(cluster.address) as answer:  # noqa: S310 - ours
            assert answer.read() == b"hello"
        problems = {part["slug"]: part["problem"] for part in cluster.state() if part["problem"]}
        assert problems.keys() == {part["slug"] for part in cluster.state() if not part["running"]}
        assert cluster.own_environment()["DATABASE_URL"].startswith("sqlite:///")
    assert problems == {
        "proxy": "No binary here. Process 1 is at its address.",
        "primary": "No binary here.",
        "replica": "There is no primary to follow.",
        "reader": "There is no replica to read.",
        "cache": "No binary here.",
    }


def hello(_: object, host: str = "127.0.0.1", port: int = 0) -> Gunicorn:
    return Gunicorn("tests.services.hello", host=host, port=port)


class Missing(Program):
    """A program that has no binary for this platform."""

    def __init__(self, *_: object, **__: object) -> None:
        super().__init__()

    def launch(self) -> "subprocess.Popen[bytes]":
        raise ServiceError("No binary here.")

    def ready(self) -> bool:
        return False
