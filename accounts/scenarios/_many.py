"""Playing many scenarios at once: who waits for time to pass makes room for the others."""

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from django.db import connections

from accounts.events import Event, events
from accounts.scenarios._play import expected, play
from accounts.scenarios._report import Report
from accounts.strategies import Outcome, Strategy, strategies

_WAITING = 24  # scenarios that may be waiting beside those that are played

Pair = tuple[type[Strategy] | str, type[Event] | str]


class Stopped(Exception):
    """Nobody wants the report any more."""


class _Floor:
    """Lets ``room`` scenarios act at once; waiting needs no room."""

    def __init__(self, room: int) -> None:
        self._room = threading.BoundedSemaphore(room)
        self._stop = threading.Event()

    def play(self, pair: Pair) -> Report:
        """Play a pair, and give this thread's database connection back."""
        try:
            with self._room:
                self._check()
                return play(*pair, pause=self._pause)
        finally:
            connections.close_all()

    def _pause(self, seconds: float) -> None:
        self._room.release()
        try:
            self._stop.wait(seconds)
        finally:
            self._room.acquire()
        self._check()

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def stop(self) -> None:
        """Wake those who wait, and let nobody begin."""
        self._stop.set()


def all_pairs() -> list[Pair]:
    """Every strategy with every event, in the order of the registries."""
    return [(strategy, event) for strategy in strategies for event in events]


def play_many(pairs: Iterable[Pair], *, workers: int = 2) -> Iterator[Report]:
    """Play pairs, ``workers`` at a time, and give each report as it is ready.

    Those that have to wait for a credential to run out begin first. Closing the iterator stops it:
    what has not begun does not begin, and who waits stops waiting.
    """
    floor = _Floor(workers)
    pool = ThreadPoolExecutor(workers + _WAITING, thread_name_prefix="scenario")
    try:
        ordered = sorted(pairs, key=_waits, reverse=True)
        for done in as_completed([pool.submit(floor.play, pair) for pair in ordered]):
            yield done.result()
    finally:
        floor.stop()
        pool.shutdown(cancel_futures=True)


def _waits(pair: Pair) -> bool:
    strategy, event = pair
    played = strategies[strategy] if isinstance(strategy, str) else strategy
    happening = events[event] if isinstance(event, str) else event
    return happening.ages or expected(played, happening).thief is Outcome.LATER
