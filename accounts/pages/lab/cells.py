"""A cell of the matrix, and where it comes from: a visitor's run, a shared or a recorded one."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, Self

from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString

from accounts.conf import own_database
from accounts.lab.events import Event
from accounts.lab.recorded import Recorded, recorded
from accounts.lab.scenario import NEEDS_CACHE
from accounts.lab.wording import LEGEND, SIGNS, CellText, Tone, cost, describe
from accounts.models import Run
from accounts.strategies import Strategy


@dataclass(frozen=True, slots=True)
class Named:
    """A strategy or an event as a link: plain values, because a template would call a class."""

    slug: str
    title: str
    url: str
    subtitle: str = ""
    family: str = ""
    #: of a strategy: what it needs that is not here; then it cannot be played
    needs: str = ""
    #: of an event: "end" where it should end or change a login, "drill" where it breaks something
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """One strategy against one event: a run, or before one is played what was recorded."""

    strategy: Named
    event: Named
    run: Run | None = None
    #: a report as ``Report.as_dict()`` has it, of the matrix that is shipped
    recorded: Mapping[str, Any] | None = None

    @property
    def report(self) -> Mapping[str, Any] | None:
        """What was measured; None if it never was."""
        return self.run.report if self.run else self.recorded

    @property
    def is_recorded(self) -> bool:
        """Whether it shows what was recorded, because nobody has played it here."""
        return self.run is None and self.recorded is not None

    @cached_property
    def outcome(self) -> SafeString:
        """What the copy got, why, and what the event cost: three columns, as HTML."""
        return render_to_string("partials/lab_outcome.html", {"cell": self})

    @cached_property
    def row(self) -> SafeString:
        """The strategy beside its outcome, as a row on the page of the event."""
        return render_to_string("partials/lab_event_row.html", {"cell": self})

    @cached_property
    def text(self) -> CellText | None:
        """What was measured, in words."""
        return describe(self.report) if self.report else None

    @property
    def url(self) -> str:
        """The page with the transcript; empty where nothing was played: none is recorded."""
        return self.run.get_absolute_url() if self.run else ""

    @property
    def why_url(self) -> str:
        """Where the page of the event says why: for a cell that has no transcript."""
        return f"{self.event.url}#{self.strategy.slug}"

    @property
    def why(self) -> str:
        """The reason that the thief was given."""
        return str(self.report["why"]) if self.report else ""

    @property
    def cost(self) -> str:
        """What the event itself cost here; empty where it did nothing, or was played elsewhere."""
        return cost(self.run.report) if self.run else ""


@lru_cache(maxsize=1024)
def cell(strategy: Named, event: Named, run: Run | None, recorded: Recorded | None) -> Cell:
    """The cell of a pair, with what was recorded of it. Nobody changes that, so it is made once."""
    reports = recorded.reports if recorded else {}
    return Cell(strategy, event, run, reports.get((strategy.slug, event.slug)))


def newest_measured(cells: Sequence[Cell]) -> Run | None:
    """The newest run that sent requests: where the event does not apply, none were sent."""
    runs = [cell.run for cell in cells if cell.run and cell.run.report["bytes_per_request"]]
    return max(runs, key=lambda run: run.created, default=None)


@dataclass(frozen=True, slots=True)
class Results:
    """The newest run of each cell: the visitor's own, or a shared one where they have none.

    Where there is neither, what was recorded on a database of this kind.
    """

    runs: Mapping[tuple[str, str], Run]
    recorded: Recorded | None = None

    @classmethod
    def for_visitor(cls, visitor: uuid.UUID | None) -> Self:
        """Own runs lie over shared ones. Runs of what is no longer registered are left out."""
        shared = Run.objects.newest(None)
        own = Run.objects.newest(visitor) if visitor else ()
        runs = {(run.strategy, run.event): run for run in (*shared, *own)}
        return cls(runs, recorded(own_database()))

    def cell(self, strategy: Named, event: Named) -> Cell:
        """The cell of a pair."""
        return cell(strategy, event, self.runs.get((strategy.slug, event.slug)), self.recorded)

    def behind(self, cells: Iterable[Cell]) -> Recorded | None:
        """The recorded matrix, if any of these cells shows it that can be played here."""
        shown = (cell.is_recorded and not cell.strategy.needs for cell in cells)
        return self.recorded if any(shown) else None


def named_strategy(strategy: type[Strategy]) -> Named:
    """A strategy as a link to its page."""
    return _named_strategy(strategy, get_script_prefix(), here=strategy.runs_here())


@cache
def _named_strategy(strategy: type[Strategy], _prefix: str, *, here: bool) -> Named:
    return Named(
        slug=strategy.slug,
        title=strategy.title,
        url=reverse("lab-strategy", args=[strategy.slug]),
        subtitle=strategy.subtitle,
        family=strategy.family,
        needs="" if here else NEEDS_CACHE,
    )


def named_event(event: type[Event]) -> Named:
    """An event as a link to its page."""
    return _named_event(event, get_script_prefix())


@cache
def _named_event(event: type[Event], _prefix: str) -> Named:
    url = reverse("lab-event", args=[event.slug])
    return Named(event.slug, event.title, url, kind="drill" if event.is_drill else "end")


def legend() -> list[tuple[Tone, str, str]]:
    """Each shape in words: tone, sign, meaning."""
    return [(tone, SIGNS[tone], words) for tone, words in LEGEND.items()]
