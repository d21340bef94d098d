"""simplejwt's default: nothing is kept of a token, so nothing can be taken back."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.models import User
from accounts.strategies import Accepted, Credential, Strategy
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process("jwt-user")


def test_a_log_out_changes_nothing(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    with CaptureQueriesContext(connection) as queries:
        strategy.revoke(login, credential.value)
        strategy.revoke_all(login.user)
    assert len(queries) == 0
    assert is_accepted(strategy, credential)


def test_it_lives_until_it_expires(strategy: Strategy, lab_user: LabUser) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        login, credential = log_in(strategy, lab_user)
        strategy.revoke(login, credential.value)
        clock.shift(strategy.realm.access_lifetime - timedelta(seconds=1))
        assert is_accepted(strategy, credential)
        clock.shift(timedelta(seconds=1))
        assert code(strategy.check(credential.value)) == "expired"


def test_the_user_row_is_fresh(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    User.objects.filter(pk=lab_user.user.pk).update(role="member")
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.role == "member"
    User.objects.filter(pk=lab_user.user.pk).update(is_active=False)
    assert code(strategy.check(credential.value)) == "user_inactive"


def test_an_account_that_is_enabled_again_brings_the_token_back(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    lab_user.user.is_active = False
    lab_user.user.save()
    assert not is_accepted(strategy, credential)
    lab_user.user.is_active = True
    lab_user.user.save()
    assert is_accepted(strategy, credential)


def test_a_deleted_user_is_not_found(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    lab_user.user.delete()
    assert code(strategy.check(credential.value)) == "user_not_found"


def test_a_refresh_token_may_be_used_again_and_again(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    for _ in range(3):
        renewed = strategy.renew(credential.refresh or "")
        assert isinstance(renewed, Credential)
        assert renewed.refresh == credential.refresh
        assert is_accepted(strategy, renewed)


def test_a_disabled_user_gets_no_new_token(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    User.objects.filter(pk=lab_user.user.pk).update(is_active=False)
    assert code(strategy.renew(credential.refresh or "")) == "user_inactive"


def test_nothing_is_held_by_the_server(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    assert not strategy.stored_rows(login, credential.value)


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-user") == [{"accounts_user"}]
