"""What a log-out is worth when the site is more than one process: what runs, and the drills."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.claims import claims
from accounts.cluster.clients import ways_to_copy
from accounts.cluster.drills import Drill, drills
from accounts.cluster.here import now
from accounts.cluster.results import shipped
from accounts.cluster.timeline import Timeline, timeline
from accounts.pages.lab.prose import paragraphs

#: The drill that is about a log-out, and so about a strategy.
WITH_STRATEGY = "log-out"


@dataclass(frozen=True, slots=True)
class Shown:
    """A drill on the page, with the run that is shipped."""

    drill: type[Drill]
    paragraphs: list[Any]
    takes_strategy: bool
    run: dict[str, Any] | None
    timeline: Timeline | None


@require_safe
def cluster(request: HttpRequest) -> HttpResponse:
    """The picture of what runs here, or how to start it; and each drill with its last run."""
    context = {
        "now": now(request.META.get("SERVER_PORT", "")),
        "drills": [_shown(drill) for drill in drills],
        "claims": [claim for claim in claims if claim.needs],
        "strategies": ways_to_copy(),
        "usual": "jwt-blacklist-memory",
        "data": {
            "url": reverse("api-cluster"),
            "drillsUrl": reverse("api-cluster-drills"),
            "runsUrl": reverse("api-cluster-run", args=[0]).removesuffix("0/"),
        },
    }
    return render(request, "pages/cluster.html", context)


def _shown(drill: type[Drill]) -> Shown:
    run = shipped().get(drill.slug)
    return Shown(
        drill,
        list(paragraphs(drill.explanation())),
        drill.slug == WITH_STRATEGY,
        run,
        timeline(run["tracks"]) if run else None,
    )
