"""The same requests with the database some milliseconds away: when a round trip matters."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from statistics import median
from time import perf_counter_ns, sleep
from typing import Any

from django.db import connection

from accounts.bench.client import Sender
from accounts.bench.measures.requests import shuffled
from accounts.bench.result import Distance
from accounts.bench.statistics import NANOSECONDS, microseconds
from accounts.bench.subjects import Subject

PINGS = 50
WARM_UP = 8  # beyond psycopg's threshold: a statement is prepared by then
HOW = {
    "postgresql": "a proxy in front of the database holds every message to it back",
    "sqlite": "SQLite is a library in the same process; every statement waits as if it were not",
}


def measure(
    subjects: Sequence[Subject], milliseconds: float, rounds: int, report: Callable[[], None]
) -> Distance:
    """Wall time per request. On PostgreSQL the runner has put the database at that distance."""
    samples: dict[str, list[int]] = {subject.slug: [] for subject in subjects}
    sender = Sender()
    with _statements_wait(milliseconds) if connection.vendor == "sqlite" else nullcontext():
        for subject in shuffled(subjects, WARM_UP):
            sender.send(subject.environ())
        for subject in shuffled(subjects, rounds):
            environ = subject.environ()
            began = perf_counter_ns()
            sender.send(environ)
            samples[subject.slug].append(perf_counter_ns() - began)
            report()
        measured = _round_trip()
    return {
        "asked_ms": milliseconds,
        "measured_ms": measured,
        "wall_us": {slug: microseconds(taken) for slug, taken in samples.items()},
    }


@contextmanager
def _statements_wait(milliseconds: float) -> Iterator[None]:
    def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        sleep(milliseconds / 1000)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wait):
        yield


def _round_trip() -> float:
    """Milliseconds of the smallest statement: the distance as it really was."""
    took = []
    for _ in range(PINGS):
        began = perf_counter_ns()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        took.append(perf_counter_ns() - began)
    return round(median(took) / NANOSECONDS / 1000, 2)
