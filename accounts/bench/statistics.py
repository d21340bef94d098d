"""From many samples to a few figures."""

import math
from collections.abc import Iterable, Sequence
from statistics import median

from accounts.bench.result import BASE, FLOOR, Measured, Ratios, Spread

NANOSECONDS = 1000  # in a microsecond


def percentile(samples: Sequence[float], share: float) -> float:
    """The smallest sample that ``share`` of all do not exceed (nearest rank)."""
    ordered = sorted(samples)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(nanoseconds: Sequence[int]) -> Spread:
    """Samples in nanoseconds as a spread in microseconds."""
    return {
        "median": round(median(nanoseconds) / NANOSECONDS, 1),
        "p99": round(percentile(nanoseconds, 0.99) / NANOSECONDS, 1),
    }


def microseconds(nanoseconds: Sequence[int]) -> float:
    """The median of samples in nanoseconds, in microseconds."""
    return round(median(nanoseconds) / NANOSECONDS, 1)


def ratios(one: Measured, other: Measured) -> Ratios:
    """How often the median of one holds that of the other."""
    return {
        "cpu": ratio(one["cpu_us"]["median"], other["cpu_us"]["median"]),
        "wall": ratio(one["wall_us"]["median"], other["wall_us"]["median"]),
    }


def ratio(one: float, other: float) -> float:
    """A quotient with three decimals."""
    return round(one / other, 3)


def compared(strategies: Iterable[Measured]) -> list[Measured]:
    """The same with their ratios to the floor and to Django's default session."""
    found = {one["slug"]: one for one in strategies}
    return [
        {**one, "to_floor": ratios(one, found[FLOOR]), "to_base": ratios(one, found[BASE])}
        for one in found.values()
    ]
