"""A lesson that is given to a class: the room that a teacher opened, and the votes in it.

Nobody's name is asked or kept. The teacher and each pupil hold a random secret in their browser, of
which a digest is stored.
"""

import secrets
import uuid
from collections import Counter
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeAlias

from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

# Without vowels there are no words, and without I, L and O no doubt what is meant.
CODE_LETTERS = "BCDFGHJKMNPQRSTVWXZ"
CODE_LENGTH = 6  # 47 million codes
# In one round of one step: a class has 60, and whoever makes pupils up fills no disk.
MAX_VOTES = 300


class Phase(models.TextChoices):
    """What a class does at a step: vote, argue, vote again, see the truth."""

    LOBBY = "lobby", "before the first question"
    QUESTION = "question", "the first vote is open"
    DISCUSS = "discuss", "no vote is open: watch the run, convince your neighbour"
    AGAIN = "again", "the second vote is open"
    REVEAL = "reveal", "both votes beside the truth"
    KEEP = "keep", "the figures, and one sentence to keep"
    OVER = "over", "the lesson is over"


#: The phases in which a vote is open, and the round that it is of.
ROUNDS = {Phase.QUESTION: 1, Phase.AGAIN: 2}
#: The round of who has joined, while the class waits for the first question.
JOINED = 0


def room_ends() -> datetime:
    """When a room that opens now is gone."""
    return timezone.now() + settings.LESSON_ROOM_LIFETIME


class RoomQuerySet(models.QuerySet["Room"]):
    """Rooms, and how far their votes are, or how many have joined."""

    def going_on(self) -> "RoomQuerySet":
        """Those whose day is not over."""
        return self.filter(ends__gt=timezone.now())

    def with_votes(self) -> "RoomQuerySet":
        """With the votes of the vote that is open counted: see ``Room.votes_in``."""
        every = {Phase.LOBBY: JOINED, **ROUNDS}
        rounds = [When(phase=phase, then=Value(number)) for phase, number in every.items()]
        cast = Vote.objects.filter(
            room=OuterRef("pk"), step=OuterRef("step"), round=OuterRef("round")
        )
        counted = cast.order_by().values("room").annotate(number=Count("pk")).values("number")
        return self.annotate(
            round=Case(*rounds, default=None, output_field=IntegerField()),
            counted=Coalesce(Subquery(counted), 0),
        )


