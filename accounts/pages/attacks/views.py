"""The list of attacks, the page that each begins from, and the result that a walk ends at."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.attacks import Attack, Result, attacks
from accounts.attacks.forged_token import ForgedToken
from accounts.attacks.stage.exercises import REASONS
from accounts.attacks.stage.hosts import Party, is_on_own_machine, origin_of
from accounts.attacks.stage.recorded import Recorded, recorded_of
from accounts.middleware.headers import policy
from accounts.models import AttackPlay
from accounts.pages.attacks.family_tree import Tree, tree_of
from accounts.pages.lab.prose import paragraphs
from accounts.pages.lab.source import source_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A play that was recorded, as its attack's page shows it."""

    one: Recorded
    #: the titles of its defences
    defences: Sequence[str]

    @property
    def trees(self) -> list[Tree]:
        """The family trees of refresh tokens; none for most attacks."""
        return trees_of(self.one.result)

    @classmethod
    def from_recorded(cls, one: Recorded) -> "Shown":
        """With the words of the defences instead of their slugs."""
        return cls(
            one, [each.title for each in attacks[one.attack].defences if each.slug in one.defences]
        )


def trees_of(result: Result) -> list[Tree]:
    """The family trees of the refresh tokens that a play was about."""
    return [tree_of(row) for row in result.rows if row.spends]


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


def _asking(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Let a page ask the shop for a picture, to find out whether this browser finds the shop."""
    if settings.ATTACKS and is_on_own_machine(request):
        shop = origin_of(Party.SHOP, _home(request))
        csp = {**settings.SECURE_CSP, "img-src": [*settings.SECURE_CSP["img-src"], shop]}
        answer["Content-Security-Policy"] = policy(csp)
    return answer


def _home(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _context(request: HttpRequest, found: type[Attack]) -> dict[str, Any]:
    order = [one.slug for one in attacks]
    place = order.index(found.slug)
    return {
        "attack": found,
        "paragraphs": paragraphs(found.explanation()),
        "source": source_of(found),
        "exercises": range(1, len(REASONS) + 1) if found is ForgedToken else (),
        "number": place + 1,
        "total": len(order),
        "recorded": [Shown.from_recorded(one) for one in recorded_of(found.slug)],
        "is_on": settings.ATTACKS,
        "is_here": is_on_own_machine(request),
        "data": {
            "attack": found.slug,
            "playsUrl": reverse("api-attack-plays"),
            "ask": f"{origin_of(Party.SHOP, _home(request))}/hello.svg",
        },
        "before": attacks[order[place - 1]] if place else None,
        "after": attacks[order[place + 1]] if place + 1 < len(order) else None,
    }


@require_safe
def play(request: HttpRequest, play_id: uuid.UUID) -> HttpResponse:
    """What came of a play, for whoever has its address."""
    kept = get_object_or_404(AttackPlay, pk=play_id)
    if kept.attack not in attacks:
        raise Http404
    found = attacks[kept.attack]
    result = found().result(kept, list(kept.acts.order_by("pk")))
    context = {
        **_context(request, found),
        "play": kept,
        "on": [one.title for one in found.defences if one.slug in kept.defences],
        "result": result,
        "trees": trees_of(result),
        "link": request.build_absolute_uri(kept.get_absolute_url()),
        "kept_until": kept.created + settings.LAB_RUN_LIFETIME,
    }
    return _asking(request, render(request, "pages/attack_play.html", context))
