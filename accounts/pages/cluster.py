"""What a log-out is worth when the site is more than one process: what runs, and the drills."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.claims import claims
from accounts.cluster.clients import ways_to_copy
from accounts.cluster.drills import Drill, drills
from accounts.cluster.here import now
from accounts.cluster.parts import PARTS
from accounts.cluster.results import Mark, shipped
from accounts.cluster.timeline import Timeline, timeline
from accounts.pages.lab.prose import paragraphs
from accounts.templatetags.glossary import first_uses

#: Words of the glossary that the page's first sentences link.
IN_THE_LEAD = ("replica", "resource server")
#: The drill that is about a log-out, and so about a strategy.
WITH_STRATEGY = "log-out"


@dataclass(frozen=True, slots=True)
class Shown:
    """A drill on the page, with the run that is shipped."""

    drill: type[Drill]
    promise: SafeString
    paragraphs: list[SafeString]
    takes_strategy: bool
    run: dict[str, Any] | None
    mark: Mark | None
    timeline: Timeline | None


@require_safe
def cluster(request: HttpRequest) -> HttpResponse:
    """The picture of what runs here, or how to start it; and each drill with its last run."""
    context = {
        "now": now(request.META.get("SERVER_PORT", "")),
        "parts": [{"title": title, "does": does} for title, does in PARTS.values()],
        "drills": list(_all_shown()),
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


def _all_shown() -> Iterator[Shown]:
    """The drills; a word of the glossary is linked where the first of them uses it."""
    texts = {drill: [drill.promise, *paragraphs(drill.explanation())] for drill in drills}
    linked = iter(first_uses([text for found in texts.values() for text in found], IN_THE_LEAD))
    for drill, found in texts.items():
        yield _shown(drill, *islice(linked, len(found)))


def _shown(drill: type[Drill], promise: SafeString, *explained: SafeString) -> Shown:
    run = shipped().get(drill.slug)
    return Shown(
        drill,
        promise,
        list(explained),
        drill.slug == WITH_STRATEGY,
        run,
        Mark.of(run) if run else None,
        timeline(run["tracks"]) if run else None,
    )
