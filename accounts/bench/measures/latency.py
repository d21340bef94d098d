"""The same requests with the database some milliseconds away, where round trips matter."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from statistics import median
from time import perf_counter_ns, sleep
from typing import Any

from django.db import connection

from accounts.bench.client import Client
from accounts.bench.measures.requests import shuffled
from accounts.bench.result import LatencyStep
from accounts.bench.statistics import NS_PER_US, median_us
from accounts.bench.subjects import Subject

PINGS = 50
WARM_UP = 8  # more than psycopg's prepare_threshold of 5, so that statements are prepared


def measure(
    subjects: Sequence[Subject], milliseconds: float, rounds: int, report: Callable[[], None]
) -> LatencyStep:
    """Wall time per request. On PostgreSQL the runner has put a delay before the database."""
    samples: dict[str, list[int]] = {subject.slug: [] for subject in subjects}
    client = Client()
    with _statements_wait(milliseconds) if connection.vendor == "sqlite" else nullcontext():
        for subject in shuffled(subjects, WARM_UP):
            client.send(subject.environ())
        for subject in shuffled(subjects, rounds):
            environ = subject.environ()
            began = perf_counter_ns()
            client.send(environ)
            samples[subject.slug].append(perf_counter_ns() - began)
            report()
        measured = _round_trip_ms()
    return {
        "asked_ms": milliseconds,
        "measured_ms": measured,
        "wall_us": {slug: median_us(taken) for slug, taken in samples.items()},
    }


@contextmanager
def _statements_wait(milliseconds: float) -> Iterator[None]:
    def wait(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        sleep(milliseconds / 1000)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wait):
        yield


def _round_trip_ms() -> float:
    """Milliseconds of the smallest statement: the distance as measured."""
    took = []
    for _ in range(PINGS):
        began = perf_counter_ns()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        took.append(perf_counter_ns() - began)
    return round(median(took) / NS_PER_US / 1000, 2)
