"""How many function calls a request to the site costs: a figure that no machine changes."""

import json
import signal

import pytest
from django.core.management import call_command

from accounts.bench.measures.calls import calls_of
from accounts.bench.result import SiteCalls
from accounts.conf import own_database

# As counted with the packages of requirements.lock. Who makes a request cost less writes it here.
REACHED: dict[str, SiteCalls] = {
    "sqlite": {"token": 1014, "session": 960, "nobody": 715, "bare": 952},
    "postgres": {"token": 1088, "session": 1019, "nobody": 715, "bare": 952},
}
MARGIN = 1.02


@pytest.mark.database("sqlite", "postgres")  # that of the process it starts
@pytest.mark.xdist_group("bench")
def test_a_request_costs_about_as_many_calls_as_it_did(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers
    call_command("bench", "--calls", "--json", "--database", own_database())
    counted: SiteCalls = json.loads(capsys.readouterr().out)
    reached = REACHED[own_database()]
    others = {
        asking: f"{counted[asking]} calls, not {reached[asking]}"
        for asking in ("token", "session", "nobody", "bare")
        if not reached[asking] / MARGIN < counted[asking] < reached[asking] * MARGIN
    }
    assert not others


def test_calls_into_python_and_into_c_are_counted_alike() -> None:
    def once() -> int:
        return len("")

    nothing = calls_of(lambda: None)
    assert calls_of(once) == nothing + 1
