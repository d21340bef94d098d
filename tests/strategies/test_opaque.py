"""A random token: looked up like a session, sent like a JWT, and only its digest is kept."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab import Visit
from accounts.models import Because, Login, User
from accounts.strategies import Accepted, Strategy
from tests.processes import Process, code, is_accepted, log_in


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process("opaque")


def test_it_is_256_random_bits_and_says_nothing(strategy: Strategy, visit: Visit) -> None:
    _, credential = log_in(strategy, visit)
    assert len(credential.value) == 43
    assert "." not in credential.value
    assert visit.user.username not in credential.value


def test_the_row_holds_a_digest_and_not_the_token(strategy: Strategy, visit: Visit) -> None:
    login, credential = log_in(strategy, visit)
    row = Login.objects.values().get(pk=login.pk)
    assert row["digest"] == strategy.realm.digest(credential.value)
    assert credential.value not in str(row)
    assert code(strategy.check(row["digest"].hex)) == "token_unknown"


def test_one_query_asks_for_the_login_and_its_user(strategy: Strategy, visit: Visit) -> None:
    login, credential = log_in(strategy, visit)
    strategy.check(credential.value)
    with CaptureQueriesContext(connection) as queries:
        verdict = strategy.check(credential.value)
    assert len(queries) == 1
    assert isinstance(verdict, Accepted)
    assert verdict.login_id == login.pk


def test_logging_out_ends_this_device_alone(strategy: Strategy, visit: Visit) -> None:
    login, phone = log_in(strategy, visit)
    _, laptop = log_in(strategy, visit)
    strategy.revoke(login)
    assert code(strategy.check(phone.value)) == "login_ended"
    assert is_accepted(strategy, laptop)
    login.refresh_from_db()
    assert login.ended_because == Because.LOGGED_OUT


def test_logging_out_everywhere_is_one_statement(strategy: Strategy, visit: Visit) -> None:
    credentials = [log_in(strategy, visit)[1] for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        strategy.revoke_all(visit.user)
    assert len(queries) == 1
    assert [code(strategy.check(one.value)) for one in credentials] == ["login_outdated"] * 3


def test_a_disabled_account_and_a_new_role_are_noticed_at_once(
    strategy: Strategy, visit: Visit
) -> None:
    _, credential = log_in(strategy, visit)
    User.objects.filter(pk=visit.user.pk).update(role="member")
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.role == "member"
    User.objects.filter(pk=visit.user.pk).update(is_active=False)
    assert code(strategy.check(credential.value)) == "user_inactive"


def test_a_deleted_user_leaves_nothing(strategy: Strategy, visit: Visit) -> None:
    _, credential = log_in(strategy, visit)
    visit.user.delete()
    assert code(strategy.check(credential.value)) == "token_unknown"
