"""The same story for every strategy: what the base class promises, each one keeps."""

import base64
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.lab.events import events
from accounts.lab.users import LabUser, create_lab_user
from accounts.models import Login
from accounts.strategies import Accepted, Credential, Refused, Strategy, strategies
from tests.processes import Process, log_in

GARBAGE = ["", " ", "x", "a.b.c", "\x00" * 32, "ü" * 40, "\ud800" * 20, "." * 5000, "Bearer x"]


@pytest.fixture(params=[strategy.slug for strategy in strategies])
def strategy(request: pytest.FixtureRequest, process: Process) -> Strategy:
    """Each strategy."""
    return process(request.param)


def test_who_logs_in_is_let_in(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.user.username == lab_user.user.username
    assert verdict.role == lab_user.user.role
    assert verdict.login_id == login.pk


@pytest.mark.django_db
@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_refused_with_a_reason(strategy: Strategy, garbage: str) -> None:
    verdict = strategy.check(garbage)
    assert isinstance(verdict, Refused)
    assert verdict.step
    assert verdict.code
    assert verdict.reason


@pytest.mark.django_db
@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_comes_is_refused_and_never_an_error(strategy: Strategy, credential: str) -> None:
    assert isinstance(strategy.check(credential), Refused)
    assert isinstance(strategy.renew(credential), Refused)


def test_a_changed_credential_is_refused(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    for position in (0, len(credential.value) // 2):
        other = "A" if credential.value[position] != "A" else "B"
        changed = credential.value[:position] + other + credential.value[position + 1 :]
        assert isinstance(strategy.check(changed), Refused)


def test_two_logins_get_two_credentials(strategy: Strategy, lab_user: LabUser) -> None:
    assert log_in(strategy, lab_user)[1].value != log_in(strategy, lab_user)[1].value


def test_a_credential_of_another_realm_is_refused(
    strategy: Strategy, process: Process, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    stranger = process(strategy.slug, strategy.realm.rotated(overlap=False))
    assert isinstance(stranger.check(credential.value), Refused)


def test_logging_out_twice_is_no_error(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    for _ in range(2):
        strategy.revoke(login, credential.value)
        strategy.revoke_all(login.user)


def test_nobody_else_is_logged_out(strategy: Strategy, lab_user: LabUser) -> None:
    _, alices = log_in(strategy, lab_user)
    login, mallorys = log_in(strategy, create_lab_user(uuid.uuid4()))
    strategy.revoke(login, mallorys.value)
    strategy.revoke_all(login.user)
    assert isinstance(strategy.check(alices.value), Accepted)


def test_a_refresh_token_is_no_access_token(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    assert bool(credential.refresh) == strategy.refreshes
    if credential.refresh:
        assert isinstance(strategy.check(credential.refresh), Refused)
        assert isinstance(strategy.renew(credential.value), Refused)


def test_a_refresh_token_gives_an_access_token_of_the_same_login(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, credential = log_in(strategy, lab_user)
    renewed = strategy.renew(credential.refresh or "")
    if strategy.refreshes:
        assert isinstance(renewed, Credential)
        verdict = strategy.check(renewed.value)
        assert isinstance(verdict, Accepted)
        assert verdict.login_id == login.pk
    else:
        assert isinstance(renewed, Refused)


def test_what_a_credential_shows_of_itself_is_masked(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    assert credential.value not in repr(credential)
    shown = str(strategy.stored_rows(login, credential.value))
    assert credential.value not in shown
    assert login.pk.hex not in shown


def test_no_credential_is_in_the_database(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    row = Login.objects.values().get(pk=login.pk)
    assert credential.value not in str(row)


def test_it_says_what_it_is(strategy: Strategy) -> None:
    assert strategy.explanation()
    assert strategy.title
    assert strategy.subtitle
    assert strategy.checks


def test_it_declares_for_known_events_only(strategy: Strategy) -> None:
    assert set(strategy.expects) <= {event.slug for event in events}


def test_it_declares_only_what_differs_from_the_wish(strategy: Strategy) -> None:
    for slug, expected in strategy.expects.items():
        assert expected != events[slug].ideal
