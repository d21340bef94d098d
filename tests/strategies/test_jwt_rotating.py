"""Refresh tokens that are spent on use."""

import uuid
from datetime import timedelta

import pytest
import time_machine

from accounts.lab.users import LabUser, create_lab_user
from accounts.models import EndReason, Login, Role, User
from accounts.strategies import Accepted, Credential, Refused, Strategy
from accounts.tokens.codec import peek
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked
from tests.tokens.forge import forged


@pytest.fixture
def strategy(process: Process) -> Strategy:
    """With a grace of ten seconds."""
    return process("jwt-rotating", refresh_grace=timedelta(seconds=10))


def spend(strategy: Strategy, refresh: str | None) -> Credential:
    renewed = strategy.renew(refresh or "")
    assert isinstance(renewed, Credential)
    return renewed


def ended(login: Login) -> str:
    return Login.objects.values_list("end_reason", flat=True).get(pk=login.pk)


def test_each_refresh_gives_a_new_refresh_token(strategy: Strategy, lab_user: LabUser) -> None:
    _, first = log_in(strategy, lab_user)
    second = spend(strategy, first.refresh)
    third = spend(strategy, second.refresh)
    assert len({first.refresh, second.refresh, third.refresh}) == 3
    assert is_accepted(strategy, third)


def test_a_spent_refresh_token_ends_the_login_and_says_so(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, first = log_in(strategy, lab_user)
    third = spend(strategy, spend(strategy, first.refresh).refresh)
    with time_machine.travel(timedelta(seconds=10)):
        assert code(strategy.renew(first.refresh or "")) == "refresh_replayed"
    assert ended(login) == EndReason.REPLAYED
    assert code(strategy.renew(third.refresh or "")) == "login_ended"


def test_a_thief_a_step_behind_is_noticed_when_the_owner_refreshes_next(
    strategy: Strategy, lab_user: LabUser
) -> None:
    """No request with an access token is looked up, so the server cannot know whether one came."""
    login, first = log_in(strategy, lab_user)
    owners = spend(strategy, first.refresh)
    with time_machine.travel(timedelta(minutes=1)):
        thiefs = spend(strategy, first.refresh)
    with time_machine.travel(timedelta(minutes=2)):
        assert code(strategy.renew(owners.refresh or "")) == "refresh_replayed"
        assert code(strategy.renew(thiefs.refresh or "")) == "login_ended"
    assert ended(login) == EndReason.REPLAYED


def test_a_refresh_token_with_the_sid_of_somebody_else_renews_nothing(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, first = log_in(strategy, lab_user)
    mallory = create_lab_user(uuid.uuid4()).user
    claims = {**peek(first.refresh or "")[1], "user_id": str(mallory.pk)}
    assert code(strategy.renew(forged(strategy.realm, payload=claims))) == "login_missing"
    assert ended(login) == ""


def test_after_the_grace_there_is_another_successor(strategy: Strategy, lab_user: LabUser) -> None:
    _, first = log_in(strategy, lab_user)
    given = []
    for seconds in (0, 9, 19):  # nobody uses the pair: it begins again at 9
        with time_machine.travel(timedelta(seconds=seconds), tick=False):
            given.append(peek(spend(strategy, first.refresh).refresh or "")[1]["jti"])
    assert given[0] == given[1] != given[2]


def test_after_the_log_out_nothing_is_renewed(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    strategy.revoke(login)
    assert code(strategy.renew(first.refresh or "")) == "login_ended"
    assert ended(login) == EndReason.LOGGED_OUT


@pytest.mark.parametrize("way", ["everywhere", "disabled", "expired"])
def test_what_ends_a_login_ends_its_refreshing(
    strategy: Strategy, lab_user: LabUser, way: str
) -> None:
    login, first = log_in(strategy, lab_user)
    match way:
        case "everywhere":
            strategy.revoke_all(login.user)
        case "disabled":
            User.objects.filter(pk=login.user_id).update(is_active=False)
        case "expired":
            Login.objects.filter(pk=login.pk).update(expires=login.created)
    assert isinstance(strategy.renew(first.refresh or ""), Refused)


def test_a_refresh_brings_the_new_role(strategy: Strategy, lab_user: LabUser) -> None:
    _, first = log_in(strategy, lab_user)
    User.objects.update(role=Role.MEMBER)
    old, new = strategy.check(first.value), strategy.check(spend(strategy, first.refresh).value)
    assert isinstance(old, Accepted)
    assert isinstance(new, Accepted)
    assert (old.role, new.role) == (Role.EDITOR, Role.MEMBER)


def test_a_request_costs_no_query(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-rotating") == []
