"""A blacklist in the shared cache that lets nobody in without it."""

import pytest

from accounts.lab.outage import StoppedCache, emptied
from accounts.lab.users import LabUser
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked

pytestmark = pytest.mark.usefixtures("shared_cache")

SLUG = "jwt-blacklist-redis-closed"


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-blacklist-redis-closed") == [{"accounts_user"}]


def test_without_the_cache_nobody_is_let_in_and_what_it_forgot_stays_forgotten(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process(SLUG)
    login, ended = log_in(strategy, lab_user)
    _, alive = log_in(strategy, lab_user)
    cache = strategy.cache
    strategy.revoke(login)
    strategy.use_cache(StoppedCache())
    for credential in (ended, alive):
        assert code(strategy.check(credential.value)) == "blacklist_away"
    strategy.use_cache(emptied(cache))
    assert is_accepted(strategy, ended)
