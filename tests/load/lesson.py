"""A class of sixty in a lesson, in front of a demo: do all votes arrive, and how soon do all see?

``.venv/bin/python -m tests.load.lesson`` starts a demo of its own on loopback, with data that are
thrown away, and gives a lesson: sixty pupils ask where the class is as their page does, and vote
in each round of each step within some seconds. It prints how many votes arrived, how long the
last pupil waited for each move, and what the server took.
"""

import os
import random
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from threading import Barrier, Event
from typing import Any

import django
import httpx
import psutil
from rich.console import Console
from rich.table import Table

from tests.load.classroom import demo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "authdemo.settings")
os.environ.setdefault("DEMO", "1")
django.setup()  # without which the rest cannot be imported

from accounts.lesson import LESSONS, places  # noqa: E402

PUPILS = 60
MAX_SECONDS = 60.0  # for one place of the lesson
LESSON = "logged-out"
# As static/js/lesson/follow.js asks.
EVERY, SPREAD = 2.0, (0.75, 1.25)
VOTE_WITHIN = 5.0  # seconds after a question is seen
PATIENCE = 8.0
OPEN = {"question": 1, "again": 2}


@dataclass
class Seen:
    """What the pupils saw: appending is atomic."""

    #: for each version, when each pupil saw it
    moves: dict[int, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    votes: Counter[tuple[int, int]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Browser:
    """One browser: its cookies, and the token that its page has."""

    def __init__(self, site: str, seen: Seen) -> None:
        # The server closes an idle connection after two seconds; a browser asks again by itself.
        limits = httpx.Limits(keepalive_expiry=1)
        self._http = httpx.Client(base_url=site, timeout=PATIENCE, limits=limits, trust_env=False)
        self._seen = seen

    def ask(self, what: str, method: str, path: str, **more: Any) -> httpx.Response | None:
        """Send a request, and note what came of it."""
        began = time.monotonic()
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError:
            answer = None
        with self._seen.lock:
            self._seen.statuses[what, answer.status_code if answer else 0] += 1
            self._seen.latencies.append(time.monotonic() - began)
        return answer

    def post(self, what: str, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """Send a change, with the CSRF token of a page."""
        token = self.ask("csrf token", "GET", "/api/session/login/")
        headers = {"X-CSRFToken": token.json()["csrf_token"] if token else ""}
        return self.ask(what, "POST", path, json=body, headers=headers)


def attend(number: int, site: str, code: str, seen: Seen, ready: Barrier, over: Event) -> None:
    """Be a pupil until the lesson is over."""
    pupil, dice = Browser(site, seen), random.Random(number)  # noqa: S311
    page, api = f"/lesson/rooms/{code}/", f"/api/lesson/rooms/{code}/"
    pupil.ask("page", "GET", page)
    ready.wait()
    version = 1
    while not over.is_set():
        time.sleep(EVERY * dice.uniform(*SPREAD))
        answer = pupil.ask("poll", "GET", api)
        if answer is None or answer.status_code != httpx.codes.OK:
            continue
        state = answer.json()
        if state["version"] == version:
            continue
        version = state["version"]
        pupil.ask("page", "GET", page)
        with seen.lock:
            seen.moves.setdefault(version, []).append(time.monotonic())
        if round_ := OPEN.get(state["phase"]):
            time.sleep(dice.uniform(0, VOTE_WITHIN))
            body = {"step": state["step"], "round": round_, "answer": dice.randrange(2)}
            cast = pupil.post("vote", f"{api}vote/", body)
            if cast is not None and cast.status_code == httpx.codes.OK:
                with seen.lock:
                    seen.votes[state["step"], round_] += 1


def shown(steps: int) -> Iterator[tuple[int, str]]:
    """Where a class goes in that many steps."""
    for place in places(LESSONS[LESSON])[1:]:
        if place.step < steps:
            yield place.step, place.phase


@dataclass
class Lesson:
    """The teacher: opens the room, and moves on when all pupils have seen and voted."""

    site: str
    pupils: int
    seen: Seen = field(default_factory=Seen)
    waits: list[float] = field(default_factory=list)
    expected: int = 0
    counted: int = 0

    def give(self, steps: int) -> None:
        """Give so many steps."""
        teacher = Browser(self.site, Seen())
        teacher.ask("page", "GET", "/lesson/teachers/")
        opened = teacher.post("open", "/api/lesson/rooms/", {"lesson": LESSON})
        if opened is None:
            raise SystemExit("No room was opened.")
        code, ready, over = opened.json()["code"], Barrier(self.pupils + 1), Event()
        with ThreadPoolExecutor(self.pupils) as pool:
            done = [
                pool.submit(attend, number, self.site, code, self.seen, ready, over)
                for number in range(self.pupils)
            ]
            ready.wait()
            for version, (step, phase) in enumerate(shown(steps), 1):
                self._move(teacher, code, version, step, phase)
            over.set()
            for one in done:
                one.result()

    def _move(self, teacher: Browser, code: str, version: int, step: int, phase: str) -> None:
        api = f"/api/lesson/rooms/{code}/"
        body = {"version": version, "step": step, "phase": phase}
        moved, end = time.monotonic(), time.monotonic() + MAX_SECONDS
        teacher.post("move", f"{api}move/", body)
        arrived: list[float] = []
        votes = 0
        while time.monotonic() < end:
            time.sleep(0.25)
            arrived = self.seen.moves.get(version + 1, [])
            state = teacher.ask("poll", "GET", api)
            votes = state.json()["votes"] if state else votes
            if len(arrived) == self.pupils and (phase not in OPEN or votes == self.pupils):
                break
        self.expected += self.pupils * (phase in OPEN)
        self.counted += votes * (phase in OPEN)
        self.waits.append(max(arrived, default=end) - moved)


@dataclass
class Server:
    """What the demo's processes take."""

    parent: psutil.Process

    def cpu(self) -> float:
        """Seconds so far."""
        return sum(sum(one.cpu_times()[:2]) for one in self._all())

    def memory(self) -> float:
        """Mebibytes, of which each process's own part is counted (PSS)."""
        return sum(one.memory_full_info().pss for one in self._all()) / 2**20

    def _all(self) -> list[psutil.Process]:
        return self.parent.children(recursive=True)


def report(lesson: Lesson, seconds: float, cpu: float, memory: float) -> Table:
    """The figures."""
    latencies = sorted(lesson.seen.latencies)
    table = Table("what", "figure")
    rows = {
        "pupils": f"{lesson.pupils}",
        "votes that arrived": f"{lesson.counted} of {lesson.expected}",
        "until the last pupil sees a move, median s": f"{median(lesson.waits):.2f}",
        "until the last pupil sees a move, longest s": f"{max(lesson.waits):.2f}",
        "requests": f"{len(latencies)}",
        "request, median ms": f"{1000 * median(latencies):.1f}",
        "request, 99 % ms": f"{1000 * latencies[int(0.99 * len(latencies))]:.0f}",
        "server, CPU seconds per second": f"{cpu / seconds:.2f}",
        "server, memory MiB": f"{memory:.0f}",
        "seconds": f"{seconds:.0f}",
    }
    for what, figure in rows.items():
        table.add_row(what, figure)
    for (what, status), number in sorted(lesson.seen.statuses.items()):
        table.add_row(f"{what}, status {status}", f"{number}")
    return table


def main() -> None:
    """Give the lesson and print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=PUPILS)
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--postgres", action="store_true", help="On a private PostgreSQL.")
    options = parser.parse_args()
    with demo(*(["--postgres"] if options.postgres else [])) as (site, _):
        [parent] = psutil.Process().children()
        server = Server(parent)
        lesson = Lesson(site, min(options.pupils, PUPILS))
        began, cpu = time.monotonic(), server.cpu()
        lesson.give(min(options.steps, 5))
        seconds = time.monotonic() - began
        table = report(lesson, seconds, server.cpu() - cpu, server.memory())
    Console().print(table)


if __name__ == "__main__":
    main()
