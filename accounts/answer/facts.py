"""Where the figures come from: the newest benchmark and the recorded matrix of a database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from accounts.answer.ranking import Action, Candidate, Measurements
from accounts.bench import archive
from accounts.bench.difference import Figure
from accounts.bench.result import BASELINE, Cost, Latency, Measured, Result
from accounts.conf import DATABASES
from accounts.lab.events import events
from accounts.lab.recorded import Recorded, recorded
from accounts.strategies import Outcome, Strategy, strategies

Reports = Mapping[str, Mapping[str, Any]]  # of one strategy, by the events' slugs


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """What was measured on one database: ``sqlite`` or ``postgres``. The newest are one object."""

    kind: str
    measurements: Measurements
    #: the benchmark's name in ``/benchmarks/?result=``
    result: str
    benchmark: Result
    matrix: Recorded

    @property
    def database(self) -> str:
        """The database's name."""
        return DATABASES[self.kind]

    @property
    def measured(self) -> datetime:
        """When the benchmark was run."""
        return datetime.fromisoformat(self.benchmark["made"])

    def candidate(self, slug: str) -> Candidate:
        """A way by its slug.

        Raises:
            KeyError: it is not among those measured.
        """
        return {candidate.slug: candidate for candidate in self.measurements.candidates}[slug]

    def reports(self, slug: str) -> Reports:
        """What the matrix says of a strategy."""
        cells = self.matrix.reports.items()
        return {event: report for (strategy, event), report in cells if strategy == slug}


def facts(kind: str) -> Facts | None:
    """The newest facts; None where a benchmark with distances, or the matrix, is missing."""
    newest, matrix = archive.newest(kind, "latency"), recorded(kind)
    return _facts(kind, newest, matrix) if newest and matrix else None


@lru_cache(maxsize=4)
def _facts(kind: str, newest: archive.Entry, matrix: Recorded) -> Facts | None:
    result = archive.find(newest.name)
    if not (result and (latency := result["latency"])):
        return None
    candidates = tuple(_candidates(result, matrix))
    return Facts(kind, Measurements(candidates, _trips(latency)), newest.name, result, matrix)


def _trips(latency: Latency) -> tuple[tuple[float, float], ...]:
    return tuple((step["asked_ms"], step["measured_ms"]) for step in latency["steps"])


def _candidates(result: Result, matrix: Recorded) -> Iterator[Candidate]:
    """The ways that both results know, in the order of the registry."""
    measured = {one["slug"]: one for one in result["strategies"]}
    for strategy in strategies:
        played = {
            event: report
            for (slug, event), report in matrix.reports.items()
            if slug == strategy.slug and event in events and not events[event].is_drill
        }
        if strategy.slug in measured and "log-out" in played:
            one, baseline = measured[strategy.slug], measured[BASELINE]
            yield _candidate(strategy, one, baseline, result["rounds"], played)


def _candidate(
    strategy: type[Strategy], measured: Measured, baseline: Measured, rounds: int, played: Reports
) -> Candidate:
    cpu = Figure.from_spread(measured["cpu_us"], rounds)
    lasting = {event: report for event, report in played.items() if not _is_routine(event)}
    return Candidate(
        slug=strategy.slug,
        title=strategy.title,
        family=strategy.family.value,
        in_cookie=strategy.in_cookie,
        request=Action(cpu.median, measured["queries"]),
        noise_us=cpu.error,
        bytes_sent=measured["bytes_sent"],
        refresh=_refresh(measured["login"], baseline) if strategy.refreshes else None,
        open_after=tuple(event for event, report in lasting.items() if _is_open(report)),
        throws_out_at=tuple(
            event for event, report in lasting.items() if report["other"] == "collateral"
        ),
        late_at=tuple(event for event, report in lasting.items() if _is_late(report)),
        lag_s=strategy.propagation_delay.total_seconds(),
    )


def _is_routine(event: str) -> bool:
    """Whether an event is meant to end no login: a copy that works on is no fault then."""
    return events[event].ideal.thief is Outcome.ACCEPTED


def _is_late(report: Mapping[str, Any]) -> bool:
    """Whether the copy ends, or learns of the new role, as its access token runs out."""
    outcome = Outcome(report["thief"])
    return outcome is Outcome.LATER or (
        outcome is Outcome.STALE_ROLE
        and (report["thief_after_s"] or 0.0) <= report["usual_lifetime_s"]
    )


def _is_open(report: Mapping[str, Any]) -> bool:
    """Whether the copy goes on for as long as its login would: the event does not reach it."""
    if report["error"]:
        return True
    outcome = Outcome(report["thief"])
    return outcome is Outcome.ACCEPTED or (outcome is Outcome.STALE_ROLE and not _is_late(report))


def _refresh(login: Cost | None, baseline: Measured) -> Action | None:
    """A request of its own that writes and signs what a log-in does, but hashes no password."""
    if login is None:
        return None
    return Action(baseline["cpu_us"]["median"] + login["cpu_us"], login["queries"])
