"""The matrix that is shipped for each database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from accounts.lab import recorded
from accounts.lab.events import events
from accounts.lab.scenario import expected
from accounts.lab.wording import describe
from accounts.strategies import strategies

SAMPLE = {
    "made": "2026-11-30T07:34:37+00:00",
    "machine": {"cores": 2},
    "versions": {"SQLite": "3.40.1"},
    "database": "SQLite",
    "seconds": 16.2,
    "reports": [
        {"strategy": "opaque", "event": "log-out", "thief": "refused"},
        {"strategy": "opaque", "event": "expiry", "thief": "refused"},
    ],
}


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    recorded.save("sqlite", SAMPLE, tmp_path)
    found = recorded.recorded("sqlite", tmp_path)
    assert found is not None
    assert found.made == datetime(2026, 11, 30, 7, 34, 37, tzinfo=UTC)
    assert (found.database, found.seconds, found.machine["cores"]) == ("SQLite", 16.2, 2)
    assert found.reports["opaque", "expiry"] == SAMPLE["reports"][1]  # type: ignore[index]


def test_a_newer_file_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    recorded.save("sqlite", SAMPLE, tmp_path)
    assert recorded.recorded("sqlite", tmp_path)
    recorded.save("sqlite", {**SAMPLE, "seconds": 3.0}, tmp_path)
    found = recorded.recorded("sqlite", tmp_path)
    assert found is not None
    assert found.seconds == 3.0


def test_a_file_of_another_format_and_a_missing_one_are_none(tmp_path: Path) -> None:
    file = recorded.save("sqlite", SAMPLE, tmp_path)
    file.write_text(file.read_text().replace('"format": 1', '"format": 9'))
    assert recorded.recorded("sqlite", tmp_path) is None
    assert recorded.recorded("postgres", tmp_path) is None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_shipped_matrix_agrees_with_what_is_declared_and_can_be_told(kind: str) -> None:
    found = recorded.recorded(kind)
    assert found is not None
    for (strategy, event), report in found.reports.items():
        assert describe(report).tone != "broken"
        if strategy in strategies and event in events:
            declared = expected(strategies[strategy], events[event])
            assert (report["thief"], report["other"]) == (declared.thief, declared.other)
