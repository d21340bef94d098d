"""Playing scenarios for a visitor and keeping what came of them."""

import uuid
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from threading import BoundedSemaphore

from django.conf import settings
from django.utils import timezone

from accounts.lab.pool import play_many
from accounts.lab.report import Report
from accounts.models import Run
from accounts.site.throttle import Throttled

AT_ONCE = 3  # scenarios that act at the same time; those that wait do not count
PLACES = 4  # for runs at the same time in one process
BUSY = 5  # seconds until somebody may have finished


def runs_allow(visitor: uuid.UUID, number: int) -> None:
    """See whether a visitor may play so many more scenarios now.

    Counted by the rows that are kept anyway: ``throttle.take`` costs a statement per attempt that
    was counted, too dear for hundreds. Requests that race may exceed the limit by what they ask,
    and are no more than there are places for runs.

    Raises:
        Throttled: not within this window.
    """
    limit, seconds = settings.LIMITS["lab-runs"]
    now, window = timezone.now(), timedelta(seconds=seconds)
    if number > limit:
        raise Throttled(seconds)
    recent = Run.objects.filter(visitor=visitor, created__gt=now - window).order_by("-created")
    # The one that has to leave the window before there is room for all.
    last = limit - number
    if blocking := recent.values_list("created", flat=True)[last : last + 1]:
        raise Throttled(max(1, int((blocking[0] + window - now).total_seconds())))


class Playing:
    """Scenarios being played for a visitor. Iterate to play, close in any case, once or twice.

    Each run holds a thread of the server until it is over or closed. So there are a few places for
    them in each process: with every thread taken, nobody could even log out.

    Raises:
        Throttled: every place is taken.
    """

    _places = BoundedSemaphore(PLACES)

    def __init__(self, pairs: Iterable[tuple[str, str]], *, visitor: uuid.UUID) -> None:
        if not self._places.acquire(blocking=False):
            raise Throttled(BUSY)
        self._open = ExitStack()
        self._open.callback(self._places.release)
        self._runs = self._open.enter_context(closing(_runs_play(pairs, visitor=visitor)))

    def __iter__(self) -> Iterator[Run]:
        return self._runs

    def close(self) -> None:
        """End the run and leave the place; what has not begun does not begin."""
        self._open.close()


def _runs_play(
    pairs: Iterable[tuple[str, str]], *, visitor: uuid.UUID
) -> Generator[Run, None, None]:
    """Play strategies (by slug) against events, and keep and give each as it is ready."""
    batch = uuid.uuid4()
    with closing(play_many(pairs, workers=AT_ONCE)) as reports:
        for report in reports:
            yield run_record(report, visitor=visitor, batch=batch)


def runs_share(reports: Iterable[Report]) -> None:
    """Keep reports for every visitor of the lab who has none of their own."""
    batch = uuid.uuid4()
    for report in reports:
        run_record(report, visitor=None, batch=batch)


def run_record(report: Report, *, visitor: uuid.UUID | None, batch: uuid.UUID) -> Run:
    """Keep a report: for its visitor, or shared with everybody (None)."""
    content = report.as_dict()
    transcript = content.pop("transcript")
    return Run.objects.create(
        visitor=visitor,
        batch=batch,
        strategy=report.strategy,
        event=report.event,
        database=report.database,
        report=content,
        transcript=transcript,
    )
