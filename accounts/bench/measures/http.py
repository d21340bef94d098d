"""The same requests over HTTP: a real server process, and a real client process, on loopback."""

import os
from collections.abc import Callable, Sequence

from accounts.bench.client import me_path
from accounts.bench.result import Http, Throughput
from accounts.bench.statistics import percentile
from accounts.bench.subjects import Subject
from accounts.services.gunicorn import Gunicorn
from accounts.services.load_generator import Load, LoadGenerator, Sent

MAX_SECONDS = 2.0  # of load for each strategy, in slices that take turns
SECONDS_PER_ROUND = 0.01
SLICES = 4
MAX_REQUESTS = 5000  # in a slice
THREADS = 2
CONNECTIONS = 2
_MILLISECOND = 1_000_000  # nanoseconds


def measure(subjects: Sequence[Subject], seconds: float, report: Callable[[], None]) -> Http:
    """Requests per second and latencies of each strategy; ``report`` is called per slice."""
    slices: dict[str, list[Sent]] = {subject.slug: [] for subject in subjects}
    with _server() as server, LoadGenerator() as client:

        def send(subject: Subject, seconds: float) -> Sent:
            return client.send(_load(subject, server.address, seconds))

        for subject in subjects:
            send(subject, seconds / SLICES / 2)  # warming up: connections, prepared SQL
        for _ in range(SLICES):
            for subject in subjects:
                slices[subject.slug].append(send(subject, seconds / SLICES))
                report()
    return {
        "server": f"gunicorn, 1 process with {THREADS} threads",
        "client": f"1 process, {CONNECTIONS} connections that stay open",
        "seconds_each": seconds,
        "strategies": [_throughput(slug, sent) for slug, sent in slices.items()],
    }


def _load(subject: Subject, address: str, seconds: float) -> Load:
    return {
        "url": address + me_path(subject.slug),
        "headers": subject.headers,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "max_requests": MAX_REQUESTS,
    }


def _server() -> Gunicorn:
    """The site as it is measured: untraced, and its connections stay open."""
    return Gunicorn(
        "accounts.bench.wsgi",
        threads=THREADS,
        keep_alive=60,
        environment={**os.environ, "TRACING": "0"},
    )


def seconds(rounds: int) -> float:
    """How long each strategy is under load; less in a short run."""
    return min(MAX_SECONDS, rounds * SECONDS_PER_ROUND)


def _throughput(slug: str, slices: Sequence[Sent]) -> Throughput:
    took = [sample for sent in slices for sample in sent["took_ns"]]
    rates = [round(len(sent["took_ns"]) / sent["seconds"], 1) for sent in slices]
    return {
        "slug": slug,
        "per_second": round(len(took) / sum(sent["seconds"] for sent in slices), 1),
        "low": min(rates),
        "high": max(rates),
        "p50_ms": round(percentile(took, 0.5) / _MILLISECOND, 2),
        "p99_ms": round(percentile(took, 0.99) / _MILLISECOND, 2),
        "requests": len(took),
    }
