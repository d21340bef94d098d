"""The tables of a result, and how a terminal shows them."""

import io
import signal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings
from rich.console import Console

from accounts.bench import archive
from accounts.bench.measures import machine
from accounts.bench.tables import Row, Table, growth, logins, tables
from accounts.management.commands import bench as command
from accounts.management.commands.bench import MIN_WIDTH
from accounts.management.terminal import in_terminal
from tests.bench.sample import result


def printed(table: Table) -> list[str]:
    console = Console(file=io.StringIO(), width=MIN_WIDTH)
    console.print(in_terminal(table))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_what_was_not_measured_has_no_table() -> None:
    assert [len(table.columns) for table in tables(result())] == [7, 6, 2, 2, 6]
    assert len(list(tables(result(long=True)))) == 9


def test_every_row_has_a_cell_for_every_column() -> None:
    for table in tables(result(long=True)):
        assert {1 + len(row.cells) for row in table.rows} == {len(table.columns)}


def test_the_terminal_shows_every_figure_and_calls_strategies_by_their_slugs() -> None:
    for table in tables(result(long=True)):
        lines = printed(table)
        assert lines[0].strip() == table.title
        for row in table.rows:
            cells = [row.slug or row.name, *row.cells]
            assert any(line.split() == " ".join(cells).split() for line in lines), cells
        assert " ".join(table.note.split()) in " ".join(" ".join(lines).split())


def test_a_limit_that_was_missed_stands_out_in_a_terminal() -> None:
    table = Table(
        "Limits", ("Figure", "Measured"), [Row("stored", "1"), Row("missed", "2", missed=True)]
    )
    assert [row.style for row in in_terminal(table).rows] == [None, "bold red"]


def test_a_method_that_does_nothing_has_no_time() -> None:
    found = result()
    found["strategies"][1]["logout"] = {"queries": 0, "cpu_us": 5.3, "wall_us": 7.3}
    found["strategies"][1]["logout_everywhere"] = {"queries": 0, "cpu_us": 500.0, "wall_us": 500.0}

    row = logins(found).rows[0]

    assert list(row.cells[:3]) == ["700 µs, 2 SQL", "does nothing", "500 µs, no SQL"]


def test_the_note_of_growing_tables_says_how_they_were_pruned() -> None:
    found = result(long=True)["growth"]
    assert found
    assert growth(found).note.startswith("Pruning 1,000,000 expired rows took 30 s")


def test_a_run_that_others_disturbed_is_kept_but_not_shipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings
) -> None:
    disturbed = result()
    disturbed["machine"]["waited"] = 0.5
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(archive, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(machine, "is_loaded", lambda _: False)  # before it began
    monkeypatch.setattr(command, "bench", lambda _: iter([disturbed]))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers

    with pytest.raises(CommandError, match=r"^It does not become the repository's result"):
        call_command("bench", "--ship")

    assert [file.parent.name for file in tmp_path.rglob("*.json")] == [".bench"]


def test_the_command_names_the_machine_before_its_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "bench", lambda _: iter([result()]))
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers

    call_command("bench", "--no-save")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "60 rounds on sqlite, 2 × A processor (load 0.1)"
    assert [line.strip() for line in lines if line.strip() == "CPU time per request"]
