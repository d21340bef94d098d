"""The list of attacks, the page that each begins from, and the result that a walk ends at."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.attacks import Attack, attacks
from accounts.attacks.forged_token import ForgedToken
from accounts.attacks.stage.exercises import REASONS
from accounts.attacks.stage.hosts import Party, is_on_own_machine, origin_of
from accounts.attacks.stage.plays import page_reached, play_left
from accounts.attacks.stage.recorded import recorded_of
from accounts.attacks.stage.stops import stop_url, walk_of
from accounts.claims import claims
from accounts.lab.visitors import visitor_known
from accounts.middleware.headers import widen
from accounts.models import AttackPlay
from accounts.pages.attacks.drawing import drawing_of
from accounts.pages.attacks.outcomes import beside, drawn, titles_of, trees_of
from accounts.pages.lab.prose import paragraphs
from accounts.pages.lab.source import source_of


@dataclass(frozen=True, slots=True)
class Left:
    """A play that its visitor has left in the middle: where it goes on, and at which step."""

    play: AttackPlay
    url: str
    step: int
    steps: int


def _left(request: HttpRequest, attack: type[Attack]) -> Left | None:
    kept = play_left(visitor_known(request), attack.slug)
    reached = page_reached(kept) if kept else None
    if kept is None or reached is None:
        return None
    walk = walk_of(kept)
    if reached >= len(walk):
        return None
    return Left(kept, stop_url(kept, walk, reached), reached + 1, len(walk))


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """All attacks."""
    return render(request, "pages/attacks.html", {"attacks": attacks})


@require_safe
def attack(request: HttpRequest, slug: str) -> HttpResponse:
    """An attack, with the switches of the shop."""
    if slug not in attacks:
        raise Http404
    found = attacks[slug]
    return _asking(request, render(request, "pages/attack.html", _context(request, found)))


def _asking(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let a page ask the shop for a picture, to find out whether this browser finds the shop."""
    if settings.ATTACKS and is_on_own_machine(request):
        widen(response, {"img-src": [origin_of(Party.SHOP, _home(request))]})
    return response


def _home(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _context(request: HttpRequest, found: type[Attack]) -> dict[str, Any]:
    order = [one.slug for one in attacks]
    place = order.index(found.slug)
    is_here = is_on_own_machine(request)
    is_playable = settings.ATTACKS and is_here
    return {
        "attack": found,
        "paragraphs": paragraphs(found.explanation()),
        "source": source_of(found),
        "claims": [claim for claim in claims if claim.attack == found.slug],
        "exercises": range(1, len(REASONS) + 1) if found is ForgedToken else (),
        "number": place + 1,
        "total": len(order),
        "recorded": drawn(found, (*recorded_of(found.slug),), is_playable=is_playable),
        "left": _left(request, found),
        "parts": _parts(found),
        "is_on": settings.ATTACKS,
        "is_here": is_here,
        "is_playable": is_playable,
        "data": {
            "attack": found.slug,
            "playsUrl": reverse("api-attack-plays"),
            "ask": f"{origin_of(Party.SHOP, _home(request))}/hello.svg",
        },
        "before": attacks[order[place - 1]] if place else None,
        "after": attacks[order[place + 1]] if place + 1 < len(order) else None,
    }


def _parts(found: type[Attack]) -> list[tuple[str, str, int]]:
    """What can be played: slug, title, and how many steps that takes without a defence."""
    titles = {"": "All of it", **found.parts()}
    return [
        (slug, title, len(found().walk(AttackPlay(part=slug)))) for slug, title in titles.items()
    ]


@require_safe
def play(request: HttpRequest, play_id: uuid.UUID) -> HttpResponse:
    """What came of a play, for whoever has its address."""
    kept = get_object_or_404(AttackPlay, pk=play_id)
    if kept.attack not in attacks:
        raise Http404
    found = attacks[kept.attack]
    result = found().result(kept, kept.seen())
    context = {
        **_context(request, found),
        "play": kept,
        "on": titles_of(found, kept.defences),
        "result": result,
        "drawing": drawing_of(result),
        "beside": beside(found, kept.defences, result),
        "trees": trees_of(result),
        "link": request.build_absolute_uri(kept.get_absolute_url()),
        "kept_until": kept.created + settings.LAB_RUN_LIFETIME,
    }
    return _asking(request, render(request, "pages/attack_play.html", context))
