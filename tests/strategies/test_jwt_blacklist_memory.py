"""The blacklist in memory: no SQL for it, and never a guess."""

import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from random import getrandbits
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.lab.users import LabUser
from accounts.models import BLACKLIST_CHANNEL, BlacklistedToken, EndReason, Login, blacklist_login
from accounts.strategies import (
    Credential,
    Strategy,
    _memory_feed,
    _memory_postgres,
    _memory_sqlite,
)
from accounts.strategies._memory_feed import CHUNK, Chunk, Memory, NoFeed
from accounts.strategies._memory_postgres import PostgresFeed
from accounts.strategies._memory_sqlite import SqliteFeed
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from tests.processes import Process, code, is_accepted, log_in
from tests.strategies.conftest import TablesAsked

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 5.0  # seconds


def chunks(ids: list[uuid.UUID], latest: int = 2**31) -> Iterator[Chunk]:
    """Sorted ids as a feed reads them; a row of the first chunk expires last."""
    for at in range(0, len(ids), CHUNK):
        part = ids[at : at + CHUNK]
        yield Chunk(b"".join(jti.bytes for jti in part), latest - at)


@pytest.fixture
def here(process: Process) -> Strategy:
    """The process that somebody logs out at."""
    return process("jwt-blacklist-memory")


@pytest.fixture
def there(process: Process) -> Strategy:
    """Another process."""
    return process("jwt-blacklist-memory")


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether something comes true while one would still wait for it."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def blacklist(lab_user: LabUser, jti: uuid.UUID) -> None:
    ends = timezone.now() + timedelta(hours=1)
    BlacklistedToken.objects.create(
        jti=jti, user=lab_user.user, expires_at=ends, reason=EndReason.STAFF
    )


def blacklist_many(lab_user: LabUser, *more: uuid.UUID) -> list[uuid.UUID]:
    """So many rows at once that PostgreSQL's trigger names none."""
    ends = timezone.now() + timedelta(hours=1)
    ids = [*more, *(uuid.uuid4() for _ in range(200))]
    BlacklistedToken.objects.bulk_create(
        BlacklistedToken(jti=jti, user=lab_user.user, expires_at=ends, reason=EndReason.STAFF)
        for jti in ids
    )
    return ids


