"""How many function calls a request to the site costs: a figure that no machine changes."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.bench.measures.calls import calls_of, measure
from accounts.bench.result import SiteCalls

# As counted with the packages of requirements.lock; a request may cost two per cent more.
REACHED: dict[str, SiteCalls] = {
    "sqlite": {"token": 1263, "session": 1244, "nobody": 939, "bare": 924},
    "postgresql": {"token": 1311, "session": 1267, "nobody": 939, "bare": 924},
}
MARGIN = 1.02


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> SiteCalls:
    monkeypatch.undo()  # or the look at each answer's description would be counted, too
    return measure()


def test_a_request_costs_hardly_more_calls_than_it_did(counted: SiteCalls) -> None:
    reached = REACHED[connection.vendor]
    more = {
        asking: f"{counted[asking]} calls, not {reached[asking]}"
        for asking in ("token", "session", "nobody", "bare")
        if not reached[asking] / MARGIN < counted[asking] < reached[asking] * MARGIN
    }
    assert not more


@pytest.mark.database("sqlite")  # one look at the command is enough
def test_another_process_counts_exactly_the_same(
    counted: SiteCalls, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("bench", "--calls", "--json")
    assert json.loads(capsys.readouterr().out) == counted


def test_calls_into_python_and_into_c_are_counted_alike() -> None:
    def once() -> int:
        return len("")

    nothing = calls_of(lambda: None)
    assert calls_of(once) == nothing + 1
