"""The line in front of the lab's slots: who may play now, and who is next.

All server processes share it, and the database decides who gets a slot: its number is unique.
Nobody holds a connection while waiting: a client asks again, and is forgotten if it does not.
"""

import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, OperationalError, close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import RunTurn
from accounts.site.throttle import Throttled

# A press of "Run all" must not keep a single cell waiting for minutes, nor the other way round.
MAX_SHORT = 20  # cells: a row or a column
SHORT_SLOTS = range(4)
LONG_SLOTS = range(4, 8)
MAX_WAITING = 200  # for either kind of slot
AWAKE = timedelta(seconds=15)  # without asking again, before others may go ahead
ABANDONED = timedelta(minutes=3)  # a hidden tab asks once a minute, and keeps its place until then
SILENCE = timedelta(seconds=20)  # of a run, before its process is taken for dead
_PULSE = 5.0  # seconds between two signs of life


@dataclass(frozen=True, slots=True)
class Waiting:
    """Not yet: the place in the line, the first one being 1."""

    place: int

    @property
    def retry_after(self) -> int:
        """Seconds until it is worth asking again: few at the head of the line."""
        return min(1 + self.place // 4, 5)


@dataclass(slots=True)
class Turn:
    """A slot that is held until ``end``, or until there was no sign of life for too long."""

    key: uuid.UUID
    _seen: float = field(default_factory=time.monotonic)

    def pulse(self) -> None:
        """Give a sign of life, if the last one was a while ago.

        What is played may stop the database itself: then there is none to give it to.
        """
        if time.monotonic() - self._seen < _PULSE:
            return
        self._seen = time.monotonic()
        close_old_connections()
        with suppress(OperationalError):
            RunTurn.objects.filter(pk=self.key).update(seen=timezone.now())

    def end(self) -> None:
        """Let the next one play."""
        close_old_connections()  # the database may have been stopped and started meanwhile
        RunTurn.objects.filter(pk=self.key).delete()


def turn_ask(visitor: uuid.UUID, *, cells: int, may_begin: bool = True) -> Turn | Waiting:
    """Ask for a visitor's turn to play so many cells; the first time, it is put into the line.

    A visitor has one place for few cells and one for many. ``may_begin``: this process has room.

    Raises:
        Throttled: the line is full.
    """
    is_long = cells > MAX_SHORT
    _forget_silent()
    line = RunTurn.objects.filter(is_long=is_long)
    mine = _placed(visitor, is_long=is_long)
    awake = line.filter(slot=None, seen__gt=timezone.now() - AWAKE)
    if mine.slot is not None:  # in another tab
        return Waiting(awake.count() + 1)
    ahead = awake.filter(queued__lt=mine.queued).count()
    taken = line.exclude(slot=None).values_list("slot", flat=True)
    free = sorted(set(LONG_SLOTS if is_long else SHORT_SLOTS) - set(taken))
    if may_begin and ahead < len(free) and _claim(mine, free[ahead]):
        return Turn(mine.pk)
    return Waiting(ahead + 1)


def _forget_silent() -> None:
    now = timezone.now()
    dead = Q(seen__lt=now - SILENCE, slot__isnull=False) | Q(seen__lt=now - ABANDONED)
    RunTurn.objects.filter(dead).delete()


def _placed(visitor: uuid.UUID, *, is_long: bool) -> RunTurn:
    known = RunTurn.objects.filter(visitor=visitor, is_long=is_long)
    known.filter(slot=None).update(seen=timezone.now())
    if found := known.first():
        return found
    if RunTurn.objects.filter(is_long=is_long).count() >= MAX_WAITING:
        raise Throttled(Waiting(MAX_WAITING).retry_after)
    return RunTurn.objects.get_or_create(visitor=visitor, is_long=is_long)[0]


def _claim(mine: RunTurn, slot: int) -> bool:
    """Take the slot, unless another request was faster: the unique number decides."""
    try:
        with transaction.atomic():
            unclaimed = RunTurn.objects.filter(pk=mine.pk, slot=None)
            return bool(unclaimed.update(slot=slot, seen=timezone.now()))
    except IntegrityError:
        return False
