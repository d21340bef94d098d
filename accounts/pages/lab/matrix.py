"""The invalidation lab: every strategy against every event."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.lab.events import events
from accounts.lab.visitors import visitor_known
from accounts.lab.wording import LEGEND, SIGNS, CellText, Tone, cost, describe, duration
from accounts.models import Run
from accounts.pages.compare import FAMILY_TITLES, by_family
from accounts.strategies import Family, Strategy


@dataclass(frozen=True, slots=True)
class Named:
    """A strategy or an event as a link: plain values, because a template would call a class."""

    slug: str
    title: str
    url: str
    subtitle: str = ""
    family: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One strategy against one event; without a run it has not been played yet."""

    strategy: Named
    event: Named
    run: Run | None = None

    @property
    def text(self) -> CellText | None:
        """What was measured, in words."""
        return describe(self.run.report) if self.run else None

    @property
    def url(self) -> str:
        """The page with the transcript."""
        return self.run.get_absolute_url() if self.run else ""

    @property
    def why(self) -> str:
        """The reason that the thief was given."""
        return str(self.run.report["why"]) if self.run else ""

    @property
    def cost(self) -> str:
        """What the event itself cost; empty where it did nothing."""
        return cost(self.run.report) if self.run else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A strategy's row: what a request costs, and its cells."""

    strategy: Named
    cells: Sequence[Cell]

    @property
    def report(self) -> Mapping[str, Any]:
        """The newest report that measured requests, for the figures in front."""
        run = newest_measured(self.cells)
        return run.report if run else {}


def newest_measured(cells: Sequence[Cell]) -> Run | None:
    """The newest run that sent requests: where the event does not apply, none were sent."""
    runs = [cell.run for cell in cells if cell.run and cell.run.report["bytes_per_request"]]
    return max(runs, key=lambda run: run.created, default=None)


@dataclass(frozen=True, slots=True)
class Results:
    """The newest run of each cell: the visitor's own, or a shared one where they have none."""

    runs: Mapping[tuple[str, str], Run]

    @classmethod
    def for_visitor(cls, visitor: uuid.UUID | None) -> Self:
        """Own runs lie over shared ones. Runs of what is no longer registered are left out."""
        shared = Run.objects.newest(None)
        own = Run.objects.newest(visitor) if visitor else ()
        return cls({(run.strategy, run.event): run for run in (*shared, *own)})

    def cell(self, strategy: Named, event: Named) -> Cell:
        """The cell of a pair."""
        return Cell(strategy, event, self.runs.get((strategy.slug, event.slug)))


@dataclass(frozen=True, slots=True)
class State:
    """When, on which database and how long: the line beside the button."""

    total: int
    played: int = 0
    created: datetime | None = None
    databases: str = ""
    took: str = ""
    shared: bool = False

    @classmethod
    def from_cells(cls, cells: Sequence[Cell]) -> Self:
        """Read from the runs on show; how long, of the batch that was played last."""
        runs = [cell.run for cell in cells if cell.run]
        if not runs:
            return cls(total=len(cells))
        last = max(runs, key=lambda run: run.created)
        return cls(
            total=len(cells),
            played=len(runs),
            created=last.created,
            databases=", ".join(sorted({run.database for run in runs})),
            took=_took([run for run in runs if run.batch == last.batch]),
            shared=all(run.visitor is None for run in runs),
        )


def _took(runs: Sequence[Run]) -> str:
    begun = min(datetime.fromisoformat(run.report["started"]) for run in runs)
    ended = max(
        datetime.fromisoformat(run.report["started"])
        + timedelta(milliseconds=run.report["duration_ms"])
        for run in runs
    )
    return duration((ended - begun).total_seconds())


@require_safe
def lab(request: HttpRequest) -> HttpResponse:
    """The matrix with the newest results of this visitor."""
    columns = [named_event(event) for event in events]
    rows = list(matrix(Results.for_visitor(visitor_known(request)), columns))
    cells = [cell for row in rows for cell in row.cells]
    families = [
        {"slug": slug, "title": FAMILY_TITLES[Family(slug)], "rows": list(found)}
        for slug, found in groupby(rows, key=lambda row: row.strategy.family)
    ]
    asked = request.GET.get("family")
    context = {
        "events": columns,
        "families": families,
        "family": asked if asked in {family["slug"] for family in families} else "",
        "state": State.from_cells(cells),
        "legend": legend(),
        "login_lives": _unbroken(settings.LAB_LIFETIME),
        "token_lives": _unbroken(settings.ACCESS_TOKEN_LIFETIME),
        "data": {"runsUrl": reverse("api-lab-runs")},
    }
    return render(request, "pages/lab.html", context)


def _unbroken(lifetime: timedelta) -> str:
    """A duration whose number stays on one line with its unit."""
    return duration(lifetime.total_seconds()).replace(" ", "\N{NO-BREAK SPACE}")


def matrix(results: Results, columns: Sequence[Named]) -> Iterator[Row]:
    """A row per strategy, a cell per event, in the order of the registries."""
    for strategy in map(named_strategy, by_family()):
        yield Row(strategy, [results.cell(strategy, event) for event in columns])


def named_strategy(strategy: type[Strategy]) -> Named:
    """A strategy as a link to its page."""
    return Named(
        slug=strategy.slug,
        title=strategy.title,
        url=reverse("lab-strategy", args=[strategy.slug]),
        subtitle=strategy.subtitle,
        family=strategy.family,
    )


def named_event(event: Any) -> Named:
    """An event as a link to its page."""
    return Named(event.slug, event.title, reverse("lab-event", args=[event.slug]))


def legend() -> list[tuple[Tone, str, str]]:
    """Each shape in words: tone, sign, meaning."""
    return [(tone, SIGNS[tone], words) for tone, words in LEGEND.items()]
