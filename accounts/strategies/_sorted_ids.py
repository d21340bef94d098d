"""Many ids in little memory: sorted arrays in place of a set, which takes ten times as much."""

import sys
import uuid
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from itertools import compress
from math import ceil

_HALF = 64  # bits of an id in each of the two arrays
_LOW = (1 << _HALF) - 1


class SortedIds:
    """Ids in their order, each until a moment in epoch seconds: 20 bytes for each.

    ``high`` and ``low`` are the halves of the ids, ``until`` the moments.
    """

    def __init__(self) -> None:
        self.high, self.low, self.until = array("Q"), array("Q"), array("I")

    def __len__(self) -> int:
        return len(self.high)

    def extend(self, ids: bytes, until: int) -> None:
        """Add ids of 16 bytes each, in their order and beyond those that are here."""
        halves = array("Q", ids)
        if sys.byteorder == "little":
            halves.byteswap()
        self.high.extend(halves[::2])
        self.low.extend(halves[1::2])
        self.until.extend(array("I", [until]) * (len(halves) // 2))

    def hold_until(self, moment: int) -> None:
        """Hold all of them until the same moment."""
        self.until = array("I", [moment]) * len(self)

    def holds(self, jti: uuid.UUID, now: float) -> bool:
        """Whether an id is here and its moment is not over."""
        high, low = jti.int >> _HALF, jti.int & _LOW
        place = bisect_left(self.high, high)
        while place < len(self.high) and self.high[place] == high:
            if self.low[place] == low and self.until[place] > now:
                return True
            place += 1
        return False

    def merged(self, recent: Mapping[uuid.UUID, float], now: float) -> "SortedIds":
        """These and some recent ones, without those whose moment is over. Changes nothing here."""
        found, begin = SortedIds(), 0
        for jti in sorted(recent):
            end = bisect_left(self.high, jti.int >> _HALF, begin)
            found.take(self, begin, end)
            found.extend(jti.bytes, ceil(recent[jti]))
            begin = end
        found.take(self, begin, len(self))
        return found.without_expired(now)

    def take(self, other: "SortedIds", begin: int, end: int) -> None:
        """Add some of others, which are beyond those that are here."""
        self.high += other.high[begin:end]
        self.low += other.low[begin:end]
        self.until += other.until[begin:end]

    def without_expired(self, now: float) -> "SortedIds":
        """Those whose moment is not over; the same object where that is all of them."""
        if min(self.until, default=now + 1) > now:
            return self
        kept, found = [until > now for until in self.until], SortedIds()
        found.high = array("Q", compress(self.high, kept))
        found.low = array("Q", compress(self.low, kept))
        found.until = array("I", compress(self.until, kept))
        return found
