"""The running site prunes itself, one process at a time."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.models import Session
from accounts.models.throttle import throttle_claim
from accounts.site import housekeeping
from accounts.site.housekeeping import EVERY, take_turn

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def open_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn gives its connection back, which here is the test's."""
    monkeypatch.setattr(connection, "close", lambda: None)


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def turn(pauses: list[float]) -> Callable[[], bool]:
    return lambda: take_turn(pauses.append)


def expired_sessions(number: int) -> None:
    expires = timezone.now() - timedelta(minutes=1)
    Session.objects.bulk_create(
        Session(digest=uuid.uuid4(), expires=expires) for _ in range(number)
    )


@pytest.mark.django_db
def test_a_turn_deletes_what_has_expired_and_rests_after_each_batch(
    turn: Callable[[], bool], pauses: list[float]
) -> None:
    expired_sessions(501)
    assert turn()
    assert not Session.objects.exists()
    assert len(pauses) == 2
    assert min(pauses) > 0


@pytest.mark.django_db
def test_the_next_turn_is_a_minute_later(turn: Callable[[], bool]) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        assert [turn(), turn()] == [True, False]
        clock.shift(EVERY - 1)
        assert not turn()
        clock.shift(1)
        assert [turn(), turn()] == [True, False]


@pytest.mark.django_db
def test_a_long_turn_ends_before_the_next_one_may_begin(
    monkeypatch: pytest.MonkeyPatch, turn: Callable[[], bool]
) -> None:
    monkeypatch.setattr(housekeeping, "_MAX_SECONDS", -1)
    expired_sessions(501)
    assert turn()
    assert Session.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_processes_that_ask_at_once_one_has_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    together = Barrier(4)

    def ask(_: int) -> bool:
        together.wait()
        try:
            return throttle_claim("housekeeping", seconds=EVERY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [False, False, False, True]


@pytest.mark.django_db
@pytest.mark.parametrize("said", [["Pruning ended early: statement timeout"], []])
def test_a_failure_is_not_the_end_and_a_line_unless_it_is_an_outage(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    turn: Callable[[], bool],
    said: list[str],
) -> None:
    def fail() -> None:
        raise DatabaseError("statement timeout\nCONTEXT: more")

    monkeypatch.setattr(housekeeping, "prune_a_little", fail)
    monkeypatch.setattr(connection, "is_usable", lambda: bool(said))
    assert turn()
    assert [record.getMessage() for record in caplog.records] == said


@pytest.mark.django_db
def test_while_the_database_is_away_there_is_no_turn_and_no_line(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    turn: Callable[[], bool],
) -> None:
    monkeypatch.setattr(connection, "cursor", lambda: (_ for _ in ()).throw(DatabaseError()))
    assert not turn()
    assert caplog.records == []
