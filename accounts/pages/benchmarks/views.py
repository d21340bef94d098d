"""The page of the benchmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.bench import archive, tables
from accounts.bench import runs as benchruns
from accounts.bench.options import Stage
from accounts.bench.result import FORMATS, Result, read_result
from accounts.models import BenchRun
from accounts.pages.benchmarks import bars, lines, sentences
from accounts.pages.benchmarks.charts import Chart
from accounts.strategies import Family

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
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
        return f"{self.made:%Y-%m-%d %H:%M} · {self.database} · {self.source}"


@require_safe
def benchmarks(request: HttpRequest) -> HttpResponse:
    """The newest result, or the one that `?result=` names."""
    choices = all_choices()
    asked = request.GET.get("result")
    shown = next((one for one in choices if asked in (None, one.name)), None)
    result = _result_of(shown) if shown else None
    if asked and result is None:
        raise Http404
    context = {
        "choices": choices,
        "shown": shown if result else None,
        **(_content(shown, result, choices) if shown and result else {}),
        "families": [family.value for family in Family],
        "may_start": benchruns.may_begin(request.user),
        "running": BenchRun.objects.running().defer("result").first(),
        "api": reverse("api-benchmarks"),
        "stages": list(Stage),
    }
    return render(request, "pages/benchmarks.html", context)


def _content(shown: Choice, result: Result, choices: Sequence[Choice]) -> dict[str, Any]:
    return {
        "result": result,
        "charts": charts(result),
        "elsewhere": elsewhere(shown, choices),
        "logins": tables.logins(result),
        "logins_sentence": sentences.logins(result),
        "goals": tables.goals(result),
        "goals_sentence": sentences.goals(result["goals"]),
    }


def all_choices() -> list[Choice]:
    """Every result, the newest first: from files, and from runs that this page started."""
    files = [Choice(entry) for entry in archive.entries()]
    return sorted([*files, *_ours()], key=lambda one: one.made, reverse=True)


def _ours() -> Iterator[Choice]:
    """Of the runs of this page, no more than the list needs; they have no parts."""
    readable = BenchRun.objects.filter(result__format__in=FORMATS)
    for pk, made, database in readable.values_list("pk", "result__made", "result__database"):
        entry = archive.Entry(str(pk), datetime.fromisoformat(made), database, frozenset())
        yield Choice(entry, OURS)


def _result_of(choice: Choice) -> Result | None:
    if choice.source != OURS:
        return archive.find(choice.name)
    kept = BenchRun.objects.filter(pk=choice.name).values_list("result", flat=True)
    return read_result(kept.first())


def charts(result: Result) -> list[Chart]:
    """The charts that this result has figures for."""
    found: list[Chart] = [bars.time(result), bars.queries(result), bars.bytes_sent(result)]
    if latency := result["latency"]:
        found.append(lines.latency(latency, result["strategies"]))
    if growth := result["growth"]:
        found.append(lines.growth(growth))
    if http := result["http"]:
        found.append(bars.http(http, result["strategies"]))
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
        other = next((one for one in choices if part in one.entry.parts), None)
        if other and part not in shown.entry.parts:
            found.append({"title": title, "choice": other})
    return found
