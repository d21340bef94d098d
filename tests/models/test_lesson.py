"""A room and its votes: the database decides which vote counts and which move was first."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Phase, Room, Vote, lesson, room_move, room_open, tally, vote_cast
from tests.races import at_once

TEACHER = uuid.uuid4()


@pytest.fixture
def room(db: None) -> Room:
    return asking(room_open(teacher=TEACHER, lesson="logged-out"))


def asking(room: Room, phase: Phase = Phase.QUESTION, step: int = 0) -> Room:
    assert room_move(room, step=step, phase=phase)
    return Room.objects.with_votes().get(pk=room.pk)


def vote(room: Room, answer: int, pupil: uuid.UUID | None = None) -> bool:
    return vote_cast(room, pupil or uuid.uuid4(), answer=answer)


def test_a_code_has_no_vowel_and_nothing_that_looks_like_something_else(room: Room) -> None:
    assert len(room.code) == 6
    assert not set(room.code) & set("AEIOUY01L")


def test_a_code_that_is_taken_is_not_given_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = iter(room.code + "BCDFGH")
    monkeypatch.setattr("accounts.models.lesson.secrets.choice", lambda _: next(letters))
    assert room_open(teacher=TEACHER, lesson="logged-out").code == "BCDFGH"


def test_a_vote_counts_once_and_may_be_changed(room: Room) -> None:
    pupil = uuid.uuid4()
    with CaptureQueriesContext(connection) as queries:
        assert vote(room, 1, pupil)
    assert len(queries) == 1
    assert vote(room, 2, pupil)
    assert vote(room, 0)
    assert tally(room) == {(0, 1, 2): 1, (0, 1, 0): 1}
    assert asking(room, Phase.AGAIN).votes_in == 0


def test_both_rounds_stand_side_by_side(room: Room) -> None:
    pupil = uuid.uuid4()
    assert vote(room, 1, pupil)
    again = asking(room, Phase.AGAIN)
    assert vote(again, 2, pupil)
    assert tally(room) == {(0, 1, 1): 1, (0, 2, 2): 1}
    assert Room.objects.with_votes().get().votes_in == 1


@pytest.mark.parametrize("closing", [Phase.DISCUSS, Phase.AGAIN, Phase.OVER])
def test_no_vote_counts_or_changes_after_its_end(room: Room, closing: Phase) -> None:
    pupil = uuid.uuid4()
    assert vote(room, 1, pupil)
    asking(room, closing)
    assert not vote(room, 2, pupil)
    assert not vote(room, 2)
    assert tally(room) == {(0, 1, 1): 1}


def test_no_vote_counts_and_nothing_moves_when_the_day_is_over(room: Room) -> None:
    Room.objects.update(ends=timezone.now() - timedelta(seconds=1))
    assert not vote(room, 1)
    assert not room_move(room, step=0, phase=Phase.DISCUSS)
    assert not Room.objects.going_on().exists()


def test_whoever_makes_pupils_up_fills_no_disk(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lesson, "MAX_VOTES", 2)
    assert [vote(room, 0) for _ in range(3)] == [True, True, False]


def test_a_second_row_for_a_pupil_is_refused_by_the_database(room: Room) -> None:
    pupil = uuid.uuid4()
    Vote.objects.create(room=room, pupil=pupil, step=0, round=1, answer=1)
    with pytest.raises(IntegrityError):
        Vote.objects.create(room=room, pupil=pupil, step=0, round=1, answer=2)


def test_the_clocks_begin_with_the_lesson_and_with_each_step(room: Room) -> None:
    assert room.began == room.step_began
    later = asking(room, Phase.DISCUSS)
    assert later.step_began == room.step_began
    assert asking(later, step=1).step_began > room.step_began
    assert Room.objects.get().began == room.began


class TestRaces:
    @pytest.fixture
    def room(self, transactional_db: None) -> Room:
        return asking(room_open(teacher=TEACHER, lesson="logged-out"))

    def test_of_two_moves_at_once_one_is_made(self, room: Room) -> None:
        move = partial(room_move, room, step=0, phase=Phase.DISCUSS)
        assert sorted(at_once(move, move)) == [False, True]
        assert Room.objects.get().version == room.version + 1

    def test_a_pupil_who_votes_twice_at_once_has_one_vote(self, room: Room) -> None:
        pupil = uuid.uuid4()
        acts = [partial(vote, room, answer, pupil) for answer in (0, 1, 2, 3)]
        assert at_once(*acts) == [True] * 4
        assert tally(room).total() == 1

    def test_a_vote_waits_for_a_move_that_has_begun_and_then_comes_too_late(
        self, room: Room
    ) -> None:
        def cast() -> bool:
            try:
                return vote(room, 1)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                assert room_move(room, step=0, phase=Phase.DISCUSS)
                casting = pool.submit(cast)
                wait([casting], timeout=0.5)  # or until it is counted, which would be wrong
            assert casting.result() is False
        assert not tally(room)

    def test_after_a_vote_was_closed_none_comes_in(self, room: Room) -> None:
        """Whatever is told to have arrived is what is counted when the vote is closed."""

        def close() -> int:
            assert room_move(room, step=0, phase=Phase.DISCUSS)
            return tally(room).total()

        acts: list[Callable[[], int]] = [partial(vote, room, 1) for _ in range(11)]
        closed, *arrived = at_once(close, *acts)
        assert tally(room).total() == closed == sum(arrived)
