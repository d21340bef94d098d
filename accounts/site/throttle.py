"""Limits on attempts, counted for all server processes together.

The counts are rows of a table, or entries of the shared cache where ``CACHE_URL`` names one. Each
counts the attempts of one window of time, and all windows of a length begin at the same moment.
"""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from django.conf import settings
from django.core.cache import cache

from accounts.models.throttle import throttle_add, throttle_counts, throttle_subtract


class Throttled(Exception):
    """Too many attempts; try again in ``retry_after`` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Try again in {retry_after} seconds.")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Limit:
    """How often ``who`` may try something; ``scope`` is its name in ``settings.LIMITS``.

    ``moment``, in epoch seconds, tells the window: what is given back later is given back to it.
    """

    scope: str
    who: str
    moment: int = field(default_factory=lambda: int(time.time()))

    @property
    def count(self) -> int:
        """Attempts that a window allows."""
        return settings.LIMITS[self.scope][0]

    @property
    def seconds(self) -> int:
        """How long a window is."""
        return settings.LIMITS[self.scope][1]

    @property
    def key(self) -> str:
        """What this window is counted under. Hashed: it is no place for what people type."""
        text = f"{self.scope}\0{self.who}\0{self.seconds}\0{self.moment // self.seconds}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def wait(self) -> int:
        """Seconds until the window ends."""
        return self.seconds - self.moment % self.seconds


def full(limits: Sequence[Limit]) -> list[Limit]:
    """Those of the limits that allow no further attempt now. Looks, and counts nothing."""
    keys = [limit.key for limit in limits]
    known = cache.get_many(keys) if settings.CACHE_URL else throttle_counts(keys)
    return [
        limit for limit, key in zip(limits, keys, strict=True) if known.get(key, 0) >= limit.count
    ]


def charge(limits: Sequence[Limit]) -> list[Limit]:
    """Count an attempt under each limit; those that it exceeds. One statement."""
    if settings.CACHE_URL:
        counts = _cache_add(limits)
    else:
        counts = throttle_add((limit.key, limit.moment + limit.wait) for limit in limits)
    return [limit for limit in limits if counts[limit.key] > limit.count]


def give_back(limits: Sequence[Limit]) -> None:
    """Do not count an attempt after all."""
    keys = [limit.key for limit in limits]
    if not settings.CACHE_URL:
        return throttle_subtract(keys)
    for key in keys:
        with suppress(ValueError):  # its window has ended
            cache.decr(key)
    return None


def take(*limits: Limit) -> None:
    """Count an attempt under all the limits, or, where one of them is full, under none.

    Raises:
        Throttled: one is full.
    """
    if not limits:
        return
    refuse(full(limits))
    if exceeded := charge(limits):  # others were faster
        give_back(limits)
        refuse(exceeded)


def refuse(exceeded: Sequence[Limit]) -> None:
    """Raise Throttled until all of these allow another attempt; nothing where there are none."""
    if exceeded:
        raise Throttled(max(limit.wait for limit in exceeded))


def _cache_add(limits: Sequence[Limit]) -> dict[str, int]:
    for limit in limits:
        # A second longer, or in the window's last one it could be gone before it is counted.
        cache.add(limit.key, 0, timeout=limit.wait + 1)
    return {limit.key: cache.incr(limit.key) for limit in limits}
