"""The invalidation lab: every strategy against every event."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Any, Literal, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.lab.events import events
from accounts.lab.events.log_out import LogOut
from accounts.lab.recorded import Recorded
from accounts.lab.visitors import visitor_known
from accounts.lab.wording import duration
from accounts.models import Run
from accounts.pages.compare import FAMILY_TITLES, by_family
from accounts.pages.lab.cells import (
    Cell,
    Named,
    Results,
    cell,
    legend,
    named_event,
    named_strategy,
    newest_measured,
)
from accounts.strategies import Family

Standing = Literal["closed", "unknown", "open"]

# In the order of the page: the ways that an owner may take come first.
STANDINGS: dict[Standing, str] = {
    "closed": "no event that should end a login leaves the thief in",
    "unknown": "",
    "open": "some event that should end a login leaves the thief in",
}


@dataclass(frozen=True)
class Row:
    """A strategy's row: what a request costs, and its cells."""

    strategy: Named
    cells: Sequence[Cell]

    @cached_property
    def html(self) -> SafeString:
        """The row as the page shows it."""
        return render_to_string("partials/lab_row.html", {"row": self})

    @property
    def report(self) -> Mapping[str, Any]:
        """The newest report that measured requests, for the figures in front."""
        if run := newest_measured(self.cells):
            return dict(run.report)
        found = (cell.recorded for cell in self.cells if cell.recorded)
        return next((report for report in found if report["bytes_per_request"]), {})

    @cached_property
    def stops_at_log_out(self) -> bool:
        """Whether a log-out was seen to stop the thief at once."""
        texts = [cell.text for cell in self.cells if cell.event.slug == LogOut.slug]
        return any(text and text.tone == "safe" for text in texts)

    @cached_property
    def standing(self) -> Standing:
        """Whether a stolen copy outlives what should end it, as far as was measured."""
        ends = (cell for cell in self.cells if cell.event.kind == "end")
        tones = [cell.text.tone if cell.text else None for cell in ends]
        if "vulnerable" in tones:
            return "open"
        return "unknown" if None in tones or "broken" in tones else "closed"


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
    columns = tuple([named_event(event) for event in events])
    drills = [event for event in columns if event.kind == "drill"]
    results = Results.for_visitor(visitor_known(request))
    rows = list(matrix(results, columns))
    cells = [cell for row in rows for cell in row.cells if not row.strategy.needs]
    families = {family.value: title for family, title in FAMILY_TITLES.items()}
    asked = request.GET.get("family")
    context = {
        "events": columns,
        "drills": len(drills),
        "more": len(columns) - 2 * len(drills),
        "closed": [row.strategy for row in rows if row.standing == "closed"],
        "stopping": sum(row.stops_at_log_out for row in rows),
        "groups": list(groups(rows)),
        "total": len(rows),
        "families": families,
        "family": asked if asked in families else "",
        "recorded": results.behind(cells),
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


def matrix(results: Results, columns: tuple[Named, ...]) -> Iterator[Row]:
    """A row per strategy, a cell per event, in the order of the registries."""
    for strategy in map(named_strategy, by_family()):
        runs = tuple([results.runs.get((strategy.slug, event.slug)) for event in columns])
        yield row(strategy, columns, runs, results.recorded)


@lru_cache(maxsize=128)
def row(
    strategy: Named,
    columns: tuple[Named, ...],
    runs: tuple[Run | None, ...],
    recorded: Recorded | None,
) -> Row:
    """A row. Nobody changes a run or what was recorded, so it is made and drawn once."""
    cells = [cell(strategy, *each, recorded) for each in zip(columns, runs, strict=True)]
    return Row(strategy, cells)


def groups(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Rows by how they stand, then by family; those without red come first."""
    placed = sorted(rows, key=lambda row: list(STANDINGS).index(row.standing))
    for (standing, family), found in groupby(
        placed, lambda one: (one.standing, one.strategy.family)
    ):
        yield {
            "family": family,
            "title": FAMILY_TITLES[Family(family)],
            "standing": STANDINGS[standing],
            "rows": list(found),
        }
