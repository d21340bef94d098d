"""The first page: two lanes, four steps. The visitor's browser sends the requests itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.strategies import Family, Strategy, strategies

DEFAULT_LEFT = "session-db"
DEFAULT_RIGHT = "jwt-user"

STEPS = ("Log in", "Send a request", "Log out", "Replay the stolen copy")

FAMILY_TITLES = {
    Family.SESSION: "Cookie session",
    Family.JWT: "JSON Web Token",
    Family.OPAQUE: "Opaque token",
}

# What the server hands to a browser that has logged in.
HANDED_OUT = {
    Family.SESSION: "a cookie",
    Family.JWT: "a signed token",
    Family.OPAQUE: "a random token",
}

LAB_ENDPOINTS = {
    "login": "api-lab-login",
    "me": "api-lab-me",
    "logout": "api-lab-logout",
    "copy": "api-lab-thief-copy",
    "replay": "api-lab-thief-replay",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A strategy as the page shows it.

    Plain values, because a template would call a class to get its attributes.
    """

    slug: str
    title: str
    subtitle: str
    family: Family
    family_title: str
    handed_out: str
    summary: str

    @classmethod
    def from_strategy(cls, strategy: type[Strategy]) -> Self:
        """Read a strategy; its summary is the first paragraph of its explanation, unmarked."""
        paragraph, *_ = strategy.explanation().replace("``", "").split("\n\n")
        return cls(
            slug=strategy.slug,
            title=strategy.title,
            subtitle=strategy.subtitle,
            family=strategy.family,
            family_title=FAMILY_TITLES[strategy.family],
            handed_out=HANDED_OUT[strategy.family],
            summary=" ".join(paragraph.split()),
        )

    def data(self) -> dict[str, Any]:
        """For the page's script, with the strategy's endpoints in the lab."""
        urls = {name: reverse(found, args=[self.slug]) for name, found in LAB_ENDPOINTS.items()}
        return {**asdict(self), "urls": urls}


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two strategies side by side, as `?left=` and `?right=` say."""
    left, right = chosen(request.GET.get("left"), request.GET.get("right"))
    choices = [Choice.from_strategy(strategy) for strategy in by_family()]
    context = {
        "lanes": [
            {"side": "left", "choice": Choice.from_strategy(left), "other": right.slug},
            {"side": "right", "choice": Choice.from_strategy(right), "other": left.slug},
        ],
        "choices": choices,
        "steps": STEPS,
        "traced": settings.TRACING,
        "data": {
            "strategies": [choice.data() for choice in choices],
            "usersUrl": reverse("api-lab-users"),
            "labUrl": reverse("lab"),
        },
    }
    return render(request, "pages/compare.html", context)


def chosen(left: str | None, right: str | None) -> tuple[type[Strategy], type[Strategy]]:
    """The two strategies asked for; a default for an unknown one.

    Never the same one twice: both lanes would share one cookie.
    """
    first = known(left) or strategies[DEFAULT_LEFT]
    second = known(right) or strategies[DEFAULT_RIGHT]
    if first is second:
        second = strategies[DEFAULT_LEFT if first.slug == DEFAULT_RIGHT else DEFAULT_RIGHT]
    return first, second


def known(slug: str | None) -> type[Strategy] | None:
    """The strategy of that slug, if there is one."""
    return strategies[slug] if slug is not None and slug in strategies else None


def by_family() -> Sequence[type[Strategy]]:
    """All strategies: sessions, then JWTs, then opaque tokens, each in the registry's order."""
    families = list(Family)
    return sorted(strategies, key=lambda strategy: families.index(strategy.family))