class Room(models.Model):
    """Where a class is in a lesson. All of it is here: a restart of the server loses nothing.

    ``version`` rises with each move. A move names the one that it was made on, so that of two
    windows of the teacher's the slower one changes nothing.
    """

    code = models.CharField(max_length=CODE_LENGTH, primary_key=True, editable=False)
    teacher = models.UUIDField(editable=False, help_text="A digest of the teacher's secret.")
    lesson = models.SlugField(max_length=60, db_index=False)
    is_rehearsal = models.BooleanField(default=False, help_text="Its pupils are made up.")
    step = models.PositiveSmallIntegerField(default=0, help_text="The exit question is the last.")
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.LOBBY)
    version = models.PositiveIntegerField(default=1)
    created = models.DateTimeField(default=timezone.now)
    began = models.DateTimeField(null=True, help_text="When the first question was shown.")
    step_began = models.DateTimeField(default=timezone.now)
    asked = models.PositiveIntegerField(
        default=0, help_text="The steps whose question was shown: a bit each."
    )
    ends = models.DateTimeField(default=room_ends, db_index=True)

    objects = RoomQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.lesson} at {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """Where the pupils go."""
        return reverse("lesson-room", args=[self.code])

    @property
    def votes_in(self) -> int:
        """How many the open vote has got, where ``with_votes`` has counted them.

        Before the first question: how many have joined.
        """
        return getattr(self, "counted", 0)

    @property
    def open_round(self) -> int | None:
        """The round whose vote is open."""
        return ROUNDS.get(Phase(self.phase))

    def was_asked(self, step: int) -> bool:
        """Whether the class has come to a step."""
        return bool(self.asked >> step & 1)


class Vote(models.Model):
    """What one pupil answered at a step, in one round; in round ``JOINED`` that one has come in."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="votes", db_index=False)
    pupil = models.UUIDField(editable=False, help_text="A digest of the id in the browser.")
    step = models.PositiveSmallIntegerField()
    round = models.PositiveSmallIntegerField()
    answer = models.PositiveSmallIntegerField(help_text="The first one is 0.")

    class Meta:
        constraints = [
            # It begins with what is counted, so that it is the index for that, too.
            models.UniqueConstraint(fields=["room", "step", "round", "pupil"], name="vote_once"),
        ]

    def __str__(self) -> str:
        return f"answer {self.answer} at step {self.step}, round {self.round}"


def room_open(*, teacher: uuid.UUID, lesson: str, is_rehearsal: bool = False) -> Room:
    """Open a room under a code that no other room has."""
    room = Room(teacher=teacher, lesson=lesson, is_rehearsal=is_rehearsal)
    while True:  # the database decides whether a code is taken: hardly ever
        room.code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        with suppress(IntegrityError), transaction.atomic():
            room.save(force_insert=True)
            return room


def room_move(room: Room, *, step: int, phase: Phase) -> bool:
    """Show the class another place. Whether the room still was as ``room`` says; one statement.

    After it no vote for the earlier place is counted: see ``vote_cast``.
    """
    now = timezone.now()
    is_begin = room.phase == Phase.LOBBY or room.step != step
    same = Room.objects.going_on().filter(pk=room.pk, version=room.version)
    moved = same.update(
        step=step,
        phase=phase,
        version=F("version") + 1,
        began=None if phase == Phase.LOBBY else room.began or now,
        step_began=now if is_begin else room.step_began,
        asked=F("asked").bitor(1 << step if phase == Phase.QUESTION else 0),
    )
    return moved == 1


def room_join(room: Room, pupil: uuid.UUID) -> bool:
    """Count who has come in while the class waits. Whether it still does."""
    return _cast(room, pupil, round_=JOINED, answer=0)


def vote_cast(room: Room, pupil: uuid.UUID, *, answer: int) -> bool:
    """Count a pupil's vote, or what the pupil changed it to. Whether the vote was still open."""
    return _cast(room, pupil, round_=room.open_round, answer=answer)


def _cast(room: Room, pupil: uuid.UUID, *, round_: int | None, answer: int) -> bool:
    """Write a vote, if the room still is where ``room`` says.

    One statement, whose condition is that the room is still where ``room`` says. Without the lock
    PostgreSQL could read the room before a move and write the vote after it; SQLite lets only one
    of them write at a time.
    """
    key = pupil if connection.features.has_native_uuid_field else pupil.hex
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rooms, votes = (connection.ops.quote_name(one._meta.db_table) for one in (Room, Vote))
    lock = "FOR SHARE OF room " if connection.features.has_select_for_update_of else ""
    statement = (
        f"INSERT INTO {votes} (room_id, pupil, step, round, answer) "  # noqa: S608
        f"SELECT room.code, %s, %s, %s, %s FROM {rooms} AS room "
        "WHERE room.code = %s AND room.step = %s AND room.phase = %s AND room.ends > %s "
        f"AND (SELECT count(*) FROM {votes} AS cast_before WHERE cast_before.room_id = room.code "
        f"AND cast_before.step = %s AND cast_before.round = %s) < {MAX_VOTES} {lock}"
        "ON CONFLICT (room_id, step, round, pupil) DO UPDATE SET answer = excluded.answer"
    )
    here = [room.step, round_]
    values: list[Any] = [key, *here, answer, room.pk, room.step, room.phase, now, *here]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


#: How often an answer got a vote, by step, round and answer.
Tally: TypeAlias = Counter[tuple[int, int, int]]


def tally(room: Room) -> Tally:
    """All votes of a room, counted. One query."""
    counted = room.votes.values_list("step", "round", "answer").annotate(Count("pk"))
    return Counter({(step, round_, answer): number for step, round_, answer, number in counted})
