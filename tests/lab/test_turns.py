"""The line in front of the lab's slots."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.lab import turns
from accounts.lab.turns import ABANDONED, AWAKE, SHORT_SLOTS, SILENCE, Turn, Waiting, turn_ask
from accounts.models import RunTurn
from accounts.site.throttle import Throttled

MANY = turns.MAX_SHORT + 1

pytestmark = pytest.mark.django_db(transaction=True)


def ask(visitor: uuid.UUID, cells: int = 1) -> int:
    """The place in the line; 0 where it is the visitor's turn."""
    answer = turn_ask(visitor, cells=cells)
    return answer.place if isinstance(answer, Waiting) else 0


def everybody_plays(cells: int = 1) -> list[Turn]:
    begun = [turn_ask(uuid.uuid4(), cells=cells) for _ in SHORT_SLOTS]
    assert all(isinstance(turn, Turn) for turn in begun)
    return [turn for turn in begun if isinstance(turn, Turn)]


def unseen_for(time: timedelta, **which: object) -> None:
    RunTurn.objects.filter(**which).update(seen=timezone.now() - time)


def test_who_comes_first_plays_first() -> None:
    playing = everybody_plays()
    alice, bob, carol = (uuid.uuid4() for _ in range(3))
    assert [ask(alice), ask(bob), ask(carol)] == [1, 2, 3]
    assert [ask(carol), ask(bob), ask(alice)] == [3, 2, 1]
    playing[0].end()
    assert [ask(carol), ask(bob), ask(alice)] == [3, 2, 0]
    assert [ask(carol), ask(bob)] == [2, 1]
    playing[1].end()
    playing[2].end()
    assert [ask(carol), ask(bob)] == [0, 0]


def test_one_visitor_takes_no_second_slot_of_a_kind() -> None:
    alice, bob = uuid.uuid4(), uuid.uuid4()
    assert ask(alice) == 0
    assert ask(alice) == 1
    assert ask(alice, MANY) == 0
    assert ask(bob) == 0


def test_many_who_run_everything_keep_nobody_from_a_single_cell() -> None:
    everybody_plays(MANY)
    assert [ask(uuid.uuid4(), MANY) for _ in range(40)] == list(range(1, 41))
    assert ask(uuid.uuid4()) == 0


def test_whoever_stops_asking_is_stepped_over_and_then_forgotten() -> None:
    playing = everybody_plays()
    alice, bob = uuid.uuid4(), uuid.uuid4()
    assert [ask(alice), ask(bob)] == [1, 2]
    unseen_for(AWAKE, visitor=alice)
    assert ask(bob) == 1
    # A hidden tab asks seldom: it comes back to its place.
    assert [ask(alice), ask(bob)] == [1, 2]
    unseen_for(ABANDONED + timedelta(seconds=1), visitor=alice)
    assert ask(bob) == 1
    assert ask(alice) == 2
    for turn in playing:
        turn.end()


def test_the_slots_of_a_killed_process_are_given_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    dead, alive, *_ = everybody_plays()
    alice, bob = uuid.uuid4(), uuid.uuid4()
    assert [ask(alice), ask(bob)] == [1, 2]
    unseen_for(SILENCE + timedelta(seconds=1), pk__in=[dead.key, alive.key])
    monkeypatch.setattr(turns, "_PULSE", 0.0)
    alive.pulse()
    assert [ask(bob), ask(alice)] == [2, 0]
    assert ask(bob) == 1


def test_a_process_without_room_leaves_the_turn_to_another() -> None:
    alice = uuid.uuid4()
    assert turn_ask(alice, cells=1, may_begin=False) == Waiting(1)
    assert ask(alice) == 0


def test_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MAX_WAITING", len(SHORT_SLOTS) + 2)
    everybody_plays()
    alice = uuid.uuid4()
    assert [ask(alice), ask(uuid.uuid4())] == [1, 2]
    with pytest.raises(Throttled):
        ask(uuid.uuid4())
    assert ask(alice) == 1


def test_of_many_at_once_as_many_begin_as_there_are_slots() -> None:
    visitors = [uuid.uuid4() for _ in range(12)]

    def ask_and_close(visitor: uuid.UUID) -> int:
        try:
            return ask(visitor)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(visitors)) as pool:
        begun = [*pool.map(ask_and_close, visitors)].count(0)
    assert 1 <= begun <= len(SHORT_SLOTS)
    again = [ask(visitor) for visitor in visitors]
    assert RunTurn.objects.exclude(slot=None).count() == len(SHORT_SLOTS)
    assert len(again) == len(visitors)
