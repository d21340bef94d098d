"""Playing scenarios for a visitor and keeping what came of them."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import timedelta

from django.utils import timezone

from accounts import conf
from accounts.models import Run
from accounts.scenarios import Report, play_many
from accounts.throttle import Throttled

AT_ONCE = 3  # scenarios that act at the same time; those that wait do not count


def runs_allow(visitor: uuid.UUID, number: int) -> None:
    """See whether a visitor may play so many more scenarios now.

    Counted by the rows that are kept anyway: ``throttle.take`` costs a statement per attempt that
    was counted, too dear for hundreds. Requests that race may exceed the limit by what they ask.

    Raises:
        Throttled: not within this window.
    """
    window = timedelta(seconds=conf.sign_in_limits().seconds)
    now, limit = timezone.now(), conf.lab_run_limit()
    if number > limit:
        raise Throttled(int(window.total_seconds()))
    recent = Run.objects.filter(visitor=visitor, created__gt=now - window).order_by("-created")
    # The one that has to leave the window before there is room for all.
    last = limit - number
    if blocking := recent.values_list("created", flat=True)[last : last + 1]:
        raise Throttled(max(1, int((blocking[0] + window - now).total_seconds())))


def runs_play(pairs: Iterable[tuple[str, str]], *, visitor: uuid.UUID) -> Iterator[Run]:
    """Play strategies (by slug) against events, and keep and give each as it is ready.

    Closing the iterator ends the run: what has not begun does not begin.
    """
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
