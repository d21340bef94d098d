"""The exercises of forged tokens: one token each, and the check that stops it."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.attacks.forged_token import ForgedToken
from accounts.attacks.stage.exercises import MOMENT, REASONS, Exercise, exercise_of
from accounts.attacks.stage.verifier import AUDIENCE, CHECKS, ENABLED, ENDED, ISSUER, KID, VERSION


@require_safe
def exercise(request: HttpRequest, number: int) -> HttpResponse:
    """One exercise; ``?check=`` is what the visitor has chosen."""
    found = exercise_of(number)
    if found is None:
        raise Http404
    address = reverse("attack-exercise", args=[number])
    context = {
        "attack": ForgedToken,
        "exercise": found,
        "total": len(REASONS),
        "parts": {
            "header": _listed(found.header, {}),
            "payload": _listed(found.payload, found.times),
        },
        "known": {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "kid": KID,
            "now": MOMENT,
            "ended": ENDED,
            "accounts": ENABLED,
            "version": VERSION,
        },
        "checks": CHECKS,
        "link": request.build_absolute_uri(address),
        **_judged(found, request.GET.get("check", "")),
    }
    return render(request, "pages/attack_exercise.html", context)


def _listed(part: Mapping[str, Any], times: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, value as JSON, and the time that it means, if it means one."""
    return [(name, json.dumps(value), times.get(name, "")) for name, value in part.items()]


def _judged(found: Exercise, slug: str) -> dict[str, Any]:
    """The check that was chosen, and whether the verifier stops the token by it."""
    chosen = next((check for check in CHECKS if check.slug == slug), None)
    if chosen is None:
        return {}
    return {
        "chosen": chosen,
        "is_right": not found.is_let_in_by(chosen),
        "seen": found.seen_by(chosen),
    }
