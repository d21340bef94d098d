"""What lies behind a cell: every exchange of a scenario, at an address that stays."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.lab.events import events
from accounts.lab.wording import OTHER_DEVICE, duration, thief_verdict
from accounts.models import Run
from accounts.pages.compare import FAMILY_TITLES
from accounts.pages.lab.cells import Cell, named_event, named_strategy
from accounts.pages.lab.curl import curl
from accounts.strategies import Outcome, strategies


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as text; what staff did is no request and has only a title."""

    index: int
    who: str
    title: str
    at: str
    request: str
    status: int | None
    response: str
    reason: str
    command: str
    statements: list[str]
    traced: bool

    @property
    def is_good(self) -> bool:
        """Whether the answer is good for the owner: a thief who is refused is."""
        return self._accepted != (self.who == "thief")

    @property
    def outcome(self) -> str:
        """The answer in words, so that its colour is not needed to read it."""
        if self.who == "thief":
            return f"{self.status} {thief_verdict(accepted=self._accepted)}"
        return f"{self.status} {'accepted' if self._accepted else 'refused'}"

    @property
    def _accepted(self) -> bool:
        return self.status is not None and self.status < HTTPStatus.BAD_REQUEST


@require_safe
def transcript(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """A played scenario, for whoever has its address."""
    run = get_object_or_404(Run, pk=run_id)
    if run.strategy not in strategies or run.event not in events:
        raise Http404  # its strategy or event was taken out of the program since
    strategy, event = strategies[run.strategy], events[run.event]
    origin = request.build_absolute_uri("/").rstrip("/")
    exchanges = [exchange(index, one, origin) for index, one in enumerate(run.transcript)]
    context = {
        "run": run,
        "report": run.report,
        "cell": Cell(named_strategy(strategy), named_event(event), run),
        "family_title": FAMILY_TITLES[strategy.family],
        "other": other_device(run.report),
        "took": duration(run.report["duration_ms"] / 1000),
        "lifetimes": lifetimes(run.report),
        "kept_until": run.created + settings.LAB_RUN_LIFETIME,
        "link": origin + run.get_absolute_url(),
        "acts": acts(run, exchanges),
        "first": list(preparations(origin)),
        "user_lives": duration(settings.LAB_LIFETIME.total_seconds()),
        "data": {
            "runsUrl": reverse("api-lab-runs"),
            "strategy": run.strategy,
            "event": run.event,
            "family": strategy.family,
            "exchanges": run.transcript,
        },
    }
    return render(request, "pages/lab_transcript.html", context)


def other_device(report: Mapping[str, Any]) -> str:
    """What became of device B; nothing where none was played, or it broke before that was seen."""
    seen = report["thief"] not in (None, Outcome.NOT_APPLICABLE)
    return OTHER_DEVICE[report["other"]] if seen else "–"


def acts(run: Run, exchanges: Sequence[Exchange]) -> list[tuple[str, Sequence[Exchange]]]:
    """The exchanges before the event, those in which it happens, and those after it."""
    if not exchanges:
        return []
    if run.report["error"]:
        return [("Until it broke", exchanges)]
    begins, ends = run.report["event_at"]
    event = events[run.event].title
    return [
        ("Before", exchanges[:begins]),
        (f"The event: {event.lower()}", exchanges[begins:ends]),
        ("After", exchanges[ends:]),
    ]


def lifetimes(report: Mapping[str, Any]) -> str:
    """That time was made short, where the end of a token's life had to be waited for."""
    if report["played_lifetime_s"] is None:
        return ""
    played, usual = duration(report["played_lifetime_s"]), duration(report["usual_lifetime_s"])
    return f"Played with credentials that live {played}, so as not to wait the usual {usual}."


def exchange(index: int, one: Mapping[str, Any], origin: str) -> Exchange:
    """An exchange as the page shows it."""
    asked, answered = one["request"], one["response"]
    body = dict(answered["body"] or {})
    body.pop("trace", None)
    verdict = body.pop("verdict", None) or {}
    return Exchange(
        index=index,
        who=one["who"],
        title=one["title"],
        at=f"{one['at_ms']:.0f} ms",
        request=as_text(asked) if asked["method"] else "",
        status=answered["status"],
        response=f"{phrase(answered['status'])}\n\n{pretty(body)}" if answered["status"] else "",
        reason=verdict.get("reason", ""),
        command=curl(asked, origin) if asked["method"] else "",
        statements=[] if asked["method"] else statements(one["trace"]),
        traced=bool(asked["method"] and one["trace"]),
    )


def statements(trace: Mapping[str, Any] | None) -> list[str]:
    """What was done without a request: ``UPDATE … accounts_user, 0.4 ms``."""
    steps = trace["steps"] if trace else []
    return [f"{step['name']}, {duration(step['duration_us'] / 1e6)}" for step in steps]


def as_text(request: Mapping[str, Any]) -> str:
    """A request as it went over the wire, its credentials masked."""
    lines = [f"{request['method']} {request['path']}"]
    lines += [f"{name}: {value}" for name, value in request["headers"].items()]
    if request["body"]:
        lines += ["", pretty(request["body"])]
    return "\n".join(lines)


def phrase(status: int) -> str:
    """``401 Unauthorized``."""
    return f"{status} {HTTPStatus(status).phrase}"


def pretty(body: Any) -> str:
    """JSON over several lines."""
    return json.dumps(body, indent=2, ensure_ascii=False)


def preparations(origin: str) -> Iterator[str]:
    """What a reader needs before the commands work: a throwaway user, and a CSRF token."""
    yield f'curl -X POST "{origin}{reverse("api-lab-users")}"'
    yield f'curl -c - "{origin}{reverse("api-session-login")}"'
