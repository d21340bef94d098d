"""The page `/answer/`: the question answered, and the ways ranked for the visitor's system."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.answer import sentences
from accounts.answer.facts import Facts, facts
from accounts.answer.opening import Step, opening, steps, why_cheaper
from accounts.answer.ranking import (
    Audience,
    Candidate,
    Client,
    Entry,
    Excluded,
    Ranking,
    System,
    best,
    entry,
    rankings,
    reasons,
)
from accounts.answer.takeaway import NothingToTake, Takeaway, takeaway
from accounts.answer.tipping import PARAMETERS, Parameter, tipping_points
from accounts.bench import left_out
from accounts.bench.result import SESSION_DB
from accounts.conf import DATABASES, has_shared_cache, own_database
from accounts.lab.events import Event, events
from accounts.lab.wording import CellText, describe
from accounts.pages.answer_paper import Paper, paper
from accounts.pages.chooser import marked_choices
from accounts.pages.lab.cells import Named, named_event, named_strategy
from accounts.strategies import Family, Strategy, strategies

CLIENTS = {
    Client.BROWSER: "browser (website)",
    Client.APP: "mobile app (API)",
    Client.PROGRAM: "other programs (API)",
}
FORM_ID = "system"  # the switch of the database stands outside of it
PAIR = ("opaque", "jwt-blacklist-joined")  # side by side where nothing fits
FOLLOWS = {"a": "the one to take, if one fits", "b": "the best of the other kind, if one fits"}
# A random token per login, of which a table keeps the digest.
ALIKE = {"opaque": ("django-rest-knox", "https://github.com/jazzband/django-rest-knox")}
_DEFAULT = System()
_LABELS = {
    "distance_ms": "Database away by",
    "late_s": "A log-out has to take effect",
    "per_hour": "Requests per user and hour",
    "services": "Services that cannot reach the database",
    "header_bytes": "Longest cookie or token",
}


def _slider(parameter: Parameter) -> forms.Field:
    kind = forms.FloatField if parameter.scale > 1 else forms.IntegerField
    return kind(
        label=_LABELS[parameter.name],
        min_value=parameter.low // parameter.scale,
        max_value=parameter.high // parameter.scale,
        initial=getattr(_DEFAULT, parameter.name),
        widget=forms.NumberInput(attrs={"type": "range", "step": 1 / parameter.scale}),
    )


class SystemForm(forms.Form):
    """What a visitor says of a system, and what else the page shows."""

    distance_ms, late_s, per_hour, services, header_bytes = map(_slider, PARAMETERS)
    clients = forms.MultipleChoiceField(
        choices=list(CLIENTS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one."},
    )
    database = forms.ChoiceField(
        choices=list(DATABASES.items()), widget=forms.RadioSelect(attrs={"form": FORM_ID})
    )
    a = forms.ChoiceField(label="One way", required=False)
    b = forms.ChoiceField(label="and the other", required=False)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(_completed(query))
        measured = _measured(self.data["database"])
        for name, words in FOLLOWS.items():
            choices = [("", words), *marked_choices(measured)]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def system(self) -> System:
        """The system; to be called on a valid form."""
        clients = frozenset(map(Client, self.cleaned_data["clients"]))
        figures = {parameter.name: self.cleaned_data[parameter.name] for parameter in PARAMETERS}
        return System(clients=clients, **figures)


def _measured(database: str) -> Sequence[type[Strategy]]:
    """The ways that have figures on this kind of database."""
    known = facts(database) if database in DATABASES else None
    return [strategies[one.slug] for one in known.measurements.candidates] if known else []


def _completed(query: QueryDict) -> QueryDict:
    """A query with the defaults of what it leaves out. A sent form leaves out no slider."""
    data = query.copy()
    if PARAMETERS[0].name not in data:
        data.setlistdefault("clients", [Client.BROWSER.value])
    for parameter in PARAMETERS:
        data.setdefault(parameter.name, str(getattr(_DEFAULT, parameter.name)))
    data.setdefault("database", own_database())
    return data


@dataclass(frozen=True, slots=True)
class RankedRow:
    """A way that will do, as a row of the table."""

    strategy: Named
    entry: Entry
    time: str
    times: str
    copied: str
    note: str


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """A way that will not do, as a row of the table."""

    strategy: Named
    why: Sequence[str]


@dataclass(frozen=True, slots=True)
class Download:
    """What to take home of a way: a folder, or what Django has anyway."""

    taken: Takeaway
    url: str

    @classmethod
    def for_strategy(cls, slug: str) -> Self | None:
        """None of a way that is not to be taken."""
        try:
            return cls(takeaway(slug), reverse("answer-takeaway", args=[slug]))
        except NothingToTake:
            return None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer for one audience."""

    audience: str
    winner: Named | None
    text: str
    changes: Sequence[str]
    jwt: str
    download: Download | None
    without_copying: str
    #: name and address of a package that works alike, if there is one
    alike: tuple[str, str] | None
    ranked: Sequence[RankedRow]
    left_out: Sequence[ExcludedRow]
    ordered_by: str

    @classmethod
    def from_ranking(cls, found: Facts, system: System, ranking: Ranking) -> Self:
        """A ranking in words."""
        return cls(
            audience=sentences.AUDIENCES[ranking.audience],
            winner=_named(ranking.winner.candidate) if ranking.winner else None,
            text=sentences.recommendation(found, system, ranking),
            changes=[
                sentences.would_change(found, system, ranking.audience, point)
                for point in tipping_points(found.measurements, system, ranking.audience)
            ],
            jwt=sentences.when_jwt_wins(found, system, ranking),
            download=Download.for_strategy(ranking.winner.candidate.slug)
            if ranking.winner
            else None,
            without_copying=sentences.without_copying(ranking),
            alike=ALIKE.get(ranking.winner.candidate.slug) if ranking.winner else None,
            ranked=_ranked(found, system, ranking),
            left_out=[
                ExcludedRow(_named(one.candidate), _why(one, system)) for one in ranking.excluded
            ],
            ordered_by=sentences.ORDERED_BY[ranking.audience],
        )


