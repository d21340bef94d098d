"""A blacklist beside simplejwt: revocable at once, at the price of a query."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.models import BlacklistedToken
from accounts.strategies import Credential, Strategy
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process("jwt-blacklist")


def test_two_queries_ask_for_the_blacklist_and_the_user(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    with CaptureQueriesContext(connection) as queries:
        assert is_accepted(strategy, credential)
    tables = ["blacklistedtoken" in query["sql"] for query in queries.captured_queries]
    assert tables == [True, False]


def test_who_is_blacklisted_costs_no_look_at_the_user(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, credential = log_in(strategy, lab_user)
    strategy.revoke(login)
    with CaptureQueriesContext(connection) as queries:
        assert code(strategy.check(credential.value)) == "token_blacklisted"
    assert len(queries) == 1


def test_logging_out_refuses_the_older_access_tokens_and_the_refresh_token_too(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, first = log_in(strategy, lab_user)
    second = strategy.renew(first.refresh or "")
    assert isinstance(second, Credential)
    strategy.revoke(login)
    for credential in (first, second):
        assert code(strategy.check(credential.value)) == "token_blacklisted"
    assert code(strategy.renew(first.refresh or "")) == "token_blacklisted"


def test_logging_out_ends_this_device_alone(strategy: Strategy, lab_user: LabUser) -> None:
    login, _ = log_in(strategy, lab_user)
    _, laptop = log_in(strategy, lab_user)
    strategy.revoke(login)
    assert is_accepted(strategy, laptop)


def test_logging_out_everywhere_blacklists_each_live_login(
    strategy: Strategy, lab_user: LabUser
) -> None:
    credentials = [log_in(strategy, lab_user)[1] for _ in range(3)]
    strategy.revoke_all(lab_user.user)
    assert [code(strategy.check(one.value)) for one in credentials] == ["token_blacklisted"] * 3
    assert BlacklistedToken.objects.count() == 3


def test_the_server_holds_a_row_only_of_what_was_ended(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, credential = log_in(strategy, lab_user)
    assert not strategy.stored_rows(login, credential.value)
    strategy.revoke(login)
    [row] = strategy.stored_rows(login, credential.value)
    assert row.columns["reason"] == "logged out"


def test_a_request_reads_the_blacklist_and_the_user(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-blacklist") == [{"accounts_blacklistedtoken"}, {"accounts_user"}]
