"""A blacklist in the shared cache that lets everybody in without it."""

import pytest

from accounts.lab.outage import StoppedCache, emptied
from accounts.lab.users import LabUser
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked

pytestmark = pytest.mark.usefixtures("shared_cache")

SLUG = "jwt-blacklist-redis-open"


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-blacklist-redis-open") == [{"accounts_user"}]


def test_without_the_cache_everybody_is_let_in_and_what_it_forgot_stays_forgotten(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process(SLUG)
    login, ended = log_in(strategy, lab_user)
    cache = strategy.cache
    strategy.revoke(login)
    assert code(strategy.check(ended.value)) == "token_blacklisted"
    for without in (StoppedCache(), emptied(cache)):
        strategy.use_cache(without)
        assert is_accepted(strategy, ended)
