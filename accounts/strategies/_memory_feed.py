"""The set of blacklisted ids in memory, and what a feed has to do to keep it current."""

import heapq
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable

Row = tuple[uuid.UUID, float]


class Memory:
    """Ids that are blacklisted, each until it expires; times in epoch seconds. Thread-safe."""

    def __init__(self, leeway: float) -> None:
        self._leeway = leeway
        self._listed: set[uuid.UUID] = set()
        self._ends: list[tuple[float, uuid.UUID]] = []
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._listed)

    @property
    def since(self) -> float:
        """Rows that expired before this moment need not be remembered."""
        return time.time() - self._leeway

    def add(self, rows: Iterable[Row]) -> None:
        """Remember rows; a row that is known already changes nothing."""
        with self._lock:
            for jti, expires in rows:
                if jti not in self._listed:
                    self._listed.add(jti)
                    # A token is accepted until its exp plus the leeway. If it were forgotten
                    # earlier, it would be accepted again.
                    heapq.heappush(self._ends, (expires + self._leeway, jti))
        self._forget_expired()

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is blacklisted."""
        self._forget_expired()
        return not self._listed.isdisjoint(ids)

    def _forget_expired(self) -> None:
        now = time.time()
        if not self._ends or self._ends[0][0] > now:
            return
        with self._lock:
            while self._ends and self._ends[0][0] <= now:
                self._listed.discard(heapq.heappop(self._ends)[1])


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
