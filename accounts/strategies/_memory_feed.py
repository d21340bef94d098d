"""The blacklisted ids in memory, and what a feed has to do to keep them current."""

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from math import ceil
from typing import NamedTuple

from accounts.strategies._sorted_ids import SortedIds

Row = tuple[uuid.UUID, float]
CHUNK = 10_000  # rows that are loaded at once: a request need not wait for more of them
_RECENT = 4096  # ids beside the sorted ones, until they are merged


class Chunk(NamedTuple):
    """Rows in the order of their ids: 16 bytes for each, and when each expires (epoch seconds)."""

    ids: bytes
    expires: Sequence[int]

    @property
    def is_last(self) -> bool:
        """Whether no more rows follow."""
        return len(self.expires) < CHUNK


class Memory:
    """Ids that are blacklisted, each until it expires; times in epoch seconds. Thread-safe."""

    def __init__(self, leeway: float) -> None:
        self._leeway = leeway
        self._sorted = SortedIds()
        self._recent: dict[uuid.UUID, float] = {}
        self._first = float("inf")  # of the recent ones, to expire
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """So many; of the sorted ones some may have expired since the last merge."""
        return len(self._recent) + len(self._sorted)

    @property
    def since(self) -> float:
        """Rows that expired before this moment need not be remembered."""
        return time.time() - self._leeway

    def load(self, chunks: Iterable[Chunk], number: int) -> Iterator[bool]:
        """Remember all rows of the table, about so many; what was added meanwhile stays.

        Yields after each chunk whether it is the last: the rows count once all were taken.
        """
        found = SortedIds()
        for chunk in chunks:
            # A token is accepted until its exp plus the leeway. If it were forgotten earlier, it
            # would be accepted again.
            found.extend(chunk.ids, (ceil(end + self._leeway) for end in chunk.expires))
            yield chunk.is_last
        with self._lock:
            self._sorted = found

    def add(self, rows: Iterable[Row]) -> None:
        """Remember rows; a row that is known already changes nothing."""
        now = time.time()
        with self._lock:
            for jti, expires in rows:
                if not self._sorted.holds(jti, now):
                    self._recent[jti] = expires + self._leeway
                    self._first = min(self._first, expires + self._leeway)
                if len(self._recent) >= _RECENT:
                    self._merge(now)
        self._forget_expired()

    def _merge(self, now: float) -> None:
        # In this order: who looks for an id looks among the recent ones first.
        self._sorted = self._sorted.merged(self._recent, now)
        self._recent, self._first = {}, float("inf")

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is blacklisted."""
        self._forget_expired()
        now = time.time()
        return any(jti in self._recent or self._sorted.holds(jti, now) for jti in ids)

    def _forget_expired(self) -> None:
        if self._first > (now := time.time()):
            return
        with self._lock:
            self._recent = {jti: end for jti, end in self._recent.items() if end > now}
            self._first = min(self._recent.values(), default=float("inf"))


class Feed(ABC):
    """Keeps a memory in step with the table."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    @abstractmethod
    def is_current(self) -> bool:
        """Whether the memory knows every row that was committed. Called for every request."""

    def close(self) -> None:
        """Stop, and give the connection back."""


class NoFeed(Feed):
    """For a database that does not tell us of new rows: the table is asked for every request."""

    def is_current(self) -> bool:
        return False
