"""From many samples to a few figures."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from accounts.bench.difference import HIGH, LOW
from accounts.bench.result import BASELINE, SESSION_DB, Measured, Ratios, Spread

NS_PER_US = 1000


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(nanoseconds: Sequence[int]) -> Spread:
    """The spread, in microseconds, of samples in nanoseconds."""
    low, high, p99 = (
        round(percentile(nanoseconds, share) / NS_PER_US, 1) for share in (LOW, HIGH, 0.99)
    )
    return {"median": median_us(nanoseconds), "low": low, "high": high, "p99": p99}


def median_us(nanoseconds: Sequence[int]) -> float:
    """The median, in microseconds, of samples in nanoseconds."""
    return round(median(nanoseconds) / NS_PER_US, 1)


def with_ratios(strategies: Iterable[Measured]) -> list[Measured]:
    """The same strategies, compared with the baseline and with Django's default session."""
    by_slug = {one["slug"]: one for one in strategies}
    baseline, session = by_slug[BASELINE], by_slug[SESSION_DB]
    return [
        {**one, "vs_baseline": ratios(one, baseline), "vs_session_db": ratios(one, session)}
        for one in by_slug.values()
    ]


def ratios(one: Measured, other: Measured) -> Ratios:
    """The medians of one strategy, divided by those of the other."""
    return {
        "cpu": ratio(one["cpu_us"]["median"], other["cpu_us"]["median"]),
        "wall": ratio(one["wall_us"]["median"], other["wall_us"]["median"]),
    }


def ratio(one: float, other: float) -> float:
    """A quotient with three decimals."""
    return round(one / other, 3)
