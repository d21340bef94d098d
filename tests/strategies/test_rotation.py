"""Races for one refresh token: the database lets exactly one win."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from accounts.lab.users import LabUser
from accounts.models import EndReason, Login
from accounts.strategies import Credential, Refused
from tests.processes import Process, code, is_accepted, log_in

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = uuid.UUID(int=1)
THREADS = 20


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Let each act happen in a thread of its own, all at the same moment; what each returned."""
    start = Barrier(len(acts))

    def perform(act: Callable[[], object]) -> object:
        try:
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(perform, acts))


@pytest.fixture(params=["jwt-rotating", "jwt-blacklist-joined"])
def rotating(request: pytest.FixtureRequest) -> str:
    """The strategies that rotate."""
    return str(request.param)


def test_twenty_threads_spend_one_refresh_token_and_exactly_one_wins(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating, refresh_grace=timedelta(0))
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    results = at_once(*[lambda: strategy.renew(refresh, client=PHONE)] * THREADS)
    winners = [result for result in results if isinstance(result, Credential)]
    assert len(winners) == 1
    # The nineteen others came with a spent token: somebody has a copy.
    login.refresh_from_db()
    assert login.end_reason == EndReason.REPLAYED
    assert isinstance(strategy.renew(winners[0].refresh or "", client=PHONE), Refused)


def test_within_the_grace_all_of_one_client_are_given_one_successor(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating, refresh_grace=timedelta(minutes=1))
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    results = at_once(*[lambda: strategy.renew(refresh, client=PHONE)] * THREADS)
    assert all(isinstance(result, Credential) for result in results)
    login.refresh_from_db()
    assert login.ended_at is None
    assert login.previous_refresh_jti is not None
    # One rotation only: what twenty were given is one token, and it is not yet spent.
    winner = results[0]
    assert isinstance(winner, Credential)
    assert isinstance(strategy.renew(winner.refresh or "", client=PHONE), Credential)


@pytest.mark.parametrize("attempt", range(10))
def test_a_log_out_that_races_with_a_refresh_leaves_no_live_token(
    attempt: int, rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    _, renewed = at_once(
        lambda: strategy.revoke(login), lambda: strategy.renew(refresh, client=PHONE)
    )
    held = [credential, *([renewed] if isinstance(renewed, Credential) else [])]
    for pair in held:
        assert isinstance(strategy.renew(pair.refresh or "", client=PHONE), Refused)
    if rotating != "jwt-rotating":  # its access tokens are looked up by nobody, and short
        assert not any(is_accepted(strategy, pair) for pair in held)


@pytest.mark.parametrize("attempt", range(5))
def test_a_password_change_that_races_with_a_refresh_leaves_no_live_token(
    attempt: int, rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    _, renewed = at_once(
        lambda: login.user.end_logins(EndReason.PASSWORD),
        lambda: strategy.renew(refresh, client=PHONE),
    )
    latest = renewed if isinstance(renewed, Credential) else credential
    verdict = strategy.renew(latest.refresh or "", client=PHONE)
    assert code(verdict) in ("login_ended", "login_outdated")


def test_of_two_devices_each_spends_its_own(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    pairs = [log_in(strategy, lab_user)[1].refresh or "" for _ in range(4)]
    results = at_once(
        *[lambda refresh=refresh: strategy.renew(refresh, client=PHONE) for refresh in pairs]
    )
    assert all(isinstance(result, Credential) for result in results)
    assert not Login.objects.exclude(ended_at=None).exists()
