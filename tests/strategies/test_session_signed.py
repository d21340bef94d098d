"""Django's signed_cookies: a cookie session with nothing on the server."""

from datetime import timedelta

import time_machine
from django.contrib.sessions.models import Session

from accounts.lab.users import LabUser
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_the_server_keeps_no_row(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-signed")
    login, credential = log_in(strategy, lab_user)
    assert not Session.objects.exists()
    assert not strategy.stored_rows(login, credential.value)


def test_a_copy_survives_the_log_out(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-signed")
    login, credential = log_in(strategy, lab_user)
    strategy.revoke(login, credential.value)
    strategy.revoke_all(login.user)
    assert is_accepted(strategy, credential)


def test_a_new_password_reaches_it(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-signed")
    login, credential = log_in(strategy, lab_user)
    login.user.set_password("a new one")
    login.user.save()
    assert code(strategy.check(credential.value)) == "password_changed"
    assert is_accepted(strategy, strategy.reissue(login, credential.value))


def test_it_ends_with_its_age(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-signed", login_lifetime=timedelta(minutes=1))
    _, credential = log_in(strategy, lab_user)
    with time_machine.travel(login_end(credential.expires.timestamp())):
        assert code(strategy.check(credential.value)) == "session_missing"


def login_end(moment: float) -> float:
    """A moment after the end."""
    return moment + 1


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("session-signed") == [{"accounts_user"}]
