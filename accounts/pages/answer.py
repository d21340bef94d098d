"""The page `/answer/`: the question answered, and the ways ranked for the visitor's system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.answer import sentences
from accounts.answer.facts import Facts, facts
from accounts.answer.opening import Step, opening, steps
from accounts.answer.ranking import (
    Audience,
    Client,
    Out,
    Place,
    Ranking,
    System,
    Way,
    answer,
    place,
    reasons,
)
from accounts.answer.takeaway import NothingToTake, Takeaway, takeaway
from accounts.answer.tipping import KNOBS, Knob, tips
from accounts.bench.result import SESSION_DB
from accounts.conf import DATABASES, own_database
from accounts.lab.events import events
from accounts.lab.wording import CellText, describe
from accounts.pages.chooser import marked_choices
from accounts.pages.lab.cells import Named, named_event, named_strategy
from accounts.strategies import strategies

CLIENTS = {Client.BROWSER: "browser", Client.APP: "mobile app", Client.PROGRAM: "other programs"}
FORM_ID = "system"  # the switch of the database stands outside of it
PAIR = ("opaque", "jwt-blacklist-joined")
_DEFAULT = System()
_LABELS = {
    "distance_ms": "Database away by",
    "late_s": "A log-out may take until",
    "per_hour": "Requests per user and hour",
    "services": "Services that cannot reach the database",
    "header_bytes": "A credential hurts above",
}


def _slider(knob: Knob) -> forms.Field:
    kind = forms.FloatField if knob.scale > 1 else forms.IntegerField
    return kind(
        label=_LABELS[knob.name],
        min_value=knob.low // knob.scale,
        max_value=knob.high // knob.scale,
        initial=getattr(_DEFAULT, knob.name),
        widget=forms.NumberInput(attrs={"type": "range", "step": 1 / knob.scale}),
    )


class SystemForm(forms.Form):
    """What a visitor says of a system, and what else the page shows."""

    distance_ms, late_s, per_hour, services, header_bytes = map(_slider, KNOBS)
    clients = forms.MultipleChoiceField(
        choices=list(CLIENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one."},
    )
    database = forms.ChoiceField(
        choices=list(DATABASES.items()), widget=forms.RadioSelect(attrs={"form": FORM_ID})
    )
    a = forms.ChoiceField(label="One way")
    b = forms.ChoiceField(label="and the other")

    def __init__(self, query: QueryDict) -> None:
        super().__init__(_completed(query))
        for name in ("a", "b"):
            self.fields[name].choices = marked_choices()  # type: ignore[attr-defined]

    def system(self) -> System:
        """The system; to be called on a valid form."""
        clients = frozenset(map(Client, self.cleaned_data["clients"]))
        figures = {knob.name: self.cleaned_data[knob.name] for knob in KNOBS}
        return System(clients=clients, **figures)


def _completed(query: QueryDict) -> QueryDict:
    """A query with the defaults of what it leaves out. A sent form leaves out no slider."""
    data = query.copy()
    if KNOBS[0].name not in data:
        data.setlistdefault("clients", [Client.BROWSER.value])
    for knob in KNOBS:
        data.setdefault(knob.name, str(getattr(_DEFAULT, knob.name)))
    for name, value in (("database", own_database()), ("a", PAIR[0]), ("b", PAIR[1])):
        data.setdefault(name, value)
    return data


@dataclass(frozen=True, slots=True)
class Ranked:
    """A way that will do, as a row of the table."""

    strategy: Named
    place: Place
    time: str
    times: str
    note: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A way that will not do, as a row of the table."""

    strategy: Named
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class Home:
    """What to take home of a way: a folder, or what Django has anyway."""

    taken: Takeaway
    url: str

    @classmethod
    def of(cls, slug: str) -> Self | None:
        """None of a way that is not to be taken."""
        try:
            return cls(takeaway(slug), reverse("answer-takeaway", args=[slug]))
        except NothingToTake:
            return None


@dataclass(frozen=True, slots=True)
class Take:
    """The answer for one audience."""

    audience: str
    winner: Named | None
    text: str
    changes: Sequence[str]
    jwt: str
    home: Home | None
    ranked: Sequence[Ranked]
    left_out: Sequence[LeftOut]

    @classmethod
    def of(cls, found: Facts, system: System, ranking: Ranking) -> Self:
        """A ranking in words."""
        return cls(
            audience=sentences.AUDIENCES[ranking.audience],
            winner=_named(ranking.winner.way) if ranking.winner else None,
            text=sentences.take(found, system, ranking),
            changes=[
                sentences.would_change(tip) for tip in tips(found.world, system, ranking.audience)
            ],
            jwt=sentences.when_jwt_wins(found, system, ranking),
            home=Home.of(ranking.winner.way.slug) if ranking.winner else None,
            ranked=_ranked(found, system, ranking),
            left_out=[
                LeftOut(_named(out.way), sentences.why_out(out, system)) for out in ranking.out
            ],
        )


