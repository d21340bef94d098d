"""The inspector: takes a token apart and says why it would be accepted or refused."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.models import Login
from accounts.pages.chooser import grouped
from accounts.pages.claim_hints import HINTS
from accounts.site.inspection import CHECKS
from accounts.strategies import Family, Strategy, strategies
from accounts.templatetags.glossary import first_uses

# What takes the site's own tokens apart, check by check: a sample is one of these.
SAMPLE = Login.TOKEN_STRATEGY


@dataclass(frozen=True, slots=True)
class Preset:
    """A well-known forgery, made by ``static/js/inspector/presets.js``, and where it works."""

    name: str
    title: str
    hope: str


PRESETS = (
    Preset("none", "alg none", "Works where a token may say that it is not signed."),
    Preset("user", "Another user id", "Works where the payload is read without its signature."),
    Preset("exp", "A longer life", "Works where exp is read without its signature."),
    Preset("refresh", "Refresh as access", "Works where nobody asks what a token is for."),
    Preset("confusion", "HS/RS confusion", "Works where the token chooses the algorithm."),
    Preset("kid", "kid as a path", "Works where the file that kid names is the key: an empty one."),
)


@require_safe
def inspector(request: HttpRequest) -> HttpResponse:
    """The page. The browser sends a token of this site to the API, which does not store it."""
    signed = [
        strategy
        for strategy in strategies
        if strategy.family is Family.JWT and not (strategy.in_cookie or strategy.bound)
    ]
    context = {
        "checks": [*zip(CHECKS, first_uses([one.protects for one in CHECKS]), strict=True)],
        "hints": HINTS,
        "groups": grouped(signed),
        "sample": SAMPLE,
        "presets": PRESETS,
        "access_lifetime": settings.ACCESS_TOKEN_LIFETIME,
        "data": {
            "issuer": settings.JWT_ISSUER,
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
