"""Measurements as plain values that a template draws as SVG: bars, each with its spread."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from accounts.attacks.stage.recorded import NOT_PLAYED
from accounts.bench.tables import Table
from accounts.claims import Evidence, Measurement, amount, tables, value
from accounts.pages.benchmarks.charts import ROW, bar_length

ROOM = 1.35  # times the longest bar: the rest is for the words behind it


@dataclass(frozen=True, slots=True)
class Bar:
    """A median as a bar, and a line from ``low`` to ``high`` where most samples lie."""

    one: Measurement
    y: int
    end: str
    low: str
    high: str
    value: str
    says: str
    #: where the words begin: behind the bar and its spread
    words_at: str


@dataclass(frozen=True, slots=True)
class Figure:
    """Measurements of one group, in one unit."""

    number: int
    bars: Sequence[Bar]
    table: Table

    @property
    def title(self) -> str:
        """What was measured."""
        return self.table.title

    @property
    def is_recorded(self) -> bool:
        """Whether it was recorded elsewhere, and is no part of what was played here."""
        return NOT_PLAYED in self.title

    @property
    def height(self) -> int:
        """Pixels of all bars together."""
        return ROW * len(self.bars)


def figures(evidence: Evidence) -> Iterator[Figure]:
    """One for each group, in the order of the evidence."""
    groups = groupby(evidence.measurements, key=lambda one: (one.group, one.unit))
    for number, ((_, found), table) in enumerate(zip(groups, tables(evidence), strict=True), 1):
        yield Figure(number, _bars(list(found)), table)


def _bars(found: Sequence[Measurement]) -> list[Bar]:
    whole = ROOM * max(max(one.high, one.median) for one in found)
    return [
        Bar(
            one=one,
            y=ROW * number,
            end=bar_length(one.median, whole),
            low=bar_length(one.low, whole),
            high=bar_length(one.high, whole),
            value=value(one),
            says=f"{one.title}: {spoken(one)}",
            words_at=bar_length(max(one.high, one.median), whole),
        )
        for number, one in enumerate(found)
    ]


def spoken(one: Measurement) -> str:
    """``12.5 µs, most between 11 and 14, 200 samples``."""
    if one.n == 1:
        return f"{value(one)}, counted once"
    spread = f"most between {amount(one.low)} and {amount(one.high)}"
    return f"{value(one)}, {spread if one.low != one.high else 'each time'}, {one.n} samples"
