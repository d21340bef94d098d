"""The page `/cluster/scale/`: what each way keeps and sends past this machine, computed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.claims import shipped, value
from accounts.claims.blacklist_is_a_session import LOGGED_OUT, BlacklistIsASession
from accounts.claims.out_everywhere_is_easy import us_per_session
from accounts.cluster import scale_measured, scale_words
from accounts.cluster.scale import (
    CONNECTIONS,
    CONNECTIONS_SOURCE,
    PATIENCE_S,
    PATIENCE_SOURCE,
    Ends,
    Holds,
    System,
    Way,
)
from accounts.cluster.scale import figures as compute
from accounts.cluster.scale import limits as find_limits
from accounts.cluster.scale_check import SEEDS, recorded
from accounts.cluster.scale_facts import DATABASE, Facts, facts
from accounts.cluster.scale_parameters import PARAMETERS, Parameter, about, amount, size, time
from accounts.cluster.scale_shown import ShownCheck
from accounts.lab.wording import SIGNS, Tone
from accounts.strategies import strategies

UNKNOWN = "not measured"
CLAIM = "out-everywhere-is-easy"
_FROM, _TO = 3, 9  # powers of ten of users, from edge to edge of the picture


def _choice(parameter: Parameter) -> forms.Field:
    label, low, high = parameter.label, parameter.low, parameter.high
    if parameter.is_whole:
        return forms.IntegerField(
            label=label, min_value=int(low), max_value=int(high), widget=forms.Select
        )
    return forms.FloatField(label=label, min_value=low, max_value=high, widget=forms.Select)


class ScaleForm(forms.Form):
    """A system. What a query leaves out is as it usually is; what is between two stops is taken."""

    def __init__(self, query: QueryDict) -> None:
        data = {one.name: query.get(one.name, written(one.default)) for one in PARAMETERS}
        super().__init__(data)
        for parameter in PARAMETERS:
            field = self.fields[parameter.name] = _choice(parameter)
            field.widget.choices = options(parameter, data[parameter.name])

    def system(self) -> System:
        """The system; to be called on a valid form."""
        return System(**self.cleaned_data)


def written(value: float) -> str:
    """A figure as it is sent: ``1000000``, ``0.2``."""
    return str(int(value)) if value == int(value) else str(value)


def options(parameter: Parameter, asked: str) -> list[tuple[str, str]]:
    """The stops, and what was asked for at its place among them where it is none of them.

    What is no figure is an option too, or its error would stand beside another one's value.
    """
    stops = {written(stop): stop for stop in parameter.stops}
    if asked not in stops:
        try:
            stops[asked] = float(asked)
        except ValueError:
            return [(asked, asked), *((key, parameter.said(stop)) for key, stop in stops.items())]
    ordered = sorted(stops.items(), key=lambda each: each[1])
    return [(key, parameter.said(stop) if isfinite(stop) else key) for key, stop in ordered]


@dataclass(frozen=True, slots=True)
class Row:
    """A way in the picture and in the table; places are per cent of the picture's width."""

    way: Way
    reach: str
    #: how far more processes would bring it; empty where they would not
    cured: str
    until: str
    is_broken: bool
    breaks: Sequence[str]
    rows: str
    stored: str
    queries: str
    cores: str
    messages: str
    news: str
    held: str
    memory: str
    wire: str
    log_out: str
    tone: Tone


def _row(found: Facts, system: System, way: Way) -> Row:
    computed, limits = compute(system, way), find_limits(system, way, found.shared)
    rest = [limit.users for limit in limits if not limit.is_cured]
    is_cured = bool(limits) and limits[0].is_cured
    return Row(
        way=way,
        reach=place(limits[0].users) if limits else "100%",
        cured=(place(rest[0]) if rest else "100%") if is_cured else "",
        until=f"{about(limits[0].users)} users" if limits else "",
        is_broken=bool(limits) and limits[0].users <= system.users,
        breaks=scale_words.breaks(system, way, found.shared),
        rows=amount(computed.rows),
        stored=_known(computed.stored_bytes),
        queries=amount(computed.queries_s),
        cores=amount(computed.cores),
        messages=amount(computed.messages_s),
        news=_news(computed.messages_bytes_day) if computed.messages_s else "",
        held=amount(computed.entries),
        memory=_known(computed.memory_bytes) if computed.entries else "",
        wire=size(computed.wire_bytes_day),
        log_out=_log_out(way, computed.log_out_s),
        tone=_TONES[way.ends],
    )


