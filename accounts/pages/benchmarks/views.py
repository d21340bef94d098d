"""The page of the benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.bench import archive, tables
from accounts.bench import runs as benchruns
from accounts.bench.options import Stage
from accounts.bench.result import Result, read_result
from accounts.models import BenchRun
from accounts.pages.benchmarks import bars, lines, sentences
from accounts.pages.benchmarks.charts import Chart
from accounts.strategies import Family

DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Choice(archive.Saved):
    """A result to choose: from a file, or from a run that this page started."""

    source: str = "manage.py bench"

    @property
    def database(self) -> str:
        """The database's name."""
        return DATABASES.get(self.result["database"], self.result["database"])

    @property
    def label(self) -> str:
        """The entry in the list of results."""
        return f"{self.made:%Y-%m-%d %H:%M} · {self.database} · {self.source}"


@require_safe
def benchmarks(request: HttpRequest) -> HttpResponse:
    """The newest result, or the one that `?result=` names."""
    choices = all_choices()
    asked = request.GET.get("result")
    shown = next((one for one in choices if one.name == asked), None)
    if asked and shown is None:
        raise Http404
    shown = shown or next(iter(choices), None)
    context = {
        "choices": choices,
        "shown": shown,
        **(_content(shown, choices) if shown else {}),
        "families": [family.value for family in Family],
        "may_start": benchruns.may_begin(request.user),
        "running": BenchRun.objects.running().first(),
        "api": reverse("api-benchmarks"),
        "stages": list(Stage),
    }
    return render(request, "pages/benchmarks.html", context)


def _content(shown: Choice, choices: Sequence[Choice]) -> dict[str, Any]:
    result = shown.result
    return {
        "charts": charts(result),
        "elsewhere": elsewhere(shown, choices),
        "logins": tables.logins(result),
        "logins_sentence": sentences.logins(result),
        "goals": tables.goals(result),
        "goals_sentence": sentences.goals(result["goals"]),
    }


def all_choices() -> list[Choice]:
    """Every result, the newest first: from files, and from runs that this page started."""
    files = [Choice(one.name, one.result) for one in archive.saved()]
    runs = BenchRun.objects.exclude(result=None).values_list("pk", "result")
    ours = [
        Choice(str(pk), found, "this page") for pk, json in runs if (found := read_result(json))
    ]
    return sorted([*files, *ours], key=lambda one: one.made, reverse=True)


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
        other = next((one for one in choices if _has(one, part)), None)
        if other and not _has(shown, part):
            found.append({"title": title, "choice": other})
    return found


def _has(choice: Choice, part: str) -> bool:
    return bool(cast(Mapping[str, Any], choice.result)[part])
