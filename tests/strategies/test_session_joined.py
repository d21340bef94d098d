"""The site's own cookie session: one query, nothing to replay in the table, keys that rotate."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.models import EndReason, Login, Session, User
from accounts.strategies import Accepted, Strategy
from accounts.strategies.session_joined import SessionStore
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


@pytest.fixture
def strategy(process: Process) -> Strategy:
    return process("session-joined")


def test_the_row_holds_a_digest_and_not_the_key(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    row = Session.objects.get()
    assert row.login == login
    assert row.digest == strategy.realm.digest(credential.value)
    assert credential.value not in str(Session.objects.values().get())


def test_the_digest_is_no_key(strategy: Strategy, lab_user: LabUser) -> None:
    log_in(strategy, lab_user)
    row = Session.objects.get()
    for spelling in (row.digest.hex, str(row.digest)):
        assert code(strategy.check(spelling)) == "session_missing"


def test_one_query_asks_for_the_session_its_login_and_its_user(
    strategy: Strategy, lab_user: LabUser
) -> None:
    _, credential = log_in(strategy, lab_user)
    strategy.check(credential.value)
    with CaptureQueriesContext(connection) as queries:
        verdict = strategy.check(credential.value)
    assert len(queries) == 1
    assert isinstance(verdict, Accepted)
    with CaptureQueriesContext(connection) as more:
        assert isinstance(verdict.user, User)
        assert verdict.user.username == lab_user.user.username
        assert verdict.user.password == lab_user.user.password
    assert len(more) == 0


def test_logging_out_deletes_the_row_of_this_device_alone(
    strategy: Strategy, lab_user: LabUser
) -> None:
    login, phone = log_in(strategy, lab_user)
    _, laptop = log_in(strategy, lab_user)
    strategy.revoke(login, phone.value)
    assert code(strategy.check(phone.value)) == "session_missing"
    assert is_accepted(strategy, laptop)


def test_logging_out_everywhere_reaches_each_device_by_the_counter(
    strategy: Strategy, lab_user: LabUser
) -> None:
    credentials = [log_in(strategy, lab_user)[1] for _ in range(3)]
    strategy.revoke_all(lab_user.user)
    for credential in credentials:
        assert code(strategy.check(credential.value)) == "login_ended"
    assert is_accepted(strategy, log_in(strategy, lab_user)[1])


def test_a_login_that_was_ended_says_why(strategy: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(strategy, lab_user)
    Login.objects.filter(pk=login.pk).end(EndReason.ELSEWHERE)
    verdict = strategy.check(credential.value)
    assert code(verdict) == "login_ended"
    assert "ended from another device" in str(verdict)


def test_a_disabled_account_is_noticed_at_once(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    User.objects.filter(pk=lab_user.user.pk).update(is_active=False)
    assert code(strategy.check(credential.value)) == "user_inactive"


def test_a_login_has_a_fixed_end(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        clock.shift(strategy.realm.login_lifetime - timedelta(seconds=5))
        assert is_accepted(strategy, credential)
        clock.shift(timedelta(seconds=10))
        assert code(strategy.check(credential.value)) in ("session_expired", "login_expired")


def test_a_new_role_is_served_at_once(strategy: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(strategy, lab_user)
    User.objects.filter(pk=lab_user.user.pk).update(role="member")
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.role == "member"


def test_a_session_outlives_a_rotation_with_overlap(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, lab_user)
    rotated = process("session-joined", strategy.realm.rotated(overlap=True))
    assert is_accepted(rotated, credential)


def test_it_can_be_ended_under_the_new_secret(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, lab_user)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=True))
    store.flush()
    assert not Session.objects.exists()


def test_its_data_can_be_saved_under_the_new_secret(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, lab_user)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=True))
    store["seen"] = "the inspector"
    store.save()
    assert SessionStore(credential.value, realm=strategy.realm)["seen"] == "the inspector"


def test_without_overlap_it_is_gone(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, lab_user)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=False))
    assert store.get("anything") is None
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=False))
    vars(store)["_session_cache"] = {}
    with pytest.raises(UpdateError):
        store.save()


def test_only_a_session_from_before_the_rotation_costs_a_second_query(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("session-joined")
    _, old = log_in(strategy, lab_user)
    rotated = process("session-joined", strategy.realm.rotated(overlap=True))
    _, new = log_in(rotated, lab_user)
    for credential, expected in ((new, 1), (old, 2)):
        with CaptureQueriesContext(connection) as queries:
            assert is_accepted(rotated, credential)
        assert len(queries) == expected


def test_a_request_costs_one_query(tables_asked: TablesAsked) -> None:
    tables = {"accounts_session", "accounts_login", "accounts_user"}
    assert tables_asked("session-joined") == [tables]
