"""Charts as plain values that a template draws as SVG: where everything stands, and its words.

Widths are in per cent of the chart and heights in pixels, so that a chart is as wide as its page
while its letters keep their size. Nothing here knows what is measured.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from accounts.bench.tables import Table

ROW = 46  # pixels from one bar to the next
PLOT_HEIGHT = 240  # pixels, of lines
LABEL_HEIGHT = 17  # pixels
# Per cent of the width. The rest, beside the longest bar and the lines, is for words.
MAX_BAR = 82
LEFT, RIGHT = 8, 81
_STEPS = (1, 2, 2.5, 5, 10)


def bar_length(amount: float, whole: float) -> str:
    """The length of a bar that stands for an amount, or the place of its end, as SVG writes it."""
    return f"{MAX_BAR * amount / whole:.2f}%" if whole else "0%"


def x_position(share: float) -> str:
    """The place of a share of the way from the left end of the lines (0) to the right (1)."""
    return f"{LEFT + share * (RIGHT - LEFT):.2f}%"


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a kind of segment, and its name."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: its kind and its amount."""

    kind: str
    amount: float


@dataclass(frozen=True, slots=True)
class Item:
    """A bar before it has a place.

    ``value`` is written at its end; ``says`` is the whole of it in words, for a tip and a screen
    reader. ``spread`` is where most samples lie, from and to; equal where nothing is known of it.
    """

    title: str
    family: str
    parts: Sequence[Part]
    value: str
    says: str
    spread: tuple[float, float] = (0, 0)

    @property
    def amount(self) -> float:
        """The sum of its parts."""
        return sum(part.amount for part in self.parts)

    @property
    def reach(self) -> float:
        """Where the bar and its spread end."""
        return max(self.amount, self.spread[1])


@dataclass(frozen=True, slots=True)
class Segment:
    """A part with its place."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """An item with its place: where its words begin, its parts, and its spread from and to."""

    item: Item
    y: int
    end: str
    segments: Sequence[Segment]
    low: str
    high: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What every chart has: a sentence that says what it shows, and a table with its figures.

    Title and note are the table's; ``legend_note`` explains what only the drawing has.
    """

    slug: str
    sentence: str
    table: Table
    legend_note: str = ""


@dataclass(frozen=True, slots=True)
class Bars(Chart):
    """Bars one below the other. ``mark`` is the place of an amount to compare them with."""

    template: str = "partials/chart_bars.html"
    bars: Sequence[Bar] = ()
    legend: Sequence[Key] = ()
    mark: str = ""
    mark_label: str = ""

    @property
    def height(self) -> int:
        """Pixels of all rows together."""
        return ROW * len(self.bars)


@dataclass(frozen=True, slots=True)
class Tick:
    """A number on an axis; ``at`` is in per cent below, in pixels at the side."""

    at: str
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line."""

    x: str
    y: float
    says: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """From one point to the next."""

    x1: str
    y1: float
    x2: str
    y2: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its points; ``label`` is written at its end, where there is room."""

    title: str
    family: str
    points: Sequence[Point]
    strokes: Sequence[Stroke]
    label: str = ""
    label_y: float = 0


@dataclass(frozen=True, slots=True)
class Lines(Chart):
    """Lines over an axis. With ``shared_labels`` a label is for lines of several families."""

    template: str = "partials/chart_lines.html"
    lines: Sequence[Line] = ()
    x_ticks: Sequence[Tick] = ()
    y_ticks: Sequence[Tick] = ()
    x_label: str = ""
    y_label: str = ""
    shared_labels: bool = False
    height: int = PLOT_HEIGHT
    left: str = x_position(0)
    middle: str = x_position(0.5)
    right: str = x_position(1)

    @property
    def columns(self) -> int:
        """Points of each line."""
        return len(self.x_ticks)


@dataclass(frozen=True, slots=True)
class Series:
    """A line before it has a place: amounts, and a description of each."""

    title: str
    family: str
    amounts: Sequence[float]
    says: Sequence[str]
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns amounts into pixels; ``top``, the largest amount, is a round number."""

    top: float
    step: float = field(default=0)

    @classmethod
    def over(cls, amounts: Sequence[float], steps: int = 4) -> "Scale":
        """A scale that holds all amounts and has about ``steps`` ticks."""
        rough = max(max(amounts, default=1), 1e-9) / steps
        power = 10 ** math.floor(math.log10(rough))
        step = next(one * power for one in _STEPS if one * power >= rough)
        return cls(step * math.ceil(max(amounts, default=1) / step), step)

    def y(self, amount: float) -> float:
        """Pixels from the top of the plot."""
        return round(PLOT_HEIGHT * (1 - amount / self.top), 1)

    def ticks(self) -> list[float]:
        """The amounts at which ticks stand, from zero to the top."""
        return [self.step * number for number in range(round(self.top / self.step) + 1)]


def place_bars(items: Sequence[Item]) -> list[Bar]:
    """Bars one below the other, the longest as wide as the plot."""
    whole = longest(items)
    return [
        Bar(
            item,
            ROW * number,
            bar_length(item.reach, whole),
            _segments(item, whole),
            *(bar_length(amount, whole) for amount in item.spread),
        )
        for number, item in enumerate(items)
    ]


def longest(items: Sequence[Item]) -> float:
    """The amount that is as wide as the plot."""
    return max((item.reach for item in items), default=0)


def _segments(item: Item, whole: float) -> list[Segment]:
    found, start = [], 0.0
    for part in item.parts:
        if part.amount > 0:
            x, width = bar_length(start, whole), bar_length(part.amount, whole)
            found.append(Segment(part.kind, x, width))
        start += part.amount
    return found


def place_lines(series: Sequence[Series], places: Sequence[float], scale: Scale) -> list[Line]:
    """Lines through their points; ``places`` are shares of the way from left to right."""
    return _with_labels_apart([_line(one, places, scale) for one in series])


def _line(series: Series, places: Sequence[float], scale: Scale) -> Line:
    points = [
        Point(x_position(at), scale.y(amount), says)
        for at, amount, says in zip(places, series.amounts, series.says, strict=True)
    ]
    strokes = [Stroke(one.x, one.y, two.x, two.y) for one, two in pairwise(points)]
    label_y = points[-1].y
    return Line(series.title, series.family, points, strokes, series.label, label_y)


def _with_labels_apart(lines: Sequence[Line]) -> list[Line]:
    """The lines, their labels moved down until none lies on another."""
    moved: dict[int, float] = {}
    lowest = -math.inf
    for line in sorted((one for one in lines if one.label), key=lambda one: one.label_y):
        lowest = max(line.label_y, lowest + LABEL_HEIGHT)
        moved[id(line)] = lowest
    return [replace(line, label_y=moved.get(id(line), line.label_y)) for line in lines]
