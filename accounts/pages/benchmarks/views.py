"""The page of the benchmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.bench import archive, left_out, tables
from accounts.bench import runs as benchruns
from accounts.bench.options import Stage
from accounts.bench.result import FORMATS, Result, is_loaded, read_result
from accounts.conf import DATABASES, own_database
from accounts.models import BenchRun
from accounts.pages.benchmarks import bars, lines, sentences
from accounts.pages.benchmarks.charts import Chart
from accounts.strategies import Family

OURS = "this page"


@dataclass(frozen=True, slots=True)
class Choice:
    """A result to choose: from a file, or from a run that this page started."""

    entry: archive.Entry
    source: str = "manage.py bench"

    @property
    def name(self) -> str:
        """What ``?result=`` asks for it by."""
        return self.entry.name

    @property
    def made(self) -> datetime:
        """When it was measured."""
        return self.entry.made

    @property
    def database(self) -> str:
        """The database's name."""
        return DATABASES.get(self.entry.database, self.entry.database)

    @property
    def label(self) -> str:
        """The entry in the list of results."""
        busy = " · busy machine" if self.entry.is_loaded else ""
        return f"{self.made:%Y-%m-%d %H:%M} · {self.database} · {self.source}{busy}"


@require_safe
def benchmarks(request: HttpRequest) -> HttpResponse:
    """The newest result, or the one that `?result=` names."""
    choices = all_choices()
    asked = request.GET.get("result")
    shown = _named(asked, choices) if asked else _newest(choices)
    if asked and shown is None:
        raise Http404
    context = {
        "choices": choices,
        "shown": shown,
        "figures": drawn(shown) if shown else "",
        "elsewhere": elsewhere(shown, choices) if shown else [],
        "may_start": benchruns.may_begin(request.user),
        "running": BenchRun.objects.running().defer("result").first(),
        "api": reverse("api-benchmarks"),
        "stages": list(Stage),
    }
    return render(request, "pages/benchmarks.html", context)


def _named(name: str, choices: Sequence[Choice]) -> Choice | None:
    return next((one for one in choices if one.name == name), None)


def _newest(choices: Sequence[Choice]) -> Choice | None:
    """The newest: of a machine that was quiet, and of this site's database, if there is one.

    The first page and the answer show figures of this database, and lead here.
    """
    return min(
        choices,
        key=lambda one: (one.entry.is_loaded, one.entry.database != own_database()),
        default=None,
    )


@lru_cache(maxsize=16)
def drawn(shown: Choice) -> SafeString:
    """A result as HTML. It is never changed once it is there, so it is drawn once.

    Raises:
        Http404: it has gone meanwhile.
    """
    result = _result_of(shown)
    if result is None:
        raise Http404
    context = {
        "shown": shown,
        "result": result,
        "waited": f"{result['machine'].get('waited', 0):.0%}",
        "families": [family.value for family in Family],
        "charts": charts(result),
        "unmeasured": left_out.sentence({one["slug"] for one in result["strategies"]}),
        "logins": tables.logins(result),
        "logins_sentence": sentences.logins(result),
    }
    return render_to_string("partials/bench_result.html", context)


def all_choices() -> list[Choice]:
    """Every result, the newest first: from files, and from runs that this page started."""
    files = [Choice(entry) for entry in archive.entries()]
    return sorted([*files, *_ours()], key=lambda one: one.made, reverse=True)


def _ours() -> Iterator[Choice]:
    """Of the runs of this page, no more than the list needs; they have no parts."""
    readable = BenchRun.objects.filter(result__format__in=FORMATS)
    columns = ("pk", "result__made", "result__database", "result__machine")
    for pk, made, database, machine in readable.values_list(*columns):
        when = datetime.fromisoformat(made)
        entry = archive.Entry(str(pk), when, database, frozenset(), is_loaded(machine))
        yield Choice(entry, OURS)


def _result_of(choice: Choice) -> Result | None:
    if choice.source != OURS:
        return archive.find(choice.name)
    kept = BenchRun.objects.filter(pk=choice.name).values_list("result", flat=True)
    return read_result(kept.first())


def charts(result: Result) -> list[Chart]:
    """The charts that this result has figures for."""
    found: list[Chart] = [
        bars.time(result),
        bars.parts(result),
        bars.queries(result),
        bars.bytes_sent(result),
    ]
    if latency := result["latency"]:
        found.append(lines.latency(latency, result["strategies"]))
    if growth := result["growth"]:
        found.append(lines.growth(growth, result["rounds"]))
    if http := result["http"]:
        found.append(bars.http(http, result["strategies"], result["rounds"]))
    return found


PARTS = {
    "latency": "a distant database",
    "growth": "large tables",
    "http": "HTTP",
}


def elsewhere(shown: Choice, choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """The parts that a result lacks, each with the newest result that has it."""
    found = []
    for part, title in PARTS.items():
        other = _newest([one for one in choices if part in one.entry.parts])
        if other and part not in shown.entry.parts:
            found.append({"title": title, "choice": other})
    return found
