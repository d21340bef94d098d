"""``manage.py matrix`` as a person at a terminal, or a program, sees it."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.bench.measures import machine
from accounts.conf import own_database
from accounts.lab import recorded
from accounts.lab.report import Report
from accounts.lab.scenario import run_scenario
from accounts.management.commands import matrix
from accounts.models import User
from accounts.strategies import Expected, Outcome, strategies

pytestmark = pytest.mark.django_db(transaction=True)


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("matrix", *arguments, stdout=out)
    return out.getvalue()


def reports(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(printed("--json", *arguments))["reports"]
    return found


def test_a_person_sees_a_table_and_how_long_it_took(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("matrix", "--strategy=session-db", "--strategy=jwt-user", "--event=log-out")
    seen = capsys.readouterr().out
    assert "Log out" in seen
    assert "● refused at" in seen
    assert "▲ still works" in seen
    assert "2 played in" in seen
    assert connection.display_name in seen


def test_collateral_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("matrix", "--strategy=jwt-version", "--event=log-out")
    seen = capsys.readouterr().out
    assert "●◆ refused" in seen
    assert "◆ throws out who should stay" in seen


def test_a_program_gets_json() -> None:
    [report] = reports("--strategy=jwt-stateless", "--event=role-removed")
    assert report["thief"] == "stale-role"
    assert report["role"] == "editor"
    assert report["sql_per_request"] == 0
    assert report["matches"] is True
    assert "transcript" not in report


def test_a_program_gets_the_transcripts_if_it_asks() -> None:
    [report] = reports("--strategy=opaque", "--event=log-out", "--transcripts")
    who = [one["who"] for one in report["transcript"]]
    assert who == ["A", "B", "A", "B", "thief", "A", "thief", "B"]


def test_rows_and_columns_can_be_chosen() -> None:
    found = reports("--strategy=opaque", "--strategy=session-db", "--event=log-out")
    assert [(r["strategy"], r["event"]) for r in found] == [
        ("session-db", "log-out"),
        ("opaque", "log-out"),
    ]


def test_what_does_not_exist_cannot_be_chosen() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("matrix", "--strategy=carrier-pigeon")


def test_where_declared_and_measured_differ_it_fails_and_says_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boast = {"log-out": Expected(Outcome.REFUSED)}
    monkeypatch.setattr(strategies["jwt-user"], "expects", boast)
    with pytest.raises(CommandError) as failed:
        printed("--json", "--strategy=jwt-user", "--event=log-out")
    assert failed.value.returncode == 1
    assert str(failed.value) == (
        "jwt-user, log-out: declared refused and the other device untouched, "
        "measured accepted and untouched"
    )


@pytest.mark.database("sqlite")  # it starts one of its own
def test_it_can_be_played_on_a_database_of_its_own() -> None:
    command = [sys.executable, "manage.py", "matrix", "--database=sqlite", "--strategy=opaque"]
    environment = {**os.environ, "DATABASE_URL": "sqlite:////nowhere/to/be/found"}
    done = subprocess.run(
        [*command, "--event=log-out", "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    [report] = json.loads(done.stdout)["reports"]
    assert (report["database"], report["thief"]) == ("SQLite", "refused")


def test_the_status_of_a_run_on_a_database_of_its_own_is_the_commands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def differs(*arguments: str, environment: dict[str, str]) -> int:
        asked.extend(arguments)
        return 1

    monkeypatch.setattr(matrix, "manage", differs)
    with pytest.raises(SystemExit) as ended:
        printed("--database=sqlite", "--strategy=opaque", "--event=log-out", "--json")
    assert ended.value.code == 1
    assert {"--strategy=opaque", "--event=log-out", "--json", "--migrate"} <= set(asked)


def test_a_whole_matrix_can_be_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def one_cell(pairs: object, *, workers: int) -> list[Report]:
        return [run_scenario("opaque", "log-out")]

    monkeypatch.setattr(matrix, "run_scenarios", one_cell)
    monkeypatch.setattr(recorded, "SHIPPED", tmp_path)
    monkeypatch.setattr(machine, "is_loaded", lambda _: False)
    printed("--ship")
    found = recorded.recorded(own_database())
    assert found is not None
    assert found.database == connection.display_name
    assert found.machine["cores"] > 0
    assert found.reports["opaque", "log-out"]["thief"] == "refused"
    assert "transcript" not in found.reports["opaque", "log-out"]


def test_a_part_of_the_matrix_is_not_shipped() -> None:
    with pytest.raises(CommandError, match="Only a whole matrix is shipped"):
        printed("--ship", "--event=log-out")


def test_it_leaves_nothing_behind() -> None:
    printed("--json", "--strategy=session-db", "--event=log-out")
    assert not User.objects.exists()


def test_a_database_without_tables_is_one_clear_line() -> None:
    table = connection.ops.quote_name("accounts_login")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO put_aside")
        try:
            with pytest.raises(CommandError, match=r"Run manage\.py migrate, or add --database"):
                call_command("matrix", "--event=log-out")
        finally:
            cursor.execute(f"ALTER TABLE put_aside RENAME TO {table}")
