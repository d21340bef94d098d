"""What libraries that people use do when a login should end: the shipped table, and each row."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.audit.curl import curl
from accounts.audit.shipped import LEFT_OUT, Shipped, shipped
from accounts.lab import transcript as lab
from accounts.lab.events import events
from accounts.lab.wording import CellText, describe
from accounts.pages.lab.cells import Named, legend, named_event
from accounts.pages.lab.transcript import Exchange, as_text
from accounts.strategies import Outcome

_LIVES_ON = (Outcome.ACCEPTED, Outcome.LATER)
# What the sentence counts, and how it says so.
_COUNTED = {
    "log-out": "after a log-out",
    "password-change": "after a password change",
    "account-disabled": "after the account was disabled",
    "expiry": "after the credential’s own end",
}
_SHOWN_PORT = "http://127.0.0.1:$PORT"


@dataclass(frozen=True, slots=True)
class Cell:
    """A library and an event."""

    event: Named
    found: Mapping[str, Any]
    url: str

    @property
    def text(self) -> CellText:
        """What was measured, in words; keys of a profile are for whoever writes one."""
        text = describe(self.found)
        is_left_out = self.found["why"].startswith(LEFT_OUT)
        return replace(text, detail="not part of this set-up") if is_left_out else text

    @property
    def lives_on(self) -> bool:
        """Whether the copy still worked after the event."""
        return self.found["thief"] in _LIVES_ON


@dataclass(frozen=True)
class Row:
    """A library in one configuration, as it is kept in the file."""

    library: Mapping[str, Any]
    cells: Sequence[Cell]

    @cached_property
    def html(self) -> SafeString:
        """The row as the table shows it."""
        return render_to_string("partials/lab_library_row.html", {"row": self})

    @property
    def url(self) -> str:
        """The page with its settings and transcripts."""
        return reverse("lab-library", args=[self.library["slug"]])

    @property
    def bytes_sent(self) -> int:
        """Bytes of the credential that a request sends."""
        return max(int(cell.found["bytes_per_request"]) for cell in self.cells)

    @property
    def left_open(self) -> tuple[int, int, str]:
        """For sorting: after how many events the copy lives on, or only until a token runs out."""
        found = [cell.found["thief"] for cell in self.cells]
        title = self.library["title"].lower()
        return found.count(Outcome.ACCEPTED), found.count(Outcome.LATER), title


@dataclass(frozen=True, slots=True)
class Table:
    """All rows, those where the copy lives on least first, and what is said of them."""

    events: Sequence[Named]
    rows: Sequence[Row]
    frameworks: Sequence[str]
    counted: Sequence[tuple[int, str]]


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """All rows, or those of one framework (``?framework=``)."""
    found = _shipped()
    kept = _table(found, get_script_prefix())
    asked = request.GET.get("framework", "")
    chosen = asked if asked in kept.frameworks else ""
    context = {
        "rows": [row for row in kept.rows if chosen in ("", row.library["framework"])],
        "events": kept.events,
        "frameworks": kept.frameworks,
        "framework": chosen,
        "counted": kept.counted,
        "total": len(kept.rows),
        "made": found.made,
        "python": found.python,
        "legend": legend(),
    }
    return render(request, "pages/lab_libraries.html", context)


@require_safe
def library(request: HttpRequest, slug: str) -> HttpResponse:
    """One row: the settings in full, and what was sent and answered."""
    found = _shipped()
    kept = next((one for one in found.libraries if one["slug"] == slug), None)
    if kept is None:
        raise Http404
    row = _row(kept, _columns(found))
    context = {
        "row": row,
        "library": kept,
        "made": found.made,
        "python": found.python,
        "played": [(cell, _exchanges(cell)) for cell in row.cells if cell.found["transcript"]],
    }
    return render(request, "pages/lab_library.html", context)


def _shipped() -> Shipped:
    found = shipped()
    if found is None:
        raise Http404
    return found


@lru_cache(maxsize=4)
def _table(found: Shipped, _prefix: str) -> Table:
    """What was played never changes, so the table is put together, and each row drawn, once."""
    events = _columns(found)
    rows = sorted((_row(one, events) for one in found.libraries), key=lambda row: row.left_open)
    frameworks = sorted({row.library["framework"] for row in rows})
    return Table(events, rows, frameworks, list(_counted(rows)))


def _columns(found: Shipped) -> list[Named]:
    """The events that happened to one of them at least."""
    played = {cell["event"] for _, cell in found.cells() if cell["thief"] != Outcome.NOT_APPLICABLE}
    return [named_event(event) for event in events if event.slug in played]


def _row(kept: Mapping[str, Any], columns: Sequence[Named]) -> Row:
    cells = {cell["event"]: cell for cell in kept["cells"]}
    url = reverse("lab-library", args=[kept["slug"]])
    return Row(
        kept,
        [
            Cell(event, cells[event.slug], f"{url}#{event.slug}")
            for event in columns
            if event.slug in cells
        ],
    )


def _counted(rows: Sequence[Row]) -> Iterator[tuple[int, str]]:
    """How many let a copy live on, for each event that is counted."""
    for slug, words in _COUNTED.items():
        number = sum(cell.lives_on for row in rows for cell in row.cells if cell.event.slug == slug)
        yield number, words


@dataclass(frozen=True, slots=True)
class Sent(Exchange):
    """An exchange of an audit: whether the server agreed was noted, a status alone may not say."""

    accepted: bool = True

    @property
    def _accepted(self) -> bool:
        return self.accepted


def _exchanges(cell: Cell) -> list[tuple[str, list[Exchange]]]:
    """Before the event, the event, and after it."""
    shown = [_shown(number, one) for number, one in enumerate(cell.found["transcript"])]
    begins, ends = cell.found["event_at"]
    return [
        ("Before", shown[:begins]),
        (f"The event: {cell.event.title.lower()}", shown[begins:ends]),
        ("After", shown[ends:]),
    ]


def _shown(number: int, one: Mapping[str, Any]) -> Exchange:
    asked, answered = one["request"], one["response"]
    sent = lab.Exchange(one["who"], one["title"], asked, answered)
    return Sent(
        index=number,
        who=one["who"],
        title=one["title"],
        at=f"{one['at_ms']:.0f} ms",
        request=as_text(asked) if asked["method"] else "",
        status=answered["status"],
        response=_answer(answered) if answered["status"] else "",
        reason="",
        command=curl(_SHOWN_PORT, sent) if asked["method"] else "",
        statements=[],
        traced=False,
        accepted=answered.get("accepted", True),
    )


def _answer(answered: Mapping[str, Any]) -> str:
    lines = [f"{answered['status']} {HTTPStatus(answered['status']).phrase}"]
    lines += [f"{name}: {value}" for name, value in answered["headers"].items()]
    if (body := answered["body"]) not in (None, "", {}):
        text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
        lines += ["", text]
    return "\n".join(lines)
