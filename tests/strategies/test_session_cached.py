"""Django's cached_db: one query, and as safe as its cache is shared."""

from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from pytest_django.fixtures import Settings

from accounts.lab.users import LabUser
from tests.processes import Process, is_accepted, log_in
from tests.strategies.conftest import TablesAsked

FILES = "django.core.cache.backends.filebased.FileBasedCache"


@pytest.fixture
def shared_cache(settings: Settings, tmp_path: Path) -> None:
    """A cache that all processes share, as Redis would be."""
    files = {"BACKEND": FILES, "LOCATION": tmp_path}
    settings.CACHES = {**settings.CACHES, settings.SESSION_CACHE_ALIAS: files}


def test_the_process_where_one_logged_out_knows_it(process: Process, lab_user: LabUser) -> None:
    here = process("session-cached")
    login, credential = log_in(here, lab_user)
    here.revoke(login, credential.value)
    assert not is_accepted(here, credential)


def test_another_process_goes_on_by_its_own_memory(process: Process, lab_user: LabUser) -> None:
    here, there = process("session-cached"), process("session-cached")
    login, credential = log_in(here, lab_user)
    assert is_accepted(there, credential)
    here.revoke(login, credential.value)
    assert is_accepted(there, credential)


def test_a_process_that_had_not_seen_the_session_refuses_it(
    process: Process, lab_user: LabUser
) -> None:
    here, there = process("session-cached"), process("session-cached")
    login, credential = log_in(here, lab_user)
    here.revoke(login, credential.value)
    assert not is_accepted(there, credential)


@pytest.mark.usefixtures("shared_cache")
def test_with_a_shared_cache_every_process_knows_it(process: Process, lab_user: LabUser) -> None:
    here, there = process("session-cached"), process("session-cached")
    login, credential = log_in(here, lab_user)
    assert is_accepted(there, credential)
    here.revoke(login, credential.value)
    assert not is_accepted(there, credential)


def test_without_its_row_the_cache_still_answers(process: Process, lab_user: LabUser) -> None:
    here = process("session-cached")
    _, credential = log_in(here, lab_user)
    Session.objects.all().delete()
    assert is_accepted(here, credential)


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("session-cached") == [{"accounts_user"}]
