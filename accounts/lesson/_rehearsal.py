"""A class that is made up, for a teacher who rehearses alone: every page says so."""

import random
import uuid

from accounts.lesson._base import Step
from accounts.models import Room, Vote

PUPILS = 24
# Shares of our own choosing: some are right at first, and of the others more than half come round.
_RIGHT_AT_FIRST, _CONVINCED = 0.45, 0.6


def votes_make_up(room: Room, step: Step, *, round_: int) -> None:
    """Let the made-up class join, or vote at the room's step: the same each time in one room."""
    made_up = [
        Vote(
            room=room,
            pupil=uuid.uuid5(uuid.NAMESPACE_OID, f"{number}"),
            step=room.step,
            round=round_,
            answer=_answer(random.Random(f"{room.code} {room.step} {number}"), step, round_),  # noqa: S311
        )
        for number in range(PUPILS)
    ]
    Vote.objects.bulk_create(made_up, ignore_conflicts=True)


def _answer(dice: random.Random, step: Step, round_: int) -> int:
    wrong = [number for number, answer in enumerate(step.answers) if not answer.right]
    first = step.right if dice.random() < _RIGHT_AT_FIRST else dice.choice(wrong)
    is_convinced = round_ > 1 and dice.random() < _CONVINCED
    return step.right if is_convinced else first
