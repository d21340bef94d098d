"""A Bloom filter of blacklisted ids, in the place of the set that holds them all."""

import threading
import uuid
from collections.abc import Iterable, Iterator

from rbloom import Bloom

from accounts.strategies._memory_feed import ID_SIZE, Chunk, Memory, Row

EXPECTED = 100_000  # rows at least; more make the filter say "perhaps" more often, never "no"
FALSE_POSITIVES = 0.001


class BloomMemory(Memory):
    """Says of an id that it is certainly not blacklisted, or that it perhaps is.

    180 kB for 100,000 ids, however long each is; it has room for twice as many as are loaded.
    Nothing can be taken out: ids that have expired stay until all are loaded again.
    """

    def __init__(self, leeway: float) -> None:
        super().__init__(leeway)
        self._filter = Bloom(EXPECTED, FALSE_POSITIVES)
        self._count = 0
        self._next: Bloom | None = None  # while all are loaded
        self._adding = threading.Lock()

    def __len__(self) -> int:
        return self._count

    def load(self, chunks: Iterable[Chunk], number: int) -> Iterator[bool]:
        found, count = Bloom(max(EXPECTED, 2 * number), FALSE_POSITIVES), 0
        with self._adding:
            self._next = found
        for chunk in chunks:
            ids = [chunk.ids[at : at + ID_SIZE] for at in range(0, len(chunk.ids), ID_SIZE)]
            found.update(ids)
            count += len(ids)
            yield chunk.is_last
        with self._adding:
            self._filter, self._next, self._count = found, None, count

    def add(self, rows: Iterable[Row]) -> None:
        with self._adding:
            for jti, _ in rows:
                self._filter.add(jti.bytes)
                self._count += 1
                if self._next is not None:
                    self._next.add(jti.bytes)

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is perhaps blacklisted."""
        return any(jti.bytes in self._filter for jti in ids)
