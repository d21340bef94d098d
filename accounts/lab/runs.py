"""Running many scenarios side by side, and keeping what came of them for a visitor."""

import threading
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import timedelta
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import connections
from django.utils import timezone

from accounts.lab.events._base import Event
from accounts.lab.report import Report
from accounts.lab.scenario import Pair, find_pair, run_scenario, takes_time
from accounts.lab.turns import Turn, Waiting, turn_ask
from accounts.models import Run
from accounts.site.throttle import Throttled
from accounts.strategies import Strategy

MAX_PARALLEL = 3  # scenarios of a run that act at the same time; those that wait do not count
MAX_RUNS = 4  # at the same time in one process
_MAX_WAITING = 24  # scenarios that wait for a credential to expire; each holds a thread
_PULSE = 2.0  # seconds between two calls of ``pulse`` while no report comes


class Stopped(Exception):
    """Nobody wants the report any more."""


def run_scenarios(
    pairs: Iterable[tuple[type[Strategy] | str, type[Event] | str]],
    *,
    workers: int = 2,
    pulse: Callable[[], object] = bool,
) -> Generator[Report, None, None]:
    """Play pairs, ``workers`` at a time, and give each report as it is ready.

    Those that have to wait for a credential to expire begin first. Closing the iterator stops it:
    what has not begun does not begin, and what waits stops waiting. ``pulse`` is called every few
    seconds.
    """
    known = [find_pair(*pair) for pair in pairs]
    pool = _ThreadPool(sorted(known, key=_waits, reverse=True), workers)
    try:
        pool.start(workers + min(_MAX_WAITING, sum(map(_waits, known))))
        for _ in known:
            yield pool.next_report(pulse)
    finally:
        pool.stop()


def _waits(pair: Pair) -> bool:
    try:
        return takes_time(*pair)
    except Exception:  # noqa: BLE001
        return False  # it cannot even declare: its own cell will say why


class _ThreadPool:
    """Threads that run scenarios, ``workers`` at once; to let time pass needs no slot."""

    def __init__(self, pairs: Iterable[Pair], workers: int) -> None:
        self.reports: SimpleQueue[Report] = SimpleQueue()
        self._pairs = deque(pairs)
        self._slots = threading.BoundedSemaphore(workers)
        self._mine = threading.local()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, size: int) -> None:
        """Start that many threads, or one for each pair."""
        for _ in range(min(size, len(self._pairs))):
            thread = threading.Thread(target=self._work, name="scenario", daemon=True)
            thread.start()
            self._threads.append(thread)

    def next_report(self, pulse: Callable[[], object]) -> Report:
        """Wait for a report, with a pulse now and then."""
        while True:
            pulse()
            try:
                return self.reports.get(timeout=_PULSE)
            except Empty:
                continue

    def _work(self) -> None:
        try:
            while pair := self._next():
                self.reports.put(run_scenario(*pair, pause=self._pause))
                self._release()
        finally:
            self._release()
            connections.close_all()

    def _next(self) -> Pair | None:
        """Take a slot, and the next pair; None when there is nothing left to play."""
        self._slots.acquire()
        self._mine.slot = True
        return self._pairs.popleft() if self._pairs and not self._stopped.is_set() else None

    def _release(self) -> None:
        if getattr(self._mine, "slot", False):
            self._mine.slot = False
            self._slots.release()

    def _pause(self, seconds: float) -> None:
        # A thread that has finished waiting does not queue for a slot again: only one or two
        # requests remain, and their delay is what we measure. It also gives up its database
        # connection while it waits; otherwise a few parallel runs would exhaust PostgreSQL's.
        connections.close_all()
        self._release()
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """Wake the threads that wait, let none begin, and wait for all to end."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()


def runs_allow(visitor: uuid.UUID, number: int) -> None:
    """Check that a visitor may play so many more scenarios now.

    Counted by the rows that are kept anyway. Requests that race may exceed the limit by what they
    ask for; a visitor has one turn for few cells and one for many at a time.

    Raises:
        Throttled: not within this window.
    """
    limit, seconds = settings.LIMITS["lab-runs"]
    now, window = timezone.now(), timedelta(seconds=seconds)
    if number > limit:
        raise Throttled(seconds)
    recent = Run.objects.filter(visitor=visitor, created__gt=now - window).order_by("-created")
    # Index of the run that has to leave the window before `number` more fit.
    last = limit - number
    if blocking := recent.values_list("created", flat=True)[last : last + 1]:
        raise Throttled(max(1, int((blocking[0] + window - now).total_seconds())))


class RunStream:
    """Scenarios that are played in a visitor's turn while one iterates. Close it in any case.

    Each stream holds a thread of the server until it is over or closed. With every thread taken
    nobody could even log out, so ``MAX_RUNS`` limits the streams of a process, beside the slots
    that all processes share.
    """

    _room = threading.BoundedSemaphore(MAX_RUNS)

    def __init__(
        self, pairs: Iterable[tuple[str, str]], *, visitor: uuid.UUID, client: str, turn: Turn
    ) -> None:
        self._open = ExitStack()
        self._open.callback(self._room.release)
        self._open.callback(turn.end)
        runs = _run_and_keep(pairs, visitor=visitor, client=client, pulse=turn.pulse)
        self._runs = self._open.enter_context(closing(runs))

    @classmethod
    def begin(
        cls, pairs: Sequence[tuple[str, str]], *, visitor: uuid.UUID, client: str
    ) -> "RunStream | Waiting":
        """Begin if it is the visitor's turn, or tell the place in the line.

        ``client`` is the digest of its address, of which a share of the runs is kept.

        Raises:
            Throttled: the line is full.
        """
        has_room = cls._room.acquire(blocking=False)
        turn: Turn | Waiting | None = None
        try:
            turn = turn_ask(visitor, cells=len(pairs), may_begin=has_room)
        finally:
            if has_room and not isinstance(turn, Turn):
                cls._room.release()
        if isinstance(turn, Turn):
            return cls(pairs, visitor=visitor, client=client, turn=turn)
        return turn

    def __iter__(self) -> Iterator[Run]:
        return self._runs

    def close(self) -> None:
        """End the run; what has not begun does not begin. May be called twice."""
        self._open.close()


def _run_and_keep(
    pairs: Iterable[tuple[str, str]],
    *,
    visitor: uuid.UUID,
    client: str,
    pulse: Callable[[], object],
) -> Generator[Run, None, None]:
    batch = uuid.uuid4()
    with closing(run_scenarios(pairs, workers=MAX_PARALLEL, pulse=pulse)) as reports:
        for report in reports:
            yield run_keep(report, visitor=visitor, client=client, batch=batch)


def runs_share(reports: Iterable[Report]) -> None:
    """Keep reports for every visitor of the lab who has none of their own."""
    batch = uuid.uuid4()
    for report in reports:
        run_keep(report, visitor=None, batch=batch)


def run_keep(
    report: Report, *, visitor: uuid.UUID | None, batch: uuid.UUID, client: str = ""
) -> Run:
    """Keep a report: for its visitor, or shared with everybody (None)."""
    content = report.as_dict()
    transcript = content.pop("transcript")
    return Run.objects.create(
        visitor=visitor,
        client=client,
        batch=batch,
        strategy=report.strategy,
        event=report.event,
        database=report.database,
        report=content,
        transcript=transcript,
    )
