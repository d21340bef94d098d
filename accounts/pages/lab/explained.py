"""A page per strategy and a page per event: what it is, its source, and what was measured."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.answer.takeaway import NothingToTake, Takeaway, takeaway
from accounts.lab.events import events
from accounts.lab.visitors import visitor_known
from accounts.models import Run
from accounts.pages.compare import FAMILY_TITLES, by_family
from accounts.pages.lab.cells import (
    Cell,
    Named,
    Results,
    legend,
    named_event,
    named_strategy,
    newest_measured,
)
from accounts.pages.lab.prose import paragraphs
from accounts.pages.lab.source import source_of, sources_of_bases
from accounts.registry import Registry
from accounts.strategies import Strategy, strategies

# A group of strategies by what the thief's copy got.
NOTICES = {
    "safe": "Thief stopped at once",
    "later": "Thief stopped after a while",
    "vulnerable": "Thief still in",
    "expected": "Still works, and should",
    "collateral": "Throws out who should stay",
    "none": "Does not apply",
    "broken": "Experiment failed",
    "": "Not played yet",
}


@require_safe
def strategy(request: HttpRequest, slug: str) -> HttpResponse:
    """One strategy."""
    shown = _registered(strategies, slug)
    named = named_strategy(shown)
    results = Results.for_visitor(visitor_known(request))
    cells = [results.cell(named, named_event(event)) for event in events]
    context = {
        "strategy": named,
        "family_title": FAMILY_TITLES[shown.family],
        "paragraphs": paragraphs(shown.explanation()),
        "when_to_use": shown.when_to_use,
        "source": source_of(shown),
        "bases": sources_of_bases(shown, Strategy),
        "taken": _taken(slug),
        "more": [f"strategies/{slug}.html", "strategies/_default.html"],
        "cells": cells,
        "neighbours": neighbours([named_strategy(found) for found in by_family()], slug),
        "recorded_there": results.recorded if named.needs else None,
        **_shared(results, cells),
    }
    return render(request, "pages/lab_strategy.html", context)


def _taken(slug: str) -> Takeaway | None:
    try:
        return takeaway(slug)
    except NothingToTake:
        return None


@require_safe
def event(request: HttpRequest, slug: str) -> HttpResponse:
    """One event."""
    shown = _registered(events, slug)
    named = named_event(shown)
    results = Results.for_visitor(visitor_known(request))
    cells = [results.cell(named_strategy(found), named) for found in by_family()]
    context = {
        "event": named,
        "paragraphs": paragraphs(shown.explanation()),
        "source": source_of(shown),
        "groups": list(who_notices(cells)),
        "neighbours": neighbours([named_event(found) for found in events], slug),
        **_shared(results, cells),
    }
    return render(request, "pages/lab_event.html", context)


def _registered(registry: Registry[Any], slug: str) -> Any:
    if slug not in registry:
        raise Http404
    return registry[slug]


def _shared(results: Results, cells: Sequence[Cell]) -> dict[str, Any]:
    newest = newest_measured(cells)
    return {
        "legend": legend(),
        "recorded": results.behind(cells),
        "data": {
            "runsUrl": reverse("api-lab-runs"),
            "cells": [
                {"strategy": cell.strategy.slug, "event": cell.event.slug}
                for cell in cells
                if not cell.strategy.needs
            ],
            "exchange": plain_request(newest) if newest else None,
        },
    }


def plain_request(run: Run) -> Mapping[str, Any] | None:
    """The exchange in which device A was seen to work: one authenticated request, traced."""
    for exchange in run.transcript:
        if exchange["who"] == "A" and exchange["request"]["path"].endswith("/me/"):
            return exchange if exchange["trace"] else None
    return None


def who_notices(cells: Sequence[Cell]) -> Iterator[tuple[str, str, list[Cell]]]:
    """The column in groups: a heading, the tone, and the cells, of which there may be none."""
    for tone, heading in NOTICES.items():
        group = [cell for cell in cells if (cell.text.tone if cell.text else "") == tone]
        yield heading, tone, group


def neighbours(all_of_them: Sequence[Named], slug: str) -> dict[str, Named | None]:
    """The one before and the one after, in the order of the matrix."""
    place = [named.slug for named in all_of_them].index(slug)
    return {
        "before": all_of_them[place - 1] if place else None,
        "after": all_of_them[place + 1] if place + 1 < len(all_of_them) else None,
    }
