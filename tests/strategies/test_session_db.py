"""Django's default session, under a realm's keys."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.sessions.models import Session

from accounts.lab.users import LabUser
from accounts.strategies import Accepted
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked


def test_logging_out_everywhere_deletes_only_the_users_rows(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("session-db")
    login, _ = log_in(strategy, lab_user)
    log_in(strategy, lab_user)
    strategy.revoke_all(login.user)
    assert not Session.objects.exists()


def test_a_new_password_ends_the_session(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-db")
    login, credential = log_in(strategy, lab_user)
    login.user.set_password("a new one")
    login.user.save()
    assert code(strategy.check(credential.value)) == "password_changed"


def test_the_device_that_changes_the_password_gets_a_new_key_and_stays(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("session-db")
    login, before = log_in(strategy, lab_user)
    login.user.set_password("a new one")
    login.user.save()
    after = strategy.reissue(login, before.value)
    assert is_accepted(strategy, after)
    assert not is_accepted(strategy, before)
    assert Session.objects.count() == 1


def test_after_a_rotation_with_overlap_the_session_gets_a_key_of_its_own(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("session-db")
    _, before = log_in(strategy, lab_user)
    rotated = process("session-db", strategy.realm.rotated(overlap=True))
    verdict = rotated.check(before.value)
    assert isinstance(verdict, Accepted)
    assert verdict.replacement is not None
    assert is_accepted(rotated, verdict.replacement)
    assert not is_accepted(rotated, before)


def test_an_ordinary_request_gets_no_new_key(process: Process, lab_user: LabUser) -> None:
    strategy = process("session-db")
    _, credential = log_in(strategy, lab_user)
    verdict = strategy.check(credential.value)
    assert isinstance(verdict, Accepted)
    assert verdict.replacement is None


def test_a_session_signed_with_a_forgotten_key_cannot_be_read(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process("session-db")
    _, credential = log_in(strategy, lab_user)
    rotated = process("session-db", strategy.realm.rotated(overlap=False))
    assert code(rotated.check(credential.value)) == "session_unreadable"


@pytest.mark.parametrize("slug", ["session-db", "session-cached", "session-signed"])
def test_a_session_from_before_its_backend_moved_goes_on(
    slug: str, process: Process, lab_user: LabUser
) -> None:
    strategy = process(slug)
    _, credential = log_in(strategy, lab_user)
    session = strategy.engine(credential.value)  # type: ignore[attr-defined]
    session[BACKEND_SESSION_KEY] = "accounts.backends.LabBackend"
    session.save()
    assert isinstance(strategy.check(session.session_key), Accepted)


def test_a_request_reads_the_session_and_the_user(tables_asked: TablesAsked) -> None:
    assert tables_asked("session-db") == [{"django_session"}, {"accounts_user"}]
