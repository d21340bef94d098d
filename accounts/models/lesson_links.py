"""What belongs to a room beside its votes: what was played in it live, and what pupils hand in."""

import uuid
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from accounts.models.lesson import Room

# A class of sixty does three exercises, and whoever makes pupils up fills no disk.
MAX_HAND_INS = 600
MAX_OF_PUPIL = 12


class LessonRun(models.Model):
    """What the teacher's screen played at a step: the newest alone.

    ``played`` is the link of a run that has one, or the figures of both lanes of the first page.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="runs", db_index=False)
    step = models.PositiveSmallIntegerField()
    made = models.DateTimeField(default=timezone.now)
    played: Any = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "step"], name="lesson_run_of_step"),
        ]

    def __str__(self) -> str:
        return f"played at step {self.step}, {self.made:%Y-%m-%d %H:%M}"


class HandIn(models.Model):
    """A permanent link that a pupil handed in for an exercise, without a name."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="hand_ins", db_index=False)
    exercise = models.PositiveSmallIntegerField(help_text="The first one is 0.")
    pupil = models.UUIDField(editable=False, help_text="A digest of the id in the browser.")
    link = models.CharField(max_length=100)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["room", "exercise", "pupil", "link"], name="hand_in_once"
            ),
        ]

    def __str__(self) -> str:
        return f"exercise {self.exercise + 1}: {self.link}"


def run_note(room: Room, *, step: int, played: dict[str, Any]) -> None:
    """Keep what was played at a step, in place of what was played there before. One statement."""
    LessonRun.objects.bulk_create(
        [LessonRun(room=room, step=step, played=played)],
        update_conflicts=True,
        unique_fields=["room", "step"],
        update_fields=["made", "played"],
    )


@transaction.atomic
def hand_in(room: Room, pupil: uuid.UUID, *, exercise: int, link: str) -> bool:
    """Keep a link, once. Whether there was room for it."""
    Room.objects.select_for_update().get(pk=room.pk)  # or requests that race would all find room
    mine = room.hand_ins.filter(pupil=pupil)
    if mine.count() >= MAX_OF_PUPIL or room.hand_ins.count() >= MAX_HAND_INS:
        return mine.filter(exercise=exercise, link=link).exists()
    one = HandIn(room=room, pupil=pupil, exercise=exercise, link=link)
    HandIn.objects.bulk_create([one], ignore_conflicts=True)
    return True
