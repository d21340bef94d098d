"""The inspector: takes a token apart and says why it would be accepted or refused."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.site.inspection import CHECKS
from accounts.strategies import Family, Strategy, strategies


@dataclass(frozen=True, slots=True)
class Preset:
    """A well-known forgery, made by ``static/js/inspector/presets.js``, and what it relies on."""

    name: str
    title: str
    hope: str


PRESETS = (
    Preset("none", "alg none", "The server believes a token that says it is not signed."),
    Preset("user", "Another user id", "The server reads the payload and skips the signature."),
    Preset("exp", "A longer life", "The server believes any exp."),
    Preset("refresh", "Refresh as access", "The server does not ask what a token is for."),
    Preset("confusion", "HS/RS confusion", "The server lets the token choose the algorithm."),
    Preset("kid", "kid as a path", "The server opens the file that kid names: an empty one."),
)


@require_safe
def inspector(request: HttpRequest) -> HttpResponse:
    """The page. The browser sends a pasted token to the API, which does not store it."""
    signed = [strategy for strategy in strategies if strategy.family is Family.JWT]
    context = {
        "checks": CHECKS,
        "strategies": signed,
        "presets": PRESETS,
        "access_lifetime": settings.ACCESS_TOKEN_LIFETIME,
        "data": {
            "urls": {
                "inspect": reverse("api-inspector"),
                "own": reverse("api-inspector-token"),
                "blacklist": reverse("api-token-blacklist"),
                "labUsers": reverse("api-lab-users"),
                "keys": reverse("jwks"),
            },
            "strategies": {strategy.slug: _lab_urls(strategy) for strategy in signed},
        },
    }
    return render(request, "pages/inspector.html", context)


def _lab_urls(strategy: type[Strategy]) -> dict[str, str]:
    return {name: reverse(f"api-lab-{name}", args=[strategy.slug]) for name in ("login", "logout")}
