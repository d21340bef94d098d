"""What a list takes in a process, measured."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.bench.result import Machine
from accounts.cluster import scale_measured
from accounts.cluster.scale_facts import HOLDS
from accounts.cluster.scale_measured import entry_bytes, message_costs, record, recorded


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where it is kept, instead of beside the module."""
    monkeypatch.setattr(scale_measured, "FILE", tmp_path / "results" / "lists.json")
    recorded.cache_clear()
    yield scale_measured.FILE
    recorded.cache_clear()


def test_what_is_shipped_is_what_an_id_takes_now() -> None:
    shipped = recorded().lists["jwt-blacklist-memory"]
    # As many as are merged at once: recent ones take ten times as much.
    now = entry_bytes(4096)
    assert now == pytest.approx(shipped.entry_bytes, rel=0.25), "manage.py scale --measure"


def test_it_is_of_ways_that_hold_a_list() -> None:
    assert recorded().lists.keys() <= HOLDS.keys()


@pytest.mark.database("postgres")
@pytest.mark.django_db(transaction=True)
def test_every_message_is_heard_and_costs_something() -> None:
    us, size = message_costs(300)
    assert us > 0
    assert size == recorded().lists["jwt-blacklist-memory"].message_bytes


@pytest.mark.django_db
def test_without_a_listener_nothing_is_measured(settings: Settings) -> None:
    settings.DATABASE_POOLER = True
    with pytest.raises(TimeoutError, match="cannot be listened to"):
        message_costs(1)


@pytest.mark.parametrize(("load", "us"), [(0.1, 40.0), (9.0, None)])
def test_no_time_of_a_busy_machine_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch, load: float, us: float | None
) -> None:
    here: Machine = {"cpu": "", "cores": 2, "memory_gib": 8.0, "system": "", "load": load}
    monkeypatch.setattr(scale_measured, "machine", lambda: here)
    monkeypatch.setattr(scale_measured, "message_costs", lambda _: (40.0, 83))
    record(entries=100, messages=10)
    found = recorded().lists["jwt-blacklist-memory"]
    assert (found.message_us, found.message_bytes, found.entries) == (us, 83, 100)
    assert json.loads(file.read_text())["machine"] == here
