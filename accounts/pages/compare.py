"""The first page: two lanes, four steps. The visitor's browser sends the requests itself."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.bench import archive
from accounts.bench.difference import Figure
from accounts.conf import own_database
from accounts.lab.events.log_out import LogOut
from accounts.lab.scenario import expected
from accounts.pages.chooser import grouped
from accounts.pages.story import STORY
from accounts.strategies import Family, Outcome, Strategy, strategies
from accounts.templatetags.glossary import addresses, first_uses

STEPS = ("Log in", "Send a request", "Log out", "The thief tries")

REQUESTS = 30  # in each lane, for a median

FAMILY_TITLES = {
    Family.SESSION: "Cookie session",
    Family.JWT: "JSON Web Token",
    Family.OPAQUE: "Opaque token",
}

LAB_ENDPOINTS = {
    "me": "api-lab-me",
    "logout": "api-lab-logout",
    "replay": "api-lab-thief-replay",
}

# Stands in an address where the id of a run belongs.
NO_RUN = UUID(int=0)

# Where the story ends: at the first of these pages that there is.
ENDS_AT = (("answer", "Next: the answer"), ("lab", "Next: every way against every event"))


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
    #: what the thief has a copy of
    carried: str
    summary: str
    checks: str
    #: whether the thief holds a refresh token as well
    refreshes: bool
    #: whether a key belongs to the token, which the browser makes and hands out to nobody
    bound: bool
    #: what the copy gets after the log-out, as the strategy declares
    outcome: Outcome
    #: whether logging out one device logs the others out, too
    collateral: bool

    @classmethod
    def from_strategy(cls, strategy: type[Strategy]) -> Self:
        """Read a strategy; its summary is the first paragraph of its explanation, unmarked."""
        paragraph, *_ = strategy.explanation().replace("``", "").split("\n\n")
        declared = expected(strategy, LogOut)
        return cls(
            slug=strategy.slug,
            title=strategy.title,
            subtitle=strategy.subtitle,
            family=strategy.family,
            family_title=FAMILY_TITLES[strategy.family],
            carried="cookie" if strategy.in_cookie else "token",
            summary=" ".join(paragraph.split()),
            checks=strategy.checks,
            refreshes=strategy.refreshes,
            bound=strategy.bound,
            outcome=declared.thief,
            collateral=declared.other == "collateral",
        )

    def data(self) -> dict[str, Any]:
        """For the page's script, with the strategy's endpoints in the lab."""
        urls = {name: reverse(found, args=[self.slug]) for name, found in LAB_ENDPOINTS.items()}
        return {**asdict(self), "urls": urls, "page": reverse("lab-strategy", args=[self.slug])}


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two strategies side by side, as `?left=` and `?right=` say."""
    left, right = chosen(request.GET.get("left"), request.GET.get("right"))
    here, prefix = tuple(iter(strategies)), get_script_prefix()
    context = {
        "content": drawn(left, right, here, prefix, traced=settings.TRACING),
        "traced": settings.TRACING,
        "picture": request.build_absolute_uri(static("img/compare.png")),
        "data": {"requests": REQUESTS, "bench": benchmark(), **lasting(here, prefix)},
        "glossary": addresses(),
    }
    return render(request, "pages/compare.html", context)


@lru_cache(maxsize=64)
def drawn(
    left: type[Strategy],
    right: type[Strategy],
    here: tuple[type[Strategy], ...],
    _prefix: str,
    *,
    traced: bool,
) -> SafeString:
    """The page between header and footer, for a pair of the strategies that run here."""
    context = {
        "lanes": [lane("left", left, right, here), lane("right", right, left, here)],
        "steps": STEPS,
        "story": STORY,
        "traced": traced,
    }
    return render_to_string("partials/try.html", context)


@lru_cache(maxsize=4)
def lasting(here: tuple[type[Strategy], ...], _prefix: str) -> dict[str, Any]:
    """What the script is told of the strategies that run here, and where it finds what."""
    return {
        "strategies": [Choice.from_strategy(strategy).data() for strategy in here],
        "story": [asdict(pair) for pair in STORY],
        "beginUrl": reverse("api-lab-logins"),
        "usersUrl": reverse("api-lab-users"),
        "runsUrl": reverse("api-lab-runs"),
        "triedUrl": reverse("tried", args=[NO_RUN, NO_RUN]),
        "end": ends_at(),
        "attacksUrl": url_of("attacks"),
    }


def lane(
    side: str,
    strategy: type[Strategy],
    other: type[Strategy],
    here: Sequence[type[Strategy]],
) -> dict[str, Any]:
    """A lane as the server renders it, before any script runs.

    Its chooser has the lane's own family first, and marks nothing: visitors are to guess.
    """
    choice = Choice.from_strategy(strategy)
    [summary] = first_uses([choice.summary])
    own = strategies[getattr(STORY[0], side)].family
    return {
        "side": side,
        "choice": choice,
        "other": other.slug,
        "summary": summary,
        "groups": grouped(here, first=own),
    }


def chosen(left: str | None, right: str | None) -> tuple[type[Strategy], type[Strategy]]:
    """The two strategies asked for; a default for an unknown one.

    Never the same one twice: both lanes would share one cookie.
    """
    default_left, default_right = STORY[0].left, STORY[0].right
    first = known(left) or strategies[default_left]
    second = known(right) or strategies[default_right]
    if first is second:
        second = strategies[default_left if first.slug == default_right else default_right]
    return first, second


def known(slug: str | None) -> type[Strategy] | None:
    """The strategy of that slug, if there is one."""
    found = strategies[slug] if slug is not None and slug in strategies else None
    return found if found and found.runs_here() else None


def by_family() -> Sequence[type[Strategy]]:
    """All strategies: sessions, then JWTs, then opaque tokens, each in the registry's order.

    Those that do not run here, too: what was recorded of them can be shown.
    """
    families = list(Family)
    return sorted(strategies.all(), key=lambda strategy: families.index(strategy.family))


def ends_at() -> dict[str, str]:
    """Where the story leads at its end: `{"url", "words"}`."""
    known_ends = ((url_of(name), words) for name, words in ENDS_AT)
    return next({"url": url, "words": words} for url, words in known_ends if url)


def url_of(name: str) -> str | None:
    """The address of a page, if there is one of that name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def benchmark() -> dict[str, Any] | None:
    """The newest result for this database: CPU times with their errors, beside few requests."""
    newest = archive.newest(own_database())
    return _benchmark(newest, get_script_prefix()) if newest else None


@lru_cache(maxsize=4)
def _benchmark(newest: archive.Entry, _prefix: str) -> dict[str, Any] | None:
    result = archive.find(newest.name)
    if result is None:
        return None
    return {
        "url": f"{reverse('benchmarks')}?result={newest.name}",
        "rounds": result["rounds"],
        "figures": {
            one["slug"]: asdict(Figure.from_spread(one["cpu_us"], result["rounds"]))
            for one in result["strategies"]
        },
    }
