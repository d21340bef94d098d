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

PHONE, MALLORYS = uuid.UUID(int=1), uuid.UUID(int=2)


@pytest.fixture
def strategy(process: Process) -> Strategy:
    """With a grace of ten seconds."""
    return process("jwt-rotating", refresh_grace=timedelta(seconds=10))


def spend(strategy: Strategy, refresh: str | None, client: uuid.UUID = PHONE) -> Credential:
    renewed = strategy.renew(refresh or "", client=client)
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
    second = spend(strategy, first.refresh)
    assert code(strategy.renew(first.refresh or "", client=MALLORYS)) == "refresh_replayed"
    assert ended(login) == EndReason.REPLAYED
    assert code(strategy.renew(second.refresh or "", client=PHONE)) == "login_ended"


def test_the_other_device_goes_on(strategy: Strategy, lab_user: LabUser) -> None:
    _, phones = log_in(strategy, lab_user)
    _, laptops = log_in(strategy, lab_user)
    spend(strategy, phones.refresh)
    strategy.renew(phones.refresh or "", client=MALLORYS)
    assert is_accepted(strategy, spend(strategy, laptops.refresh))


def test_a_lost_answer_may_be_asked_for_again(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    lost = spend(strategy, first.refresh)
    again = spend(strategy, first.refresh)
    assert ended(login) == ""
    spend(strategy, again.refresh)
    assert code(strategy.renew(lost.refresh or "", client=MALLORYS)) == "refresh_replayed"


def test_a_retry_gives_no_second_successor(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    spend(strategy, first.refresh)
    successor = Login.objects.values_list("refresh_jti", flat=True).get(pk=login.pk)
    spend(strategy, first.refresh)
    assert Login.objects.values_list("refresh_jti", flat=True).get(pk=login.pk) == successor


def test_a_client_that_cannot_be_told_from_others_gets_no_grace(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, first = log_in(strategy, lab_user)
    assert isinstance(strategy.renew(first.refresh or ""), Credential)
    assert code(strategy.renew(first.refresh or "")) == "refresh_replayed"


def test_a_refresh_token_with_the_sid_of_somebody_else_renews_nothing(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, first = log_in(strategy, lab_user)
    mallory = create_lab_user(uuid.uuid4()).user
    claims = {**peek(first.refresh or "")[1], "user_id": str(mallory.pk)}
    assert code(strategy.renew(forged(strategy.realm, payload=claims))) == "login_missing"
    assert ended(login) == ""


def test_the_grace_ends(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    spend(strategy, first.refresh)
    with time_machine.travel(timedelta(seconds=10)):
        assert code(strategy.renew(first.refresh or "", client=PHONE)) == "refresh_replayed"
    assert ended(login) == EndReason.REPLAYED


def test_without_a_grace_a_retry_ends_the_login(process: Process, lab_user: LabUser) -> None:
    strict = process("jwt-rotating", refresh_grace=timedelta(0))
    login, first = log_in(strict, lab_user)
    spend(strict, first.refresh)
    assert code(strict.renew(first.refresh or "", client=PHONE)) == "refresh_replayed"
    assert ended(login) == EndReason.REPLAYED


def test_the_grace_is_for_the_token_spent_last_only(strategy: Strategy, lab_user: LabUser) -> None:
    _, first = log_in(strategy, lab_user)
    second = spend(strategy, first.refresh)
    spend(strategy, second.refresh)
    assert code(strategy.renew(first.refresh or "", client=PHONE)) == "refresh_replayed"


def test_after_the_log_out_nothing_is_renewed(strategy: Strategy, lab_user: LabUser) -> None:
    login, first = log_in(strategy, lab_user)
    strategy.revoke(login)
    assert code(strategy.renew(first.refresh or "", client=PHONE)) == "login_ended"
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
    assert isinstance(strategy.renew(first.refresh or "", client=PHONE), Refused)


def test_no_refresh_moves_the_end_of_the_login(process: Process, lab_user: LabUser) -> None:
    strategy = process("jwt-rotating", login_lifetime=timedelta(minutes=30))
    login, credential = log_in(strategy, lab_user)
    for minutes in (10, 20, 29):
        with time_machine.travel(login.created + timedelta(minutes=minutes)):
            credential = spend(strategy, credential.refresh)
    with time_machine.travel(login.created + timedelta(minutes=30, seconds=1)):
        assert not is_accepted(strategy, credential)
        assert isinstance(strategy.renew(credential.refresh or "", client=PHONE), Refused)


def test_a_refresh_brings_the_new_role(strategy: Strategy, lab_user: LabUser) -> None:
    _, first = log_in(strategy, lab_user)
    User.objects.update(role=Role.MEMBER)
    old, new = strategy.check(first.value), strategy.check(spend(strategy, first.refresh).value)
    assert isinstance(old, Accepted)
    assert isinstance(new, Accepted)
    assert (old.role, new.role) == (Role.EDITOR, Role.MEMBER)


def test_a_request_costs_no_query(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-rotating") == []
