"""The blacklisted ids in memory, and what a feed has to do to keep them current."""

import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from accounts.strategies._sorted_ids import SortedIds

Row = tuple[uuid.UUID, float]
CHUNK = 10_000  # rows that are loaded at once: a request need not wait for more of them
ID_SIZE = 16  # bytes
_RECENT = 4096  # ids beside the sorted ones, until they are merged


class Chunk(NamedTuple):
    """Rows in the order of their ids, 16 bytes for each.

    ``latest`` is when the last of some rows expires (epoch seconds, rounded up). They need not be
    the same rows, but those of all chunks are all.
    """

    ids: bytes
    latest: int

    @property
    def is_last(self) -> bool:
        """Whether no more rows follow."""
        return len(self.ids) < ID_SIZE * CHUNK


class Memory:
    """Ids that are blacklisted, each until it expires; times in epoch seconds. Thread-safe.

    A token is accepted until its exp plus the leeway. If its id were forgotten earlier, it would be
    accepted again.
    """

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

        Each is remembered until the last of them expires: to read when each one does takes several
        times as long, and to remember an id for too long does no harm.

        Yields after each chunk whether it is the last: the rows count once all were taken.
        """
        found, latest = SortedIds(), 0
        for chunk in chunks:
            latest = max(latest, chunk.latest)
            found.extend(chunk.ids, latest)
            yield chunk.is_last
        found.hold_until(latest)
        with self._lock:
            self._sorted = found

    def add(self, rows: Iterable[Row]) -> None:
        """Remember rows; a row that is known already changes nothing."""
        since = self.since
        with self._lock:
            for jti, expires in rows:
                if not self._sorted.holds(jti, max(since, expires - 1)):
                    self._recent[jti] = expires
                    self._first = min(self._first, expires)
                if len(self._recent) >= _RECENT:
                    self._merge(since)
        self._forget_expired()

    def _merge(self, since: float) -> None:
        # In this order: who looks for an id looks among the recent ones first.
        self._sorted = self._sorted.merged(self._recent, since)
        self._recent, self._first = {}, float("inf")

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is blacklisted."""
        self._forget_expired()
        since = self.since
        return any(jti in self._recent or self._sorted.holds(jti, since) for jti in ids)

    def _forget_expired(self) -> None:
        if self._first > (since := self.since):
            return
        with self._lock:
            self._recent = {jti: end for jti, end in self._recent.items() if end > since}
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
