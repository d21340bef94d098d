"""Runs the workers on a temporary database, and puts a result together."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

from django.conf import settings

from accounts.bench.goals import goals
from accounts.bench.measures import latency
from accounts.bench.options import Options
from accounts.bench.programs.worker import arguments, latency_rounds
from accounts.bench.result import FORMAT, Result
from accounts.services.delay_proxy import SOCKET
from accounts.services.postgres import PostgresError
from accounts.services.processes import die_with_parent
from accounts.services.temporary import throwaway_database

VENDORS = {"sqlite": "sqlite", "postgres": "postgresql"}
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
_START = 10  # seconds for the proxy to listen


class BenchError(RuntimeError):
    """The run could not be made; the text is one line that says why."""


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
        with throwaway_database(options.database) as url:
            parts = yield from _parts(options, url)
    except PostgresError as error:
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


Working = Generator[Progress, None, Any]


def _parts(options: Options, url: str) -> Working:
    """One job after the other; returns what they measured."""
    parts = yield from _work(url, "requests", options)
    parts |= {"growth": None, "latency": None, "http": None}
    if options.latency:
        parts["latency"] = yield from _latency(options, url)
    if options.http:
        parts["http"] = yield from _work(url, "http", options)
    if options.growth:
        parts["growth"] = yield from _work(url, "growth", options)
    return parts


def _latency(options: Options, url: str) -> Working:
    steps = []
    for milliseconds in options.latency:
        with _at_distance(url, milliseconds) as distant:
            steps.append((yield from _work(distant, "latency", options, f"{milliseconds:g}")))
    how = latency.HOW[VENDORS[options.database]]
    return {"how": how, "rounds": latency_rounds(options), "steps": steps}


def _work(url: str, job: str, options: Options, *more: str) -> Working:
    """Run a worker; returns its result."""
    process = subprocess.Popen(
        arguments(job, options, *more),
        cwd=settings.BASE_DIR,
        env=environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )
    result = None
    try:
        for line in process.stdout or ():
            found = json.loads(line)
            if "result" in found:
                result = found["result"]
            else:
                yield Progress(**found)
        if process.wait() or result is None:
            raise BenchError(f"The worker for {job} failed: {_reason(process)}")
        return result
    finally:
        process.kill()
        process.communicate()


def _reason(process: "subprocess.Popen[str]") -> str:
    said = process.stderr.read().strip().splitlines() if process.stderr else []
    return said[-1] if said else f"it ended with status {process.returncode}"


def environment(url: str) -> dict[str, str]:
    """What a worker finds: a database and keys of its own, nothing of the site's."""
    return {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        "DJANGO_SETTINGS_MODULE": "authdemo.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEMO": "1",  # plain HTTP within this process, and the cookies' plain names
        "TRACING": "0",
        "PYTHONHASHSEED": "0",
    }


@contextmanager
def _at_distance(url: str, milliseconds: float) -> Iterator[str]:
    """The same database some milliseconds away; on SQLite the worker itself waits."""
    if not url.startswith("postgres"):
        yield url
        return
    [target] = parse_qs(urlsplit(url).query)["host"]
    with tempfile.TemporaryDirectory(prefix="authdemo-") as folder:
        proxy = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "accounts.services.delay_proxy",
                str(milliseconds),
                folder,
                target,
            ],
            cwd=settings.BASE_DIR,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509
        )
        try:
            _wait_for(Path(folder, SOCKET), proxy)
            yield url.replace(quote(target, safe=""), quote(folder, safe=""))
        finally:
            proxy.kill()
            proxy.wait()


def _wait_for(socket: Path, proxy: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START
    while not socket.exists():
        if proxy.poll() is not None or time.monotonic() > end:
            raise BenchError("The proxy that puts the database at a distance did not start.")
        time.sleep(0.01)
