"""What several browsers came to in one attack, cell by cell, and where they differ."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from accounts.attacks import Cell, Result, Row

NAMED = 4  # differences that the sentence names
_FIGURES = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True, slots=True)
class Told:
    """What one browser came to. ``browser`` is short: ``Firefox 153``."""

    browser: str
    result: Result


@dataclass(frozen=True, slots=True)
class Opinion:
    """A cell, and the browsers that came to it."""

    browsers: Sequence[str]
    cell: Cell


@dataclass(frozen=True, slots=True)
class Line:
    """A row: for each column one opinion, or several where the browsers differ."""

    row: Row
    places: Sequence[Sequence[Opinion]]

    @property
    def differs(self) -> bool:
        """Whether the browsers do, in one of its cells."""
        return any(len(place) > 1 for place in self.places)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The rows that all have in common, the sentence computed from them, and how many differ."""

    columns: Sequence[str]
    lines: Sequence[Line]
    sentence: str
    differences: int

    @property
    def different(self) -> list[Line]:
        """The rows in which the browsers differ."""
        return [line for line in self.lines if line.differs]


def side_by_side(told: Sequence[Told]) -> SideBySide:
    """Compare results of one attack; the first one says which rows there are."""
    first, *others = told
    lines = [line for row in first.result.rows if (line := _line(row, first, others))]
    different = [
        f"{line.row.title}, {column} ({_named(place)})"
        for line in lines
        for column, place in zip(first.result.columns, line.places, strict=True)
        if len(place) > 1
    ]
    cells = sum(len(line.places) for line in lines)
    sentence = _sentence([one.browser for one in told], different, cells) if others else ""
    return SideBySide(first.result.columns, lines, sentence, len(different))


def _line(row: Row, first: Told, others: Sequence[Told]) -> Line | None:
    """None where one of the others has not played this row."""
    same = [
        (one.browser, found)
        for one in others
        for found in one.result.rows
        if found.title == row.title and len(found.cells) == len(row.cells)
    ]
    if len(same) < len(others):
        return None
    columns = zip(*(found.cells for _, found in [(first.browser, row), *same]), strict=True)
    names = [first.browser, *(browser for browser, _ in same)]
    return Line(row, [_opinions(names, cells) for cells in columns])


def _opinions(names: Sequence[str], cells: Sequence[Cell]) -> Sequence[Opinion]:
    found: dict[tuple[bool | None, str], Opinion] = {}
    for name, cell in zip(names, cells, strict=True):
        # How fast a browser was is no difference in what it does.
        key = (cell.went_well, _FIGURES.sub("0", cell.words))
        earlier = found.setdefault(key, Opinion((), cell))
        found[key] = replace(earlier, browsers=[*earlier.browsers, name])
    return [*found.values()]


def _named(place: Sequence[Opinion]) -> str:
    return "; ".join(f"{' and '.join(one.browsers)}: {one.cell.words}" for one in place)


def _sentence(names: Sequence[str], different: Sequence[str], cells: int) -> str:
    who = f"{', '.join(names[:-1])} and {names[-1]}"
    if not different:
        return f"{who} came to the same in all {cells} cells."
    more = [f"{len(different) - NAMED} more"] if len(different) > NAMED else []
    named = "; ".join([*different[:NAMED], *more])
    return f"{who} differ in {len(different)} of {cells} cells: {named}."
