"""How many function calls a request to the site costs: a figure that no machine changes."""

import json
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.bench.measures.calls import calls_of
from accounts.bench.result import SiteCalls
from accounts.conf import own_database
from accounts.models import User, login_begin, login_touch
from accounts.site.signin import sign_in, start_session, start_token_login
from accounts.strategies.session_joined import SessionStore
from tests.cast import PASSWORD

# As counted with the packages of requirements.lock. Who makes a request cost less writes it here.
REACHED: dict[str, SiteCalls] = {
    "sqlite": {"token": 958, "session": 896, "nobody": 677, "bare": 942},
    "postgres": {"token": 1037, "session": 960, "nobody": 677, "bare": 942},
}
# Of one statement alone, without the transaction around it.
NOTED = {"sqlite": 75, "postgres": 139}
# With the check of the password, its hash and the transaction.
LOGGED_IN = {"sqlite": (1688, 2704), "postgres": (1991, 3051)}  # by token, by cookie
MARGIN = 1.02


def unlike_reached(counted: SiteCalls) -> dict[str, str]:
    """Those kinds of requests whose calls are others than here, by more than the margin."""
    reached = REACHED[own_database()]
    return {
        asking: f"{counted[asking]} calls, not {reached[asking]}"
        for asking in ("token", "session", "nobody", "bare")
        if not reached[asking] / MARGIN < counted[asking] < reached[asking] * MARGIN
    }


def test_the_calls_can_be_counted_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers
    call_command("bench", "--calls", "--json")
    assert unlike_reached(json.loads(capsys.readouterr().out)) == {}


@pytest.mark.django_db(transaction=True)
def test_to_log_in_costs_few_calls(alice: User) -> None:
    def user_of(request: HttpRequest) -> User:
        return sign_in(request, username="alice", password=PASSWORD)

    def by_token() -> None:
        request = RequestFactory().post("/api/token/")
        start_token_login(request, user_of(request))

    def by_cookie() -> None:
        request = RequestFactory().post("/login/")
        request.session = SessionStore()
        start_session(request, user_of(request), remember=False)

    with ThreadPoolExecutor(1) as thread:
        counted = [*thread.map(_fewest_calls_of, (by_token, by_cookie))]
    reached = LOGGED_IN[own_database()]
    assert all(one <= most * MARGIN for one, most in zip(counted, reached, strict=True)), counted


@pytest.mark.django_db(transaction=True)
def test_to_note_that_a_login_was_used_costs_few_calls(alice: User) -> None:
    login = login_begin(alice, strategy="session-joined")
    # In a thread of its own: where a browser has been, its event loop runs in this one, and Django
    # then asks the environment at each step whether that is allowed.
    with ThreadPoolExecutor(1) as thread:
        counted = thread.submit(_fewest_calls_of, partial(login_touch, login.pk)).result()
    assert counted <= NOTED[own_database()] * MARGIN


def _fewest_calls_of(act: Callable[[], None]) -> int:
    act()  # opens the connection
    try:
        # The fewest of a few: garbage that is collected meanwhile has calls of its own.
        return min(calls_of(act) for _ in range(3))
    finally:
        connection.close()


def test_calls_into_python_and_into_c_are_counted_alike() -> None:
    def once() -> int:
        return len("")

    nothing = calls_of(lambda: None)
    assert calls_of(once) == nothing + 1
