"""A Bloom filter of blacklisted ids, in the place of the set that holds them all."""

import threading
import uuid
from collections.abc import Iterable

from rbloom import Bloom

from accounts.strategies._memory_feed import Memory, Row

EXPECTED = 100_000  # rows; more of them make the filter say "perhaps" more often, never "no"
FALSE_POSITIVES = 0.001


class BloomMemory(Memory):
    """Says of an id that it is certainly not blacklisted, or that it perhaps is.

    180 kB for 100,000 ids, however long each is. Nothing can be taken out: ids that have expired
    stay until the process starts again.
    """

    def __init__(self, leeway: float) -> None:
        super().__init__(leeway)
        self._filter = Bloom(EXPECTED, FALSE_POSITIVES)
        self._count = 0
        self._adding = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def add(self, rows: Iterable[Row]) -> None:
        with self._adding:
            for jti, _ in rows:
                self._filter.add(jti)
                self._count += 1

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is perhaps blacklisted."""
        return any(jti in self._filter for jti in ids)
