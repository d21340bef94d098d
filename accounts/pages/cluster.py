"""What a log-out is worth when the site is more than one process: what runs, and the drills."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.claims import claims
from accounts.cluster.clients import ways_to_copy
from accounts.cluster.drills import Drill, drills
from accounts.cluster.here import now
from accounts.cluster.parts import PARTS
from accounts.cluster.results import Mark, Shipped, shipped
from accounts.cluster.timeline import timeline
from accounts.pages.lab.prose import paragraphs
from accounts.templatetags.glossary import first_uses

#: Words of the glossary that the page's first sentences link.
IN_THE_LEAD = ("replica", "resource server")
#: The drill that is about a log-out, and so about a strategy.
WITH_STRATEGY = "log-out"


@dataclass(frozen=True, slots=True)
class Shown:
    """A drill on the page, with the run that is shipped as HTML."""

    drill: type[Drill]
    promise: SafeString
    paragraphs: list[SafeString]
    takes_strategy: bool
    run: SafeString | None


@require_safe
def cluster(request: HttpRequest) -> HttpResponse:
    """The picture of what runs here, or how to start it; and each drill with its last run."""
    context = {
        "now": now(request.META.get("SERVER_PORT", "")),
        "parts": [{"title": title, "does": does} for title, does in PARTS.values()],
        "drills": drawn(shipped(), get_script_prefix()),
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


@lru_cache(maxsize=4)
def drawn(kept: Shipped, _prefix: str) -> list[Shown]:
    """The drills. What was recorded never changes, so all of it is drawn once.

    A word of the glossary is linked where the first of them uses it.
    """
    texts = {drill: [drill.promise, *paragraphs(drill.explanation())] for drill in drills}
    linked = iter(first_uses([text for found in texts.values() for text in found], IN_THE_LEAD))
    return [
        _shown(drill, kept.runs.get(drill.slug), *islice(linked, len(found)))
        for drill, found in texts.items()
    ]


def _shown(
    drill: type[Drill], run: dict[str, Any] | None, promise: SafeString, *explained: SafeString
) -> Shown:
    takes_strategy = drill.slug == WITH_STRATEGY
    return Shown(drill, promise, list(explained), takes_strategy, _run(run) if run else None)


def _run(run: dict[str, Any]) -> SafeString:
    context = {"run": run, "mark": Mark.of(run), "timeline": timeline(run["tracks"])}
    return render_to_string("partials/cluster_run.html", context)
