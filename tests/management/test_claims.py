"""``manage.py claims``: plays, prints, ships; how it fails is one line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.bench.measures import machine
from accounts.claims import _play, _results, claims, shipped
from accounts.cluster.control import Control
from accounts.cluster.parts import PARTS
from accounts.management.commands import claims as command
from accounts.services.temporary import SqliteFile
from tests.claims.sample import ON_CLUSTER, SLUG, played, program, progress


@pytest.fixture(autouse=True)
def plays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An experiment that is over at once, and nothing shipped but by the test."""
    monkeypatch.setattr(_play, "COMMAND", program(progress(), played()))
    monkeypatch.setattr(_results, "SHIPPED", tmp_path)
    monkeypatch.setattr(machine, "is_loaded", lambda _: False)
    shipped.cache_clear()
    yield
    shipped.cache_clear()


def said(*options: str) -> str:
    out = StringIO()
    call_command("claims", *options, stdout=out)
    return out.getvalue()


def test_as_json_it_gives_what_was_measured() -> None:
    assert json.loads(said(f"--claim={SLUG}", "--json")) == [played()]


def test_without_it_prints_the_verdict_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    said(f"--claim={SLUG}")
    printed = capsys.readouterr().out
    for words in (claims[SLUG].said, "does not hold", "The copy lived 3 s.", "A & B", "2 and 4"):
        assert words in printed


def test_it_ships_what_it_played_for_the_database(tmp_path: Path) -> None:
    said(f"--claim={SLUG}", "--ship", "--json")
    [file] = tmp_path.iterdir()
    assert file.name == "sqlite.json"
    assert shipped("sqlite")[SLUG].played.as_json() == played()


def test_on_a_busy_machine_counts_alone_are_shipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "is_loaded", lambda _: True)
    monkeypatch.setattr(machine, "quiet_wait", partial(machine.quiet_wait, seconds=-1))
    with pytest.raises(CommandError, match=r"^The machine is too busy: nothing was measured"):
        said(f"--claim={SLUG}", "--ship")
    assert not [*tmp_path.iterdir()]
    # Counts are the same on any machine.
    monkeypatch.setattr(claims[SLUG], "needs_quiet", False)
    said(f"--claim={SLUG}", "--ship")
    assert [file.name for file in tmp_path.iterdir()] == ["sqlite.json"]


def test_it_lists_all_and_plays_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit(1)"))
    assert [line.split(":")[0] for line in said("--list").splitlines()] == [
        claim.slug for claim in claims
    ]


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """How often a cluster was started; one without a cache."""
    started: list[Path] = []

    @contextmanager
    def borrowed(data: Path) -> Iterator[Control]:
        started.append(data)
        yield Control(data)

    running = [part for part in PARTS if part != "cache"]
    state = [{"slug": part, "address": "", "running": part in running} for part in PARTS]
    monkeypatch.setattr(command, "borrowed", borrowed)
    monkeypatch.setattr(Control, "state", lambda _: state)
    monkeypatch.setattr(_play, "temporary_database", lambda _: SqliteFile())
    return started


def test_the_cluster_is_started_once_for_all_that_need_it(
    starts: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    needing = ("verified-elsewhere", "no-replica-lag", ON_CLUSTER)
    chosen = [f"--claim={slug}" for slug in (SLUG, *needing)]
    assert json.loads(said(*chosen, "--database=postgres", "--json")) == [played(), played()]
    assert len(starts) == 1
    assert f"{ON_CLUSTER} is left out: no Cache." in capsys.readouterr().err


def test_without_one_that_needs_it_no_cluster_is_started(starts: list[Path]) -> None:
    said(f"--claim={SLUG}", "--database=postgres", "--json")
    said("--database=sqlite", "--json")
    assert not starts


def test_one_that_needs_it_cannot_be_played_on_sqlite() -> None:
    with pytest.raises(CommandError, match=f"^{ON_CLUSTER}: .* Add --database postgres.$"):
        said(f"--claim={ON_CLUSTER}")


def test_what_breaks_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit('No space left')"))
    with pytest.raises(CommandError, match=r"^No space left$"):
        said(f"--claim={SLUG}")
