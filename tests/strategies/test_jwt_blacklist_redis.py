"""A blacklist in the shared cache, with the table behind it."""

import pytest
import redis
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.outage import StoppedCache, emptied
from accounts.lab.users import LabUser
from accounts.models import BlacklistedToken, EndReason
from tests.processes import Process, code, is_accepted, log_in
from tests.sql import tables_of
from tests.strategies.conftest import TablesAsked

pytestmark = pytest.mark.usefixtures("shared_cache")

SLUG = "jwt-blacklist-redis"


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-blacklist-redis") == [{"accounts_user"}]


def test_the_table_answers_while_the_cache_is_away(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    login, ended = log_in(strategy, lab_user)
    _, alive = log_in(strategy, lab_user)
    strategy.revoke(login)
    strategy.use_cache(StoppedCache())
    assert code(strategy.check(ended.value)) == "token_blacklisted"
    assert is_accepted(strategy, alive)


def test_a_cache_that_came_back_empty_is_filled_from_the_table_once(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process(SLUG)
    login, ended = log_in(strategy, lab_user)
    strategy.revoke(login)
    strategy.use_cache(emptied(strategy.cache))
    with CaptureQueriesContext(connection) as queries:
        for _ in range(2):
            assert code(strategy.check(ended.value)) == "token_blacklisted"
    assert tables_of(queries) == [{"accounts_blacklistedtoken"}]


def test_the_table_says_why_a_login_ended(process: Process, lab_user: LabUser) -> None:
    strategy = process(SLUG)
    first, _ = log_in(strategy, lab_user)
    strategy.revoke(first)
    second, _ = log_in(strategy, lab_user)
    strategy.revoke_all(second.user)
    reasons = {row.pk: str(row.reason) for row in BlacklistedToken.objects.all()}
    assert reasons[first.pk] == EndReason.LOGGED_OUT.value
    assert reasons[second.pk] == EndReason.EVERYWHERE.value


def test_an_entry_expires_by_itself_with_the_last_token(
    process: Process, lab_user: LabUser
) -> None:
    strategy = process(SLUG)
    login, _ = log_in(strategy, lab_user)
    strategy.revoke(login)
    with redis.Redis.from_url(settings.CACHES["shared"]["LOCATION"]) as client:
        [key] = client.keys(f"*{login.id.hex}")
        assert 3590 < client.ttl(key) <= 3601
