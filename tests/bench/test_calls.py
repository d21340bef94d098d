"""How many function calls a request to the site costs: a figure that no machine changes."""

import json
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.bench.measures.calls import calls_of
from accounts.bench.result import SiteCalls
from accounts.conf import own_database
from accounts.models import User, login_begin, login_touch

# As counted with the packages of requirements.lock. Who makes a request cost less writes it here.
REACHED: dict[str, SiteCalls] = {
    "sqlite": {"token": 958, "session": 896, "nobody": 677, "bare": 942},
    "postgres": {"token": 1037, "session": 960, "nobody": 677, "bare": 942},
}
# Of one statement alone, without the transaction around it.
NOTED = {"sqlite": 75, "postgres": 139}
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


@pytest.mark.django_db(transaction=True)
def test_to_note_that_a_login_was_used_costs_few_calls(alice: User) -> None:
    login = login_begin(alice, strategy="session-joined")
    # In a thread of its own: where a browser has been, its event loop runs in this one, and Django
    # then asks the environment at each step whether that is allowed.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(_calls_of_a_note, login.pk).result() <= NOTED[own_database()] * MARGIN


def _calls_of_a_note(login_id: uuid.UUID) -> int:
    note = partial(login_touch, login_id)
    note()  # opens the connection
    try:
        # The fewest of a few: garbage that is collected meanwhile has calls of its own.
        return min(calls_of(note) for _ in range(3))
    finally:
        connection.close()


def test_calls_into_python_and_into_c_are_counted_alike() -> None:
    def once() -> int:
        return len("")

    nothing = calls_of(lambda: None)
    assert calls_of(once) == nothing + 1
