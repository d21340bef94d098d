"""Runs one worker after the other on a temporary database, and puts the result together."""

import os
import secrets
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from accounts.bench.goals import goals
from accounts.bench.options import Options
from accounts.bench.result import FORMAT, Result, SiteCalls
from accounts.services import Service, ServiceError
from accounts.services.delay_proxy import DelayProxy
from accounts.services.json_lines import JsonLines
from accounts.services.temporary import temporary_database

# How the database is put at a distance, by the database's name.
_HOW_DELAYED = {
    "postgres": "a proxy in front of the database holds every message to it back",
    "sqlite": "SQLite is a library in the same process; every statement waits as if it were not",
}
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")


class BenchError(RuntimeError):
    """The run failed; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage of the run is."""

    stage: str
    done: int
    total: int


def bench(options: Options) -> Iterator[Progress | Result]:
    """Measure; yields progress, and the result last. To be called from the main thread.

    Raises:
        BenchError: a worker or the database failed.
    """
    began, made = time.monotonic(), datetime.now(UTC)
    try:
        with temporary_database(options.database) as database:
            parts = yield from _parts(options, database.address)
    except ServiceError as error:
        raise BenchError(str(error)) from None
    result = {
        "format": FORMAT,
        "made": made.isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - began, 1),
        "command": options.command,
        "database": options.database,
        "rounds": options.rounds,
        **parts,
    }
    yield cast(Result, {**result, "goals": goals(cast(Result, result))})


def site_calls(database: str) -> SiteCalls:
    """The function calls of requests to the site, and nothing else: a matter of seconds.

    Raises:
        BenchError: the worker or the database failed.
    """
    try:
        with (
            temporary_database(database) as server,
            _worker(server.address, "calls", Options(database=database)) as worker,
        ):
            [line] = worker.lines()
    except ServiceError as error:
        raise BenchError(str(error)) from None
    return cast(SiteCalls, line["result"])


Work = Generator[Progress, None, Any]  # yields progress, and returns what was measured


def _parts(options: Options, url: str) -> Work:
    """One job after the other."""
    parts = yield from _work(url, "requests", options)
    parts |= {"growth": None, "latency": None, "http": None}
    if options.latency:
        parts["latency"] = yield from _latency(options, url)
    if options.http:
        parts["http"] = yield from _work(url, "http", options)
    if options.growth:
        parts["growth"] = yield from _work(url, "growth", options)
    return parts


def _latency(options: Options, url: str) -> Work:
    steps = []
    for milliseconds in options.latency:
        with _delayed(url, milliseconds) as proxy:
            address = proxy.address if proxy else url
            steps.append((yield from _work(address, "latency", options, f"{milliseconds:g}")))
    how = _HOW_DELAYED[options.database]
    return {"how": how, "rounds": options.latency_rounds, "steps": steps}


def _delayed(url: str, milliseconds: float) -> AbstractContextManager[Service | None]:
    """The same database some milliseconds away; on SQLite the worker itself waits."""
    return DelayProxy(url, milliseconds) if url.startswith("postgres") else nullcontext()


def _work(url: str, job: str, options: Options, *more: str) -> Work:
    """Run a worker to its end."""
    result = None
    with _worker(url, job, options, *more) as worker:
        try:
            for line in worker.lines():
                if "result" in line:
                    result = line["result"]
                else:
                    yield Progress(**line)
        except ServiceError as error:
            raise BenchError(f"The worker for {job} failed: {error}") from None
    if result is None:
        raise BenchError(f"The worker for {job} ended without a result.")
    return result


def _worker(url: str, job: str, options: Options, *more: str) -> JsonLines:
    command = [sys.executable, "-m", "accounts.bench.worker", job, options.as_json(), *more]
    return JsonLines(command, environment=worker_environment(url))


def worker_environment(url: str) -> dict[str, str]:
    """A worker's environment: a database and a key of its own, nothing of the site's."""
    return {
        **{name: os.environ[name] for name in _INHERITED if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "authdemo.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEMO": "1",  # plain HTTP within this process, and the cookies' plain names
        "TRACING": "0",
        "PYTHONHASHSEED": "0",
    }
