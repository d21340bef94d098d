"""Whether two measured figures differ, or their difference lies within the spread.

Decided here for all pages: the benchmarks, the answer and the claims. The median of n samples is
known to within two standard errors; beyond that the same program, measured anew, comes out a little
otherwise, and more so where two figures were measured at different times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from typing import Any, Self

LOW, HIGH = 0.1, 0.9  # the shares of samples at which a spread begins and ends
# Of a normal distribution: standard deviations from LOW to HIGH, and from the median to the 99th
# percentile; and the standard error of a median, in those of a mean.
_FROM_LOW_TO_HIGH, _TO_P99, _OF_MEDIAN = 2.563, 2.326, 1.2533
#: So much, as a share, does a figure change when the same is measured again, in turns with others.
AGAIN = 0.02
#: And when it is measured at another time: a look-up among a hundred times as many rows once came
#: out 14 % shorter.
LATER = 0.15


@dataclass(frozen=True, slots=True)
class Figure:
    """A median; the true one lies within ``error`` of it, nineteen times in twenty."""

    median: float
    error: float = 0.0

    @classmethod
    def from_spread(cls, spread: Mapping[str, Any], n: int, *, again: float = AGAIN) -> Self:
        """A figure of n samples, of which four in five lie between ``low`` and ``high``.

        Older results have the 99th percentile alone, or only the median. What was counted has no
        spread, and no error.
        """
        median = spread["median"]
        if "low" in spread:
            sigma = (spread["high"] - spread["low"]) / _FROM_LOW_TO_HIGH
        elif "p99" in spread:
            sigma = (spread["p99"] - median) / _TO_P99
        else:
            return cls(median, LATER * median)
        if not sigma:
            return cls(median)
        return cls(median, hypot(2 * _OF_MEDIAN * sigma / sqrt(n), again * median))

    def over(self, other: Self) -> Self:
        """How many times the other it is, and how far the true ratio may lie from that."""
        ratio = self.median / other.median
        share = hypot(self.error / self.median, other.error / other.median)
        return type(self)(ratio, ratio * share)

    def differs_from(self, other: Self) -> bool:
        """Whether the two differ by more than chance makes of equal ones."""
        return abs(self.median - other.median) > hypot(self.error, other.error)
