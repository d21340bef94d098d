"""Requests under all strategies, interleaved round by round, so that noise hits all alike.

Four passes over the same requests: warming up, timing, tracing (where the time goes), counting
function calls. The last two slow a request down, which is why they are passes of their own.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import fmean, median
from time import perf_counter_ns, thread_time_ns
from typing import Any

from django.conf import settings

from accounts.bench.client import Client
from accounts.bench.measures.calls import calls_of
from accounts.bench.result import Split
from accounts.bench.subjects import Subject

WARM_UP = 20
MAX_TRACED = 60
COUNTED = 3
_SEED = 5  # the same order of requests in every run

Report = Callable[[], None]


@dataclass(slots=True)
class Samples:
    """One strategy's requests: nanoseconds of each, traces, and the calls of one."""

    cpu: list[int] = field(default_factory=list)
    wall: list[int] = field(default_factory=list)
    traces: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0


def measure(subjects: Sequence[Subject], rounds: int, report: Report) -> dict[str, Samples]:
    """The samples by slug; ``report`` is called after each of the ``total_rounds``."""
    samples = {subject.slug: Samples() for subject in subjects}
    client = Client()
    traced = min(MAX_TRACED, rounds)
    passes = ((_warm_up, WARM_UP), (_time, rounds), (_trace, traced), (_count, COUNTED))
    for send, times in passes:
        for number, subject in enumerate(shuffled(subjects, times), 1):
            send(client, subject, samples[subject.slug])
            if number % len(subjects) == 0:
                report()
    return samples


def total_rounds(rounds: int) -> int:
    """The rounds of all passes together."""
    return WARM_UP + rounds + min(MAX_TRACED, rounds) + COUNTED


def shuffled(subjects: Sequence[Subject], rounds: int) -> Iterator[Subject]:
    """Every subject once per round, so that none always runs after the same neighbour."""
    rng = random.Random(_SEED)  # noqa: S311 - guards nothing
    order = list(subjects)
    for _ in range(rounds):
        rng.shuffle(order)
        yield from order


def _warm_up(client: Client, subject: Subject, samples: Samples) -> None:
    client.send(subject.environ())


def _time(client: Client, subject: Subject, samples: Samples) -> None:
    environ = subject.environ()
    wall, cpu = perf_counter_ns(), thread_time_ns()
    client.send(environ)
    samples.cpu.append(thread_time_ns() - cpu)
    samples.wall.append(perf_counter_ns() - wall)


def _trace(client: Client, subject: Subject, samples: Samples) -> None:
    settings.TRACING = True
    try:
        environ = subject.environ()
        began = perf_counter_ns()
        body = client.send(environ)
        took = perf_counter_ns() - began
    finally:
        settings.TRACING = False
    samples.traces.append({**json.loads(body)["trace"], "wall_us": took / 1000})


def _count(client: Client, subject: Subject, samples: Samples) -> None:
    environ = subject.environ()
    calls = calls_of(partial(client.send, environ))
    # The smallest count: now and then Django or the database driver does some housekeeping.
    samples.calls = min(samples.calls or calls, calls)


def split(traces: Sequence[dict[str, Any]]) -> Split:
    """The mean share of each kind of step; the rest of the time is the framework's."""
    shares = [_shares(trace) for trace in traces]
    kinds = {kind: round(fmean(share[kind] for share in shares), 4) for kind in shares[0]}
    rest = round(1 - sum(kinds.values()), 4)
    return {
        "sql": kinds["sql"],
        "crypto": kinds["crypto"],
        "cache": kinds["cache"],
        "framework": rest,
    }


def _shares(trace: dict[str, Any]) -> dict[str, float]:
    spent = {"sql": 0.0, "crypto": 0.0, "cache": 0.0}
    for step in trace["steps"]:
        if step["kind"] in spent:
            spent[step["kind"]] += step["duration_us"] - _sql_within(step, trace["steps"])
    return {kind: time / trace["wall_us"] for kind, time in spent.items()}


def _sql_within(outer: dict[str, Any], steps: Sequence[dict[str, Any]]) -> float:
    """Microseconds of SQL inside another step, as of a cache in a table. They count as SQL only."""
    if outer["kind"] == "sql":
        return 0.0
    end = outer["start_us"] + outer["duration_us"]
    inner = (
        float(step["duration_us"])
        for step in steps
        if step["kind"] == "sql" and outer["start_us"] <= step["start_us"] < end
    )
    return sum(inner)


def queries(traces: Sequence[dict[str, Any]]) -> int:
    """SQL statements of a request: the median."""
    return int(median(trace["tally"]["sql"] for trace in traces))


def waited(samples: Samples) -> float:
    """The share of the wall time in which the requests had no processor. They ask no database."""
    return round(1 - sum(samples.cpu) / sum(samples.wall), 3)


def bytes_sent(traces: Sequence[dict[str, Any]]) -> int:
    """Bytes of the credential (``tracing.redaction.size``)."""
    return int(traces[-1]["credential"]["bytes"])
