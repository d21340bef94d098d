"""Playing many scenarios at once: who waits for time to pass makes room for the others."""

import threading
from collections import deque
from collections.abc import Generator, Iterable
from queue import SimpleQueue

from django.db import connections

from accounts.lab.events import Event, events
from accounts.lab.report import Report
from accounts.lab.scenario import expected, play
from accounts.strategies import Outcome, Strategy, strategies

_MOST_WAITING = 24  # each holds a thread

Pair = tuple[type[Strategy], type[Event]]


class Stopped(Exception):
    """Nobody wants the report any more."""


def all_pairs() -> list[Pair]:
    """Every strategy with every event, in the order of the registries."""
    return [(strategy, event) for strategy in strategies for event in events]


def play_many(
    pairs: Iterable[tuple[type[Strategy] | str, type[Event] | str]], *, workers: int = 2
) -> Generator[Report, None, None]:
    """Play pairs, ``workers`` at a time, and give each report as it is ready.

    Those that have to wait for a credential to run out begin first. Closing the iterator stops it:
    what has not begun does not begin, and who waits stops waiting.
    """
    known = [_resolved(*pair) for pair in pairs]
    company = _Company(sorted(known, key=_waits, reverse=True), workers)
    try:
        company.start(workers + min(_MOST_WAITING, sum(map(_waits, known))))
        for _ in known:
            yield company.reports.get()
    finally:
        company.stop()


class _Company:
    """Threads that play: ``workers`` act at once, and waiting for time to pass needs no room."""

    def __init__(self, pairs: Iterable[Pair], workers: int) -> None:
        self.reports: SimpleQueue[Report] = SimpleQueue()
        self._pairs = deque(pairs)
        self._room = threading.BoundedSemaphore(workers)
        self._mine = threading.local()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, size: int) -> None:
        """Start that many threads."""
        for _ in range(min(size, len(self._pairs))):
            thread = threading.Thread(target=self._work, name="scenario", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _work(self) -> None:
        try:
            while pair := self._next():
                self.reports.put(play(*pair, pause=self._pause))
                self._leave()
        finally:
            self._leave()
            connections.close_all()

    def _next(self) -> Pair | None:
        """Take room, and the next pair; None when there is nothing left to play."""
        self._room.acquire()
        self._mine.room = True
        return self._pairs.popleft() if self._pairs and not self._stopped.is_set() else None

    def _leave(self) -> None:
        if getattr(self._mine, "room", False):
            self._mine.room = False
            self._room.release()

    def _pause(self, seconds: float) -> None:
        # Who comes back does not ask for room again: what is left is a request or two, and how long
        # it took until then is being measured. Nor does who waits keep a connection: a few runs at
        # once would take all that PostgreSQL has.
        connections.close_all()
        self._leave()
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """Wake those who wait, let nobody begin, and see everybody off."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()


def _resolved(strategy: type[Strategy] | str, event: type[Event] | str) -> Pair:
    return (
        strategies[strategy] if isinstance(strategy, str) else strategy,
        events[event] if isinstance(event, str) else event,
    )


def _waits(pair: Pair) -> bool:
    strategy, event = pair
    try:
        return event.ages or expected(strategy, event).thief is Outcome.LATER
    except Exception:  # noqa: BLE001
        return False  # it cannot even declare: its own cell will say why
