"""Every figure is that of a measured result."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.answer import facts as module
from accounts.answer.facts import facts
from accounts.answer.ranking import Action, Reason, System, reasons
from accounts.bench import archive
from accounts.bench.difference import Figure
from accounts.lab import recorded
from tests.bench.sample import result


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """Empty folders in the place of the shipped results."""
    bench, lab = tmp_path / "bench", tmp_path / "lab"
    bench.mkdir()
    lab.mkdir()
    monkeypatch.setattr(archive, "SHIPPED", bench)
    monkeypatch.setattr(archive, "folder", lambda: bench)
    monkeypatch.setattr(recorded, "SHIPPED", lab)
    module._facts.cache_clear()
    yield bench, lab
    module._facts.cache_clear()


def report(strategy: str, event: str, thief: str = "refused", **more: Any) -> dict[str, Any]:
    return {
        "strategy": strategy,
        "event": event,
        "thief": thief,
        "thief_after_s": 0.01,
        "usual_lifetime_s": 300.0,
        "other": "untouched",
        "error": None,
        **more,
    }


def play(lab: Path, *reports: dict[str, Any], made: str = "2026-02-03T04:05:06+00:00") -> None:
    content = {"made": made, "database": "SQLite", "seconds": 1.0, "machine": {}, "versions": {}}
    (lab / "sqlite.json").write_text(
        json.dumps({"format": recorded.FORMAT, **content, "reports": list(reports)})
    )


def test_the_figures_are_those_of_the_benchmark(folders: tuple[Path, Path]) -> None:
    archive.save(result(long=True))
    play(folders[1], report("session-db", "log-out"), report("jwt-user", "log-out", "accepted"))
    found = facts("sqlite")
    assert found is not None
    assert [candidate.slug for candidate in found.measurements.candidates] == [
        "session-db",
        "jwt-user",
    ]
    session, token = found.measurements.candidates
    assert (session.request, session.bytes_sent) == (Action(990, 2), 50)
    assert (token.request, token.bytes_sent) == (Action(790, 1), 400)
    assert session.refresh is None
    assert token.refresh == Action(190 + 700, 2)  # a request that nobody checks, and a log-in
    assert found.measurements.trips == ((0.0, 0.1), (1.0, 1.1), (5.0, 5.1))


def test_what_counts_as_a_difference_is_what_it_is_everywhere(
    folders: tuple[Path, Path],
) -> None:
    archive.save(result(long=True))
    play(folders[1], report("session-db", "log-out"))
    found = facts("sqlite")
    assert found is not None
    cpu, rounds = found.benchmark["strategies"][1]["cpu_us"], found.benchmark["rounds"]
    assert found.measurements.candidates[0].noise_us == Figure.from_spread(cpu, rounds).error


@pytest.mark.parametrize(
    ("event", "cell", "expected"),
    [
        ("log-out", {"thief": "accepted"}, "open_after"),
        ("log-out", {"error": "It broke"}, "open_after"),
        ("log-out", {"other": "collateral"}, "throws_out_at"),
        ("log-out", {"thief": "refused-later"}, "late_at"),
        ("role-removed", {"thief": "stale-role", "thief_after_s": 299.0}, "late_at"),
        ("role-removed", {"thief": "stale-role", "thief_after_s": 3599.0}, "open_after"),
        ("role-removed", {"thief": "stale-role", "thief_after_s": None}, "late_at"),
        ("role-removed", {"thief": "new-role"}, ""),
        ("key-rotated-overlap", {"thief": "accepted"}, ""),
        ("key-rotated-overlap", {"other": "collateral"}, ""),
        ("an-event-of-the-past", {"thief": "accepted"}, ""),
    ],
)
def test_a_cell_of_the_matrix_decides(
    folders: tuple[Path, Path], event: str, cell: dict[str, Any], expected: str
) -> None:
    archive.save(result(long=True))
    play(folders[1], report("jwt-user", "log-out"), {**report("jwt-user", event), **cell})
    found = facts("sqlite")
    assert found is not None
    [candidate] = found.measurements.candidates
    assert [
        name for name in ("open_after", "throws_out_at", "late_at") if getattr(candidate, name)
    ] == ([expected] if expected else [])


def test_the_newest_benchmark_that_measured_distances_counts(
    folders: tuple[Path, Path],
) -> None:
    play(folders[1], report("session-db", "log-out"))
    archive.save(result("2026-01-02T03:04:05+00:00", long=True))
    archive.save(result("2026-01-03T03:04:05+00:00", long=True))
    archive.save(result("2026-01-04T03:04:05+00:00"))
    found = facts("sqlite")
    assert found is not None
    assert f"{found.measured:%Y-%m-%d}" == "2026-01-03"
    assert found.result == "20260103-030405-sqlite"


def test_a_matrix_that_was_played_again_counts(folders: tuple[Path, Path]) -> None:
    archive.save(result(long=True))
    play(folders[1], report("session-db", "log-out", "accepted"))
    assert (before := facts("sqlite")) is not None
    assert before.measurements.candidates[0].open_after
    play(folders[1], report("session-db", "log-out"), made="2026-02-04T00:00:00+00:00")
    assert (after := facts("sqlite")) is not None
    assert not after.measurements.candidates[0].open_after


def test_without_a_benchmark_or_a_matrix_there_are_no_facts(folders: tuple[Path, Path]) -> None:
    archive.save(result(long=True))
    assert facts("sqlite") is None
    play(folders[1], report("session-db", "log-out"))
    assert facts("sqlite") is not None
    assert facts("postgres") is None


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_shipped_facts_say_what_the_lab_says(kind: str) -> None:
    found = facts(kind)
    assert found is not None
    will_do = {
        candidate.slug
        for candidate in found.measurements.candidates
        if not reasons(candidate, System(late_s=1))
    }
    assert will_do >= {"session-db", "session-joined", "opaque", "jwt-blacklist-joined"}
    assert reasons(found.candidate("jwt-user"), System()) == (Reason.OPEN,)
    assert Reason.THROWS_OUT in reasons(found.candidate("jwt-version"), System())
    assert found.candidate("jwt-rotating").late_at