def _news(bytes_day: float | None) -> str:
    return "bytes not measured" if bytes_day is None else f"{size(bytes_day)} a day"


def _known(amount_of_bytes: float | None) -> str:
    return UNKNOWN if amount_of_bytes is None else size(amount_of_bytes)


_TONES: dict[Ends, Tone] = {
    Ends.AT_ONCE: "safe",
    Ends.WITH_TOKEN: "later",
    Ends.WITH_LOGIN: "vulnerable",
}


def _log_out(way: Way, seconds: float) -> str:
    words = f"within {time(seconds)}" if seconds else "at once"
    return f"{SIGNS[_TONES[way.ends]]} {words}"


def place(users: float) -> str:
    """Where a number of users lies in the picture, on a logarithmic scale."""
    share = (log10(max(users, 1)) - _FROM) / (_TO - _FROM)
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"


def _notes(found: Facts, system: System) -> Iterator[str]:
    """What the figures of a way leave out, or hold for."""
    for way in found.ways:
        if way.holds in {Holds.CACHED_LOGINS, Holds.CACHED_LIST}:
            entries = amount(compute(system, way).cache_entries)
            what = f"{way.holds.value}, {entries} entries; what they take was not measured"
            yield f"{way.title}: {what}."
        if condition := strategies[way.slug].condition:
            yield f"{way.title}: {condition}."


def found_facts() -> Facts | None:
    """The facts; None where nothing was measured."""
    claim = shipped(DATABASE).get(CLAIM)
    return facts(us_per_session(claim.played.evidence) if claim else {})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What follows for the system of the query; 400 where it makes none, 404 without figures."""
    form, found, checked = ScaleForm(request.GET), found_facts(), recorded()
    if found is None:
        raise Http404
    is_valid = form.is_valid()
    context = {
        "form": form,
        "facts": found,
        "result_url": f"{reverse('benchmarks')}?result={found.result}",
        "checks": [ShownCheck.from_check(one) for one in checked.checks],
        "played": checked.made,
        "seed": checked.checks[0].seed,
        "seeds": SEEDS[-1],
        **_coefficients(found),
        **_counted(),
        **(_content(form.system(), found) if is_valid else {}),
    }
    return render(request, "cluster/scale.html", context, status=200 if is_valid else 400)


def _coefficients(found: Facts) -> dict[str, Any]:
    """What the last section names."""
    tables = {table.name: table.row_bytes for way in found.ways for table in way.tables}
    lists = scale_measured.recorded()
    a_list = next(iter(lists.lists.values()))
    everywhere = [way.everywhere_us for way in found.ways if way.everywhere_us]
    return {
        "hash_ms": found.benchmark["login_setup"]["hash_us"] / 1000,
        "shown_days": settings.ENDED_LOGINS_KEPT.days,
        "row_sizes": [(name, each) for name, each in sorted(tables.items()) if each],
        "lists": lists,
        "a_list": a_list,
        "list_entries": amount(a_list.entries),
        "list_messages": amount(a_list.messages),
        "connections": CONNECTIONS,
        "connections_source": CONNECTIONS_SOURCE,
        "look_up_rows": amount(found.shared.look_up_rows),
        "pruned_s": about(found.shared.pruned_s),
        "patience_s": PATIENCE_S,
        "patience_source": PATIENCE_SOURCE,
        "everywhere_us": f"{everywhere[0]:.0f}" if everywhere else UNKNOWN,
    }


def _counted() -> dict[str, Any]:
    """The claim that counts the rows of a few logins, and what it counted."""
    played = shipped(DATABASE).get(BlacklistIsASession.slug)
    rows = played.played.evidence.named("rows-") if played else []
    return {
        "counts_rows": BlacklistIsASession,
        "counted": [(one, value(one)) for one in rows],
        "counted_out": LOGGED_OUT,
    }


def _content(system: System, found: Facts) -> dict[str, Any]:
    """What is said of a system."""
    query = "&".join(f"{one.name}={written(getattr(system, one.name))}" for one in PARAMETERS)
    return {
        "headline": scale_words.headline(system, found.ways, found.shared),
        "lists": scale_words.lists_and_sessions(system),
        "beside": scale_words.rows_beside(system, found.ways),
        "beyond": scale_words.beyond_measured(system, found.ways, found.shared),
        "rows": [_row(found, system, way) for way in found.ways],
        "missing": found.missing,
        "notes": list(_notes(found, system)),
        "grid": [place(10**power) for power in range(_FROM, _TO + 1)],
        "here": place(system.users),
        "api_url": f"{reverse('api-cluster-scale')}?{query}",
    }
