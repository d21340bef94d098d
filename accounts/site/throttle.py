"""Counting attempts across all worker processes, with nothing but the cache's atomic ``add``.

Each attempt takes a numbered slot of the current window. ``cache.add`` succeeds once per key in
every back end (a unique key in the database, ``SET NX`` in Redis), so racing attempts cannot share
a slot; Django's ``incr`` on the database cache reads, then writes.
"""

import hashlib
import time
from dataclasses import dataclass

from django.core.cache import cache


class Throttled(Exception):
    """Too many attempts; try again in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Slot:
    """One attempt that was counted."""

    key: str

    def give_back(self) -> None:
        """Do not count it after all: it was a success."""
        cache.delete(self.key)


def take(scope: str, who: str, *, limit: int, seconds: int) -> Slot:
    """Count one attempt of ``who``, of which ``limit`` are allowed per window of ``seconds``.

    Raises:
        Throttled: all slots of this window are taken.
    """
    now = int(time.time())
    # Names are hashed: a cache key has a form and a length, and is no place for what people type.
    hashed = hashlib.blake2b(who.encode(), digest_size=12).hexdigest()
    keys = [f"throttle:{scope}:{hashed}:{now // seconds}:{number}" for number in range(limit)]
    # One look at all of them: who is throttled must not cost a statement for each slot.
    taken = cache.get_many(keys)
    for key in keys:
        if key not in taken and cache.add(key, 1, timeout=2 * seconds):
            return Slot(key)
    raise Throttled(seconds - now % seconds)
