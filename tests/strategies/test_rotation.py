"""Races for one refresh token: the database lets exactly one win."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.lab.users import LabUser
from accounts.models import EndReason, Login
from accounts.strategies import Credential, Refused
from accounts.strategies._rotation import _rotate, _Shown
from accounts.tokens.codec import peek
from tests.processes import Process, code, is_accepted, log_in
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

THREADS = 20


@pytest.fixture(params=["jwt-rotating", "jwt-blacklist-joined"])
def rotating(request: pytest.FixtureRequest) -> str:
    """The strategies that rotate."""
    return str(request.param)


def test_twenty_threads_spend_one_refresh_token_and_one_successor_is_live(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    # Without a grace each looks like one whose answer was lost, and gets a successor of its own.
    strategy = process(rotating, refresh_grace=timedelta(0))
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    results = at_once(*[lambda: strategy.renew(refresh)] * THREADS)
    given = [result.refresh or "" for result in results if isinstance(result, Credential)]
    assert len(given) == THREADS
    login.refresh_from_db()
    assert login.refresh_jti
    jtis = {peek(refresh)[1]["jti"]: refresh for refresh in given}
    live = jtis[login.refresh_jti.hex]
    assert isinstance(strategy.renew(live), Credential)
    dead = next(refresh for refresh in given if refresh != live)
    assert code(strategy.renew(dead)) == "refresh_replayed"


def test_who_read_the_login_before_another_request_refreshed_it_rotates_nothing(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    login, credential = log_in(strategy, lab_user)
    as_read = Login.objects.get(pk=login.pk)
    assert as_read.refresh_jti
    assert isinstance(strategy.renew(credential.refresh or ""), Credential)
    late = (_Shown.LIVE, as_read.refresh_jti, timezone.now(), timedelta(0))
    assert _rotate(as_read, *late) is None


def test_who_read_the_login_before_its_pair_was_seen_hands_out_no_other_pair(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    login, credential = log_in(strategy, lab_user)
    assert isinstance(strategy.renew(credential.refresh or ""), Credential)
    as_read = Login.objects.get(pk=login.pk)
    assert as_read.refresh_jti
    assert Login.objects.all().note_pair_seen(login.pk, as_read.refresh_jti)
    parent = uuid.UUID(as_read.spent[-1][0])
    assert _rotate(as_read, _Shown.ANSWER_LOST, parent, timezone.now(), timedelta(0)) is None


def test_within_the_grace_all_are_given_one_successor(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating, refresh_grace=timedelta(minutes=1))
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    results = at_once(*[lambda: strategy.renew(refresh)] * THREADS)
    assert all(isinstance(result, Credential) for result in results)
    login.refresh_from_db()
    assert login.ended_at is None
    assert len(login.spent) == 1
    # One rotation only: what twenty were given is one token, and it is not yet spent.
    winner = results[0]
    assert isinstance(winner, Credential)
    assert isinstance(strategy.renew(winner.refresh or ""), Credential)


@pytest.mark.parametrize("attempt", range(10))
def test_a_log_out_that_races_with_a_refresh_leaves_no_live_token(
    attempt: int, rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    login, credential = log_in(strategy, lab_user)
    refresh = credential.refresh or ""
    _, renewed = at_once(lambda: strategy.revoke(login), lambda: strategy.renew(refresh))
    held = [credential, *([renewed] if isinstance(renewed, Credential) else [])]
    for pair in held:
        assert isinstance(strategy.renew(pair.refresh or ""), Refused)
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
        lambda: strategy.renew(refresh),
    )
    latest = renewed if isinstance(renewed, Credential) else credential
    verdict = strategy.renew(latest.refresh or "")
    assert code(verdict) in ("login_ended", "login_outdated")


def test_of_two_devices_each_spends_its_own(
    rotating: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(rotating)
    pairs = [log_in(strategy, lab_user)[1].refresh or "" for _ in range(4)]
    results = at_once(*[lambda refresh=refresh: strategy.renew(refresh) for refresh in pairs])
    assert all(isinstance(result, Credential) for result in results)
    assert not Login.objects.exclude(ended_at=None).exists()