def _named(way: Way) -> Named:
    return named_strategy(strategies[way.slug])


def _ranked(found: Facts, system: System, ranking: Ranking) -> list[Ranked]:
    default = place(found.way(SESSION_DB), found.world, system, ranking.audience).time_us
    return [
        Ranked(
            strategy=_named(one.way),
            place=one,
            time=sentences.milliseconds(one.time_us),
            times=f"{one.time_us / default:.2f}",
            note=_note(one, ranking),
        )
        for one in ranking.places
    ]


def _note(one: Place, ranking: Ranking) -> str:
    if one in ranking.equals:
        return "costs the same as the first"
    if one.suits:
        return ""
    in_browser = ranking.audience is Audience.BROWSERS
    return "a script in the page could read it" if in_browser else "a program has to keep a cookie"


@dataclass(frozen=True, slots=True)
class Column:
    """One of two ways side by side."""

    strategy: Named
    way: Way
    time: str
    why: Sequence[str]
    home: Home | None
    cells: Mapping[str, CellText]

    @classmethod
    def of(cls, found: Facts, system: System, way: Way) -> Self:
        """A way with what the matrix says of it."""
        audience = Audience.BROWSERS if way.in_cookie else Audience.PROGRAMS
        return cls(
            strategy=_named(way),
            way=way,
            time=sentences.milliseconds(place(way, found.world, system, audience).time_us),
            why=sentences.why_out(Out(way, reasons(way, system)), system),
            home=Home.of(way.slug),
            cells={event: describe(report) for event, report in found.reports(way.slug).items()},
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """A step as it is drawn; widths and places are per cent of the longest."""

    step: Step
    width: str
    low: str
    between: str


def bars(found: Sequence[Step]) -> list[Bar]:
    """The steps as bars, with the spread at their ends."""
    longest = max((step.ratio + step.spread for step in found), default=1.0)

    def share(amount: float) -> str:
        return f"{100 * amount / longest:.2f}%"

    return [
        Bar(step, share(step.ratio), share(step.ratio - step.spread), share(2 * step.spread))
        for step in found
    ]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The answer for the system of the query; 400 where the query makes none."""
    form = SystemForm(request.GET)
    is_valid = form.is_valid()
    found = facts(form.cleaned_data.get("database", own_database()))
    if found is None:
        raise Http404
    said = _said(form.system()) if is_valid else {}
    context = {
        "form": form,
        "form_id": FORM_ID,
        "facts": found,
        "result_url": f"{reverse('benchmarks')}?result={found.result}",
        "opening": opening(found),
        "bars": bars(list(steps(found))),
        "sliders": [(form[knob.name], said.get(knob.name, "")) for knob in KNOBS],
        **(_content(form, found) if is_valid else {}),
    }
    return render(request, "pages/answer.html", context, status=200 if is_valid else 400)


def _said(system: System) -> dict[str, str]:
    """The figures of the sliders with their units."""
    return {
        "distance_ms": f"{system.distance_ms:g} ms",
        "late_s": sentences.late(system.late_s),
        "per_hour": f"{system.per_hour:,}",
        "services": str(system.services),
        "header_bytes": f"{system.header_bytes:,} B",
    }


def _content(form: SystemForm, found: Facts) -> dict[str, Any]:
    """What follows from a system: the answer, two ways side by side, all ways ranked."""
    system = form.system()
    known = {way.slug: way for way in found.world.ways}
    pair = [known[slug] for slug in map(form.cleaned_data.get, "ab") if slug in known]
    columns = [Column.of(found, system, way) for way in pair]
    return {
        "takes": [Take.of(found, system, ranking) for ranking in answer(found.world, system)],
        "total": len(known),
        "pair": columns,
        "pair_events": [
            (named_event(event), [column.cells[event.slug] for column in columns])
            for event in events
            if all(event.slug in column.cells for column in columns)
        ],
        "events": [named_event(event) for event in events],
        "played": [(_named(way), _cells(found, way)) for way in found.world.ways],
        "beside": sentences.beside(found, system, *pair) if len(pair) == len(PAIR) else "",
    }


def _cells(found: Facts, way: Way) -> list[CellText | None]:
    """A row of the matrix; None where an event was not played."""
    reports = found.reports(way.slug)
    return [describe(reports[one.slug]) if one.slug in reports else None for one in events]


@require_safe
def takeaway_zip(request: HttpRequest, slug: str) -> HttpResponse:
    """A way as a zip; 404 for one that is not to be taken."""
    try:
        content = takeaway(slug).zip()
    except (KeyError, NothingToTake):
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="{slug}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)