def _named(candidate: Candidate) -> Named:
    return named_strategy(strategies[candidate.slug])


def _why(excluded: Excluded, system: System) -> list[str]:
    """Why a way will not do, and what that holds for."""
    condition = strategies[excluded.candidate.slug].condition
    return sentences.reasons_in_words(excluded, system) + ([condition] if condition else [])


def _ranked(found: Facts, system: System, ranking: Ranking) -> list[RankedRow]:
    default = entry(
        found.candidate(SESSION_DB), found.measurements, system, ranking.audience
    ).time_us
    return [
        RankedRow(
            strategy=_named(one.candidate),
            entry=one,
            time=sentences.milliseconds(one.time_us),
            times=f"{one.time_us / default:.2f}",
            copied=_copied(Download.for_strategy(one.candidate.slug)),
            note=_note(one, system, ranking),
        )
        for one in ranking.entries
    ]


def _copied(download: Download | None) -> str:
    """The lines that somebody has to copy who takes a way."""
    return f"{download.taken.lines:,}" if download else "–"


def _note(one: Entry, system: System, ranking: Ranking) -> str:
    notes = [sentences.refreshes(one.candidate, system)]
    if one in ranking.equals:
        notes.append("costs the same as the first")
    elif not one.suits:
        notes.append(sentences.MISFIT[ranking.audience])
    return "; ".join(filter(None, notes))


