"""The board, the page of a claim, and the guess that comes first."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from accounts.attacks import attacks
from accounts.claims import Claim, Kind, Played, Result, claims, shipped
from accounts.cluster.here import own_control
from accounts.cluster.parts import PARTS
from accounts.conf import DATABASES, own_database
from accounts.lab.visitors import visitor_known
from accounts.models import ClaimGuesses, ClaimRun, guess_count
from accounts.pages.claims.figures import figures
from accounts.pages.lab.prose import paragraphs
from accounts.pages.lab.source import source_of
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.throttle import Limit, Throttled

GUESSES = {Kind.HOLDS: "It holds", Kind.FAILS: "It does not hold", Kind.DEPENDS: "It depends"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a claim: shipped with the site, or played here (``url``)."""

    played: Played
    made: datetime
    url: str = ""

    @classmethod
    def from_run(cls, run: ClaimRun) -> "Shown":
        """A run that was kept."""
        return cls(Played.from_json(run.played), run.created, run.get_absolute_url())


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All claims with the verdicts on both databases, and what this visitor played."""
    own = _newest(visitor_known(request))
    guesses = ClaimGuesses.objects.values_list("claim", "guesses", "wrong")
    counted = {slug: numbers for slug, *numbers in guesses}
    kept = [shipped(database) for database in DATABASES]
    rows = [
        drawn(
            claim,
            tuple(results.get(claim.slug) for results in kept),
            own.get(claim.slug),
            tuple(counted.get(claim.slug, ())),
            get_script_prefix(),
            runs_here=_runs_here(claim),
        )
        for claim in claims
    ]
    context = {
        "rows": rows,
        "databases": DATABASES.values(),
        "has_cluster": own_control() is not None,
        "data": {"runsUrl": reverse("api-claim-runs")},
    }
    return render(request, "pages/claims.html", context)


@lru_cache(maxsize=256)
def drawn(
    claim: type[Claim],
    results: tuple[Result | None, ...],
    own: ClaimRun | None,
    counted: tuple[int, ...],
    _prefix: str,
    *,
    runs_here: bool,
) -> SafeString:
    """A claim's row on the board. Nobody changes a run or a result, so it is drawn once.

    ``results`` are those of the ``DATABASES``; ``counted`` is how many guessed, and how many of
    them wrong: nothing where nobody did. ``runs_here``: it can be played here, as one that needs
    the cluster can where one runs.
    """
    context = {
        "claim": claim,
        "url": reverse("claim", args=[claim.slug]),
        "results": dict(zip(DATABASES.values(), results, strict=True)),
        "depends": _depends(results),
        "own": Shown.from_run(own) if own else None,
        "counted": counted,
        "runs_here": runs_here,
    }
    return render_to_string("partials/claim_row.html", context)


def _depends(results: Iterable[Result | None]) -> str:
    """On what it depends, by the first result that says so; empty where none does."""
    verdicts = (result.played.verdict for result in results if result)
    return next((one.limit for one in verdicts if one.kind is Kind.DEPENDS), "")


def _runs_here(claim: type[Claim]) -> bool:
    return not claim.needs or own_control() is not None


def _database_of(claim: type[Claim]) -> str:
    """The database whose shipped result is shown first: the cluster's, or this site's."""
    return "postgres" if claim.needs else own_database()


def _newest(visitor: uuid.UUID | None, **which: str) -> dict[str, ClaimRun]:
    """The newest run of each claim that a visitor played. One query; none without a visitor."""
    if visitor is None:
        return {}
    found = ClaimRun.objects.newest(visitor).filter(**which)
    return {run.claim: run for run in found if run.claim in claims}


def _own(request: HttpRequest, claim: type[Claim]) -> Shown | None:
    """What the visitor played last of a claim."""
    run = _newest(visitor_known(request), claim=claim.slug).get(claim.slug)
    return Shown.from_run(run) if run else None


def _shipped(claim: type[Claim], database: str) -> Shown | None:
    found = shipped(database).get(claim.slug)
    return Shown(found.played, found.made) if found else None


@require_safe
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """A claim with the newest result: of this visitor, else the shipped one of a database."""
    found = _known(slug)
    own = _own(request, found)
    database = request.GET.get("on", "")
    if database in DATABASES:
        return _page(request, found, _shipped(found, database), database)
    database = _database_of(found)
    return _page(request, found, own or _shipped(found, database), database)


@require_safe
def run(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A claim with one run, for whoever has its address."""
    kept = get_object_or_404(ClaimRun, pk=run_id)
    return _page(request, _known(kept.claim), Shown.from_run(kept), "", kept)


@require_POST
def guess(request: HttpRequest, slug: str) -> HttpResponse:
    """Count a guess, and show what was measured beside it."""
    found, guessed = _known(slug), request.POST.get("guess", "")
    url = reverse("claim", args=[slug])
    if guessed not in GUESSES:
        return redirect(url)
    own = _own(request, found)
    if (shown := own or _shipped(found, _database_of(found))) and _is_decided(shown):
        with suppress(Throttled):  # the visitor sees the result in any case
            throttle.take(Limit("claim-guesses", throttle_key(client_ip(request))))
            guess_count(slug, is_wrong=shown.played.verdict.kind != guessed)
    return redirect(f"{url}?{urlencode({'guess': guessed})}#result")


def _is_decided(shown: Shown) -> bool:
    return shown.played.verdict.kind is not Kind.UNDECIDED


def _known(slug: str) -> type[Claim]:
    if slug not in claims:
        raise Http404
    return claims[slug]


def _page(
    request: HttpRequest,
    found: type[Claim],
    shown: Shown | None,
    database: str,
    kept: ClaimRun | None = None,
) -> HttpResponse:
    context = {
        "claim": found,
        "paragraphs": paragraphs(found.explanation()),
        "source": source_of(found),
        "attack": attacks[found.attack] if found.attack else None,
        "parts": [PARTS[name][0] for name in found.needs],
        "runs_here": _runs_here(found),
        "shown": shown,
        "figures": list(figures(shown.played.evidence)) if shown else [],
        "run": kept,
        "link": request.build_absolute_uri(shown.url) if shown and shown.url else "",
        "kept_until": shown.made + settings.LAB_RUN_LIFETIME if shown and shown.url else None,
        "databases": [
            {
                "name": name,
                "title": title,
                "shown": _shipped(found, name),
                "current": bool(shown and not shown.url and name == database),
            }
            for name, title in DATABASES.items()
        ],
        "data": {"runsUrl": reverse("api-claim-runs"), "claim": found.slug},
        **_guessed(request.GET.get("guess", ""), found, shown),
        **_neighbours(found),
    }
    return render(request, "pages/claim.html", context)


def _guessed(asked: str, found: type[Claim], shown: Shown | None) -> dict[str, Any]:
    """The choices, the visitor's guess beside the result, and how others guessed."""
    guessed = Kind(asked) if asked in GUESSES else None
    return {
        "choices": [(kind.value, words) for kind, words in GUESSES.items()],
        "guessed": guessed,
        "guessed_words": GUESSES[guessed] if guessed else "",
        "is_right": bool(shown and guessed == shown.played.verdict.kind),
        "counted": ClaimGuesses.objects.filter(pk=found.slug).first(),
    }


def _neighbours(found: type[Claim]) -> dict[str, type[Claim] | None]:
    """The claims before and after it."""
    order = [*claims]
    place = order.index(found)
    return {
        "before": order[place - 1] if place else None,
        "after": order[place + 1] if place + 1 < len(order) else None,
    }
