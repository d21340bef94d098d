"""Django's sessions in the shared cache alone."""

import pytest

from accounts.lab.outage import StoppedCache, emptied
from accounts.lab.users import LabUser
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked

pytestmark = pytest.mark.usefixtures("shared_cache")

SLUG = "session-redis"


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("session-redis") == [{"accounts_user"}]


def test_two_processes_share_the_session_and_its_end(process: Process, lab_user: LabUser) -> None:
    here, there = process(SLUG), process(SLUG)
    login, credential = log_in(here, lab_user)
    assert is_accepted(there, credential)
    here.revoke(login, credential.value)
    assert code(there.check(credential.value)) == "session_missing"


def test_a_cache_that_is_away_or_empty_logs_everybody_out(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process(SLUG)
    _, credential = log_in(strategy, lab_user)
    cache = strategy.cache
    for without in (StoppedCache(), emptied(cache)):
        strategy.use_cache(without)
        assert code(strategy.check(credential.value)) == "session_missing"