@dataclass(frozen=True, slots=True)
class Column:
    """One of two ways side by side."""

    strategy: Named
    candidate: Candidate
    time: str
    refreshes: str
    why: Sequence[str]
    download: Download | None
    cells: Mapping[str, CellText]

    @classmethod
    def from_candidate(cls, found: Facts, system: System, candidate: Candidate) -> Self:
        """A way with what the matrix says of it."""
        audience = Audience.BROWSERS if candidate.in_cookie else Audience.PROGRAMS
        why = reasons(candidate, system)
        return cls(
            strategy=_named(candidate),
            candidate=candidate,
            time=sentences.milliseconds(
                entry(candidate, found.measurements, system, audience).time_us
            ),
            refreshes=sentences.refreshes(candidate, system),
            why=_why(Excluded(candidate, why), system) if why else [],
            download=Download.for_strategy(candidate.slug),
            cells={
                event: describe(report) for event, report in found.reports(candidate.slug).items()
            },
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
    asked = request.GET.get("database", "")
    found = facts(asked if asked in DATABASES else own_database())
    if found is None:
        raise Http404
    setting = (get_script_prefix(), own_database(), has_shared_cache())
    content, status = drawn(request.GET.urlencode(), found, paper(), setting)
    return render(request, "pages/answer.html", {"content": content}, status=status)


@lru_cache(maxsize=32)
def drawn(
    query: str, found: Facts, on_paper: Paper, _setting: tuple[str, str, bool]
) -> tuple[SafeString, int]:
    """The page between header and footer, and its status: computed once while the facts hold."""
    form = SystemForm(QueryDict(query))
    is_valid = form.is_valid()
    said = _said(form.system()) if is_valid else {}
    context = {
        "form": form,
        "form_id": FORM_ID,
        "facts": found,
        "result_url": f"{reverse('benchmarks')}?result={found.result}",
        "opening": opening(found),
        "bars": bars(list(steps(found))),
        "why_cheaper": why_cheaper(found),
        "paper": on_paper,
        "sliders": [
            (form[parameter.name], said.get(parameter.name, "")) for parameter in PARAMETERS
        ],
        **(_content(form, found) if is_valid else {}),
    }
    return render_to_string("partials/answer.html", context), 200 if is_valid else 400


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
    known = {candidate.slug: candidate for candidate in found.measurements.candidates}
    ranked = rankings(found.measurements, system)
    asked = (form.cleaned_data["a"], form.cleaned_data["b"])
    pair = [known[slug] for slug in side_by_side(ranked, *asked) if slug in known]
    columns = [Column.from_candidate(found, system, candidate) for candidate in pair]
    return {
        "recommendations": [
            Recommendation.from_ranking(found, system, ranking) for ranking in ranked
        ],
        "is_example": not ranked[0].winner and not all(asked),
        "one_for_both": sentences.one_for_both(ranked),
        "short": [
            (sentences.AUDIENCES[audience], _named(winner) if winner else None)
            for audience in Audience
            for winner in [best(found.measurements, system, audience)]
        ],
        "total": len(known),
        "unmeasured": left_out.sentence(known),
        "pair": columns,
        "pair_events": [
            (named_event(event), [column.cells[event.slug] for column in columns])
            for event in events
            if all(event.slug in column.cells for column in columns)
        ],
        "events": [named_event(event) for event in _counting()],
        "played": [
            (_named(candidate), _cells(found, candidate))
            for candidate in found.measurements.candidates
        ],
        "beside": sentences.beside(found, system, *pair) if len(pair) == len(PAIR) else "",
    }


def side_by_side(ranked: Sequence[Ranking], a: str, b: str) -> tuple[str, str]:
    """The slugs of two ways: those asked for, else the winner and the best of the other kind."""
    first = ranked[0]
    one = a or (first.winner.candidate.slug if first.winner else PAIR[0])
    rivals = [first.rival.candidate.slug] if first.rival else []
    is_jwt = strategies[one].family is Family.JWT
    others = [*rivals, *(PAIR if is_jwt else PAIR[::-1])]
    return one, b or next(slug for slug in others if slug != one)


def _cells(found: Facts, candidate: Candidate) -> list[CellText | None]:
    """A row of the matrix; None where an event was not played."""
    reports = found.reports(candidate.slug)
    return [describe(reports[one.slug]) if one.slug in reports else None for one in _counting()]


def _counting() -> Sequence[type[Event]]:
    """The events that decide whether a way will do: drills do not."""
    return [event for event in events if not event.is_drill]


@require_safe
def takeaway_zip(request: HttpRequest, slug: str) -> HttpResponse:
    """A way as a zip; 404 for one that is not to be taken."""
    try:
        content = takeaway(slug).zip()
    except (KeyError, NothingToTake):
        raise Http404 from None
    headers = {"Content-Disposition": f'attachment; filename="{slug}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)
