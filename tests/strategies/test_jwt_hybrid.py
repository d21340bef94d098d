"""A session and a token of one minute: the token costs nothing, the session ends it."""

import time

import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.models import EndReason, Login
from accounts.strategies import Accepted, Credential
from tests.processes import Process, code, log_in
from tests.sql import tables_of
from tests.strategies.conftest import TablesAsked

SLUG = "jwt-hybrid"


def test_a_request_asks_nothing(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-hybrid") == []


def test_a_renewal_reads_the_session_with_its_user(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    _, credential = log_in(strategy, lab_user)
    with CaptureQueriesContext(connection) as queries:
        renewed = strategy.renew(credential.refresh or "")
    assert isinstance(renewed, Credential)
    assert renewed.refresh == credential.refresh
    assert tables_of(queries) == [{"accounts_login", "accounts_user"}]


def test_the_token_lives_for_a_minute(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    with time_machine.travel(time.time(), tick=False) as clock:
        _, credential = log_in(strategy, lab_user)
        clock.shift(59)
        assert isinstance(strategy.check(credential.value), Accepted)
        clock.shift(1)
        assert code(strategy.check(credential.value)) == "expired"
        assert isinstance(strategy.renew(credential.refresh or ""), Credential)


def test_the_token_of_an_ended_session_is_not_renewed(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    login, credential = log_in(strategy, lab_user)
    strategy.revoke(login)
    assert isinstance(strategy.check(credential.value), Accepted)
    assert code(strategy.renew(credential.refresh or "")) == "login_ended"
    assert Login.objects.get(pk=login.pk).end_reason == EndReason.LOGGED_OUT


def test_only_a_digest_of_the_session_key_is_stored(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    login, credential = log_in(strategy, lab_user)
    assert credential.refresh
    assert credential.refresh not in str(Login.objects.values().get(pk=login.pk))
    assert code(strategy.renew(str(Login.objects.get(pk=login.pk).digest))) == "session_unknown"