def queries(strategy: Strategy, token: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        strategy.check(token)
    return [query["sql"] for query in asked.captured_queries]


def is_known(strategy: Strategy, credential: Credential) -> Callable[[], bool]:
    """Whether a process refuses a credential by its memory alone."""
    return lambda: queries(strategy, credential.value) == []


def test_a_request_asks_for_the_user_only(here: Strategy, lab_user: LabUser) -> None:
    _, credential = log_in(here, lab_user)
    [sql] = queries(here, credential.value)
    assert "accounts_user" in sql
    assert "blacklist" not in sql


def test_a_blacklisted_login_costs_no_query_at_all(here: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(here, lab_user)
    is_accepted(here, credential)
    here.revoke(login)
    assert queries(here, credential.value) == []


def test_where_one_logs_out_it_is_known_at_once(here: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(here, lab_user)
    assert is_accepted(here, credential)
    here.revoke(login)
    assert code(here.check(credential.value)) == "token_blacklisted"


def test_the_other_processes_are_told(here: Strategy, there: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(here, lab_user)
    assert is_accepted(there, credential)
    here.revoke(login)
    assert eventually(is_known(there, credential))


def test_whoever_writes_the_row(there: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(there, lab_user)
    assert is_accepted(there, credential)
    blacklist_login(login, reason=EndReason.STAFF)
    assert eventually(lambda: not is_accepted(there, credential))


def test_what_was_there_before_the_process_started_is_loaded(
    here: Strategy, process: Process, lab_user: LabUser
) -> None:
    login, credential = log_in(here, lab_user)
    here.revoke(login)
    assert not is_accepted(process("jwt-blacklist-memory"), credential)


def test_many_rows_at_once_are_all_told(there: Strategy, lab_user: LabUser) -> None:
    logins = [log_in(there, lab_user) for _ in range(3)]
    assert is_accepted(there, logins[0][1])
    blacklist_many(lab_user, *(login.pk for login, _ in logins))
    for _, credential in logins:
        assert eventually(is_known(there, credential))


def test_a_log_out_that_is_rolled_back_did_not_happen(here: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(here, lab_user)
    with transaction.atomic():
        here.revoke(login)
        transaction.set_rollback(True)
    assert is_accepted(here, credential)


def test_logging_out_everywhere_reaches_all_devices(
    here: Strategy, there: Strategy, lab_user: LabUser
) -> None:
    devices = [log_in(here, lab_user) for _ in range(2)]
    assert is_accepted(there, devices[0][1])
    here.revoke_all(devices[0][0].user)
    for _, credential in devices:
        assert eventually(is_known(there, credential))


def test_a_process_without_a_listener_reads_the_table(
    here: JwtBlacklistMemory, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    login, credential = log_in(here, lab_user)
    here.close()
    monkeypatch.setattr(here.blacklist, "feed", NoFeed(Memory(leeway=0)))
    assert any("blacklist" in sql for sql in queries(here, credential.value))
    blacklist_login(login, reason=EndReason.LOGGED_OUT)
    assert code(here.check(credential.value)) == "token_blacklisted"


def test_through_a_pooler_a_process_reads_the_table(
    process: Process, lab_user: LabUser, settings: Settings
) -> None:
    settings.DATABASE_POOLER = True
    strategy = process("jwt-blacklist-memory")
    _, credential = log_in(strategy, lab_user)
    assert any("blacklist" in sql for sql in queries(strategy, credential.value))


@pytest.mark.database("postgres")
class TestListener:
    """The thread behind it, on PostgreSQL."""

    def cut(self) -> int:
        """End the connections of all listeners, as a network or a restart would."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                # Of this database alone: other tests run beside these on the same server.
                "WHERE application_name = 'blacklist listener' AND datname = current_database()"
            )
            return int(cursor.fetchone()[0])

    def test_a_lost_connection_is_noticed_and_made_again(
        self, here: Strategy, lab_user: LabUser
    ) -> None:
        login, credential = log_in(here, lab_user)
        assert is_accepted(here, credential)
        assert self.cut() >= 1
        blacklist_login(login, reason=EndReason.LOGGED_OUT)
        assert eventually(lambda: not is_accepted(here, credential))
        _, other = log_in(here, lab_user)
        assert eventually(lambda: len(queries(here, other.value)) == 1)

    def test_what_happened_meanwhile_is_loaded(self, here: Strategy, lab_user: LabUser) -> None:
        devices = [log_in(here, lab_user) for _ in range(5)]
        assert is_accepted(here, devices[0][1])
        for login, _ in devices:
            self.cut()
            blacklist_login(login, reason=EndReason.LOGGED_OUT)
        for _, credential in devices:
            assert eventually(is_known(here, credential))

    def test_closing_ends_the_thread_and_the_connection(
        self, process: Process, lab_user: LabUser
    ) -> None:
        strategy = process("jwt-blacklist-memory")
        is_accepted(strategy, log_in(strategy, lab_user)[1])
        strategy.close()
        assert eventually(lambda: self.cut() == 0)

    def test_a_session_that_answers_and_no_longer_listens_is_made_again(
        self, here: JwtBlacklistMemory, lab_user: LabUser
    ) -> None:
        login, credential = log_in(here, lab_user)
        assert is_accepted(here, credential)
        feed = here.blacklist.feed
        assert isinstance(feed, PostgresFeed)
        with feed._line:  # as a pooler does that gives the session to somebody else
            assert feed._database
            feed._database.execute("UNLISTEN *")
        blacklist_login(login, reason=EndReason.LOGGED_OUT)
        assert eventually(is_known(here, credential))


@pytest.mark.database("postgres")
class TestLine:
    """What comes over the connection, without a thread that would be quicker than the test."""

    @pytest.fixture
    def feed(self) -> Iterator[PostgresFeed]:
        """A feed whose connection listens."""
        feed = PostgresFeed(Memory(leeway=0))
        wrapper = connections.create_connection("default")
        wrapper.connect()
        feed._database = wrapper.connection
        feed._database.execute(f"LISTEN {BLACKLIST_CHANNEL}")
        yield feed
        wrapper.close()

    def notify(self, payload: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [BLACKLIST_CHANNEL, payload])

    def test_rows_that_are_too_many_to_name_are_loaded_by_no_request(
        self, feed: PostgresFeed, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert feed._database
        feed._catch_up(feed._database)
        with monkeypatch.context() as patch:
            patch.delattr(PostgresFeed, "_load")
            many = blacklist_many(lab_user)
            assert eventually(lambda: not feed._take_news())
        assert not feed._memory.has_any(*many)
        feed._catch_up(feed._database)  # as the thread does that is woken
        assert feed._take_news()
        assert all(feed._memory.has_any(jti) for jti in many)

    def test_what_arrives_while_many_are_loaded_is_taken_as_well(
        self, feed: PostgresFeed, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late, load = uuid.uuid4(), feed._load

        def load_and_be_overtaken(database: Any) -> None:
            load(database)
            monkeypatch.setattr(feed, "_load", load)
            blacklist(lab_user, late)
            database.execute("SELECT pg_sleep(0.05)")  # the news come with this answer

        monkeypatch.setattr(feed, "_load", load_and_be_overtaken)
        assert feed._database
        feed._catch_up(feed._database)
        assert feed._load == load
        assert feed._memory.has_any(late)

    def test_news_that_could_not_be_taken_make_the_connection_worthless(
        self, feed: PostgresFeed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def time_out(database: Any) -> None:
            raise psycopg.errors.QueryCanceled

        assert feed._database
        feed._catch_up(feed._database)
        monkeypatch.setattr(feed, "_receive", time_out)
        self.notify("hello")
        assert eventually(lambda: not feed._take_news())
        assert feed._database.closed

    def test_what_a_stranger_says_on_the_channel_breaks_nothing(
        self, feed: PostgresFeed, lab_user: LabUser
    ) -> None:
        assert feed._database
        feed._catch_up(feed._database)
        blacklist(lab_user, known := uuid.uuid4())
        self.notify("hello")
        assert eventually(lambda: not feed._take_news())
        feed._catch_up(feed._database)
        assert feed._take_news()
        assert feed._memory.has_any(known)


@pytest.mark.database("sqlite")
class TestDataVersion:
    """What SQLite has in place of a listener."""

    @pytest.mark.parametrize("pruned", [1, 2])
    def test_a_row_is_not_missed_when_its_number_is_given_again(
        self, lab_user: LabUser, pruned: int
    ) -> None:
        memory = Memory(leeway=0)
        feed = SqliteFeed(memory)
        for _ in range(pruned):
            blacklist(lab_user, uuid.uuid4())
        assert feed.is_current()
        BlacklistedToken.objects.all().delete()
        later = uuid.uuid4()
        blacklist(lab_user, later)
        assert feed.is_current()
        assert memory.has_any(later)
        feed.close()

    def test_a_database_that_cannot_be_opened_is_tried_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        feed = SqliteFeed(Memory(leeway=0))
        with monkeypatch.context() as patch:
            nowhere = {**connection.settings_dict, "NAME": "/nowhere/to/be/found"}
            patch.setitem(connections.settings, "default", nowhere)
            assert not feed.is_current()
        assert feed.is_current()
        feed.close()

    def test_it_reads_nothing_while_nothing_is_written(
        self, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        feed = SqliteFeed(Memory(leeway=0))
        assert feed.is_current()
        monkeypatch.delattr(SqliteFeed, "_catch_up")
        assert feed.is_current()
        feed.close()


class TestMemory:
    """The ids behind it."""

    def test_expired_entries_leave(self) -> None:
        memory = Memory(leeway=0)
        memory.add([(uuid.uuid4(), time.time() + 0.05), (uuid.uuid4(), time.time() + 60)])
        assert len(memory) == 2
        assert eventually(lambda: memory.has_any() or len(memory) == 1)

    def test_an_entry_outlives_its_token_by_the_leeway(self) -> None:
        memory, jti = Memory(leeway=60), uuid.uuid4()
        memory.add([(jti, time.time() - 30)])
        assert memory.has_any(jti)

    def test_an_entry_is_kept_once(self) -> None:
        memory, jti = Memory(leeway=0), uuid.uuid4()
        memory.add([(jti, time.time() + 60)] * 3)
        assert len(memory) == 1

    def test_what_is_loaded_and_what_is_merged_is_found(self) -> None:
        memory = Memory(leeway=0)
        now, ids = time.time(), sorted(uuid.uuid4() for _ in range(2 * CHUNK + 1))
        loading = memory.load(chunks(ids, int(now) + 2 * CHUNK + 1), len(ids))
        assert next(loading) is False
        memory.add([(meanwhile := uuid.uuid4(), now + 60)])
        assert not memory.has_any(ids[0])
        assert list(loading) == [False, True]
        late = [uuid.uuid4() for _ in range(5000)]
        memory.add((jti, now + 60) for jti in late)
        assert all(memory.has_any(jti) for jti in (*ids, meanwhile, *late))
        assert not memory.has_any(uuid.uuid4())
        assert len(memory) == len(ids) + 1 + len(late)

    def test_what_is_loaded_is_remembered_until_the_last_of_it_has_expired(self) -> None:
        now, ids = int(time.time()), sorted(uuid.uuid4() for _ in range(CHUNK + 1))
        with time_machine.travel(now, tick=False) as clock:
            memory = Memory(leeway=5)
            list(memory.load(chunks(ids, now + 10), len(ids)))
            memory.add([(ids[0], now + 20)])  # the table says so, who has it from a chunk does not
            clock.shift(14)
            assert memory.has_any(ids[0])
            assert memory.has_any(ids[-1])
            clock.shift(1)
            assert memory.has_any(ids[0])
            assert not memory.has_any(ids[-1])
            memory.add((uuid.uuid4(), now + 60) for _ in range(5000))
            assert len(memory) == 5001  # the merge has dropped them

    def test_two_ids_that_begin_alike_are_two(self) -> None:
        memory, begin = Memory(leeway=0), uuid.uuid4().int >> 64 << 64
        ids = [uuid.UUID(int=begin + number) for number in range(3)]
        assert list(memory.load(chunks(ids[:2]), 2)) == [True]
        assert [memory.has_any(jti) for jti in ids] == [True, True, False]

    def test_a_hundred_thousand_ids_take_little_memory(self) -> None:
        number, memory = 100_000, Memory(leeway=0)
        ids = sorted(uuid.UUID(int=getrandbits(128)) for _ in range(number))
        read = [*chunks(ids)]
        tracemalloc.start()
        assert not all([*memory.load(read, number)])
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(memory) == number
        assert taken / number < 32  # bytes; in a set they took 230

    def test_one_of_two_ids_is_enough(self) -> None:
        memory, jti = Memory(leeway=0), uuid.uuid4()
        memory.add([(jti, time.time() + 60)])
        assert memory.has_any(uuid.uuid4(), jti)
        assert not memory.has_any(uuid.uuid4())


def test_a_long_table_holds_up_no_request_and_is_asked_until_all_is_loaded(
    here: JwtBlacklistMemory, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_memory_feed, "CHUNK", 3)
    monkeypatch.setattr(_memory_sqlite, "CHUNK", 3)
    monkeypatch.setattr(_memory_postgres, "CHUNK", 3)
    logins = [log_in(here, lab_user) for _ in range(10)]
    for login, _ in logins[1:]:
        blacklist_login(login, reason=EndReason.STAFF)
    credential = logins[0][1]
    if connection.vendor == "sqlite":  # one chunk for each request, after which it asks the table
        asked = [len(queries(here, credential.value)) for _ in range(5)]
        assert asked == [2, 2, 2, 1, 1]
    assert eventually(lambda: len(queries(here, credential.value)) == 1)
    assert all(is_known(here, one)() for _, one in logins[1:])
    if connection.vendor == "sqlite":  # no request reads all rows that somebody has added at once
        blacklist_many(lab_user, logins[0][0].pk)
        assert "blacklist" in queries(here, credential.value)[0]
        assert eventually(is_known(here, credential))


def test_the_login_row_is_not_asked(here: Strategy, lab_user: LabUser) -> None:
    login, credential = log_in(here, lab_user)
    Login.objects.filter(pk=login.pk).delete()
    assert is_accepted(here, credential)


def test_a_request_reads_the_user_only(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-blacklist-memory") == [{"accounts_user"}]
