"""The same requests over HTTP: a real server process, and a real client process, on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from typing import Any

from django.conf import settings

from accounts.bench.client import me
from accounts.bench.result import Http, Served
from accounts.bench.statistics import percentile
from accounts.bench.subjects import Subject
from accounts.services.processes import die_with_parent

SECONDS = 2.0  # of load for each strategy at the most, in slices that take turns
SECONDS_A_ROUND = 0.01
SLICES = 4
MOST = 5000  # requests in a slice
THREADS = 2
CONNECTIONS = 2
START_TIMEOUT = 30
_MILLISECOND = 1_000_000  # nanoseconds


class ServerFailed(RuntimeError):
    """The web server did not start."""


def measure(subjects: Sequence[Subject], seconds: float, report: Callable[[], None]) -> Http:
    """Requests per second and latencies of each strategy; ``report`` is called per slice."""
    answers: dict[str, list[dict[str, Any]]] = {subject.slug: [] for subject in subjects}
    with _gunicorn() as port:
        for subject in subjects:
            _load(subject, port, seconds / SLICES / 2)  # warming up: connections, prepared SQL
        for _ in range(SLICES):
            for subject in subjects:
                answers[subject.slug].append(_load(subject, port, seconds / SLICES))
                report()
    return {
        "server": f"gunicorn, 1 process with {THREADS} threads",
        "client": f"1 process, {CONNECTIONS} connections that stay open",
        "seconds_each": seconds,
        "strategies": [_served(slug, found) for slug, found in answers.items()],
    }


def seconds(rounds: int) -> float:
    """How long each strategy is under load: in a short run, not for long."""
    return min(SECONDS, rounds * SECONDS_A_ROUND)


def _served(slug: str, answers: Sequence[dict[str, Any]]) -> Served:
    took = [sample for answer in answers for sample in answer["took_ns"]]
    return {
        "slug": slug,
        "per_second": round(len(took) / sum(answer["seconds"] for answer in answers), 1),
        "p50_ms": round(percentile(took, 0.5) / _MILLISECOND, 2),
        "p99_ms": round(percentile(took, 0.99) / _MILLISECOND, 2),
        "requests": len(took),
    }


def _load(subject: Subject, port: int, seconds: float) -> dict[str, Any]:
    order = {
        "port": port,
        "path": me(subject.slug),
        "headers": subject.headers,
        "connections": CONNECTIONS,
        "seconds": seconds,
        "most": MOST,
    }
    # The order comes by the standard input: other users of the machine can read a command line.
    done = subprocess.run(
        [sys.executable, "-m", "accounts.services.load_generator"],
        cwd=settings.BASE_DIR,
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + START_TIMEOUT,
        preexec_fn=die_with_parent(signal.SIGKILL),
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def _gunicorn() -> Iterator[int]:
    """The site behind gunicorn on a free port, which is given."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "gunicorn",
                *_arguments(listener),
                "accounts.bench.programs.wsgi",
            ],
            cwd=settings.BASE_DIR,
            env={**os.environ, "TRACING": "0"},
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
        )
    try:
        _wait_until_ready(server, port)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(START_TIMEOUT)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _arguments(listener: socket.socket) -> list[str]:
    return [
        f"--bind=fd://{listener.fileno()}",
        "--workers=1",
        "--worker-class=gthread",
        f"--threads={THREADS}",
        "--keep-alive=60",
        "--graceful-timeout=1",
        "--log-level=error",
        "--no-control-socket",
    ]


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end and server.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=START_TIMEOUT)
        with suppress(OSError):
            connection.request("GET", me("floor"), headers={"Authorization": "Bearer nobody"})
            connection.getresponse().read()
            return
        connection.close()
        time.sleep(0.05)
    raise ServerFailed("gunicorn did not start")
