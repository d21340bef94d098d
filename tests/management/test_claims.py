"""``manage.py claims``: plays, prints, ships; how it fails is one line."""

import json
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.bench.measures import machine
from accounts.claims import _play, _results, claims, shipped
from tests.claims.sample import SLUG, played, program, progress


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


def test_what_breaks_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit('No space left')"))
    with pytest.raises(CommandError, match=r"^No space left$"):
        said(f"--claim={SLUG}")
