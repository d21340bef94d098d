"""Playing scenarios for a visitor and keeping what came of them."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts import conf
from accounts.events import events
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
    with closing(play_many(pairs, workers=AT_ONCE)) as reports:  # type: ignore[type-var]
        for report in reports:
            yield run_record(report, visitor=visitor, batch=batch)


def run_record(report: Report, *, visitor: uuid.UUID | None, batch: uuid.UUID) -> Run:
    """Keep a report: for its visitor, or shared with everybody (None)."""
    content = report.as_dict()
    transcript = content.pop("transcript")
    after = [one for one in transcript[report.event_at[1] :] if one["who"] == "thief"]
    return Run.objects.create(
        visitor=visitor,
        batch=batch,
        strategy=report.strategy,
        event=report.event,
        database=report.database,
        report=content | {"why": _why(report, after), "at_once": _at_once(after)},
        transcript=transcript,
    )


def _why(report: Report, after: Sequence[Mapping[str, Any]]) -> str:
    """The verdict on the thief's last request, in the server's words; or why nothing happened."""
    if not report.transcript and not report.error:
        return events[report.event].applies_only
    body = after[-1]["response"]["body"] if after else {}
    return str(body.get("verdict", {}).get("reason", ""))


def _at_once(after: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the thief's first request after the event was refused."""
    return bool(after) and after[0]["response"]["status"] >= 400  # noqa: PLR2004
