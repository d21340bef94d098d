"""Results as pictures: what the thief got of twenty, and a plan of what gets through."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from accounts.attacks import Cell, Result, Row

OF = 20
STEP, GAP = 11, 16  # pixels, from one square to the next, and between two strips


@dataclass(frozen=True, slots=True)
class Square:
    """One of twenty: ``x`` in pixels."""

    x: int
    is_lost: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A row: twenty squares for each column in which something was counted."""

    row: Row
    squares: Sequence[Square]

    @property
    def width(self) -> int:
        """Pixels."""
        return self.squares[-1].x + STEP


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a result; both are empty for most attacks."""

    #: the columns that the strips are of
    columns: Sequence[str]
    strips: Sequence[Strip]
    #: for each group of rows: its title, its rows
    plan: Sequence[tuple[str, Sequence[Row]]]

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.strips or self.plan)


def drawing_of(result: Result) -> Drawing:
    """Strips where all rows have counts in the same columns; a plan where rows are grouped."""
    played = [row for row in result.rows if any(cell.went_well is not None for cell in row.cells)]
    numbers = [
        n for n in range(len(result.columns)) if played and all(_counts(r.cells, n) for r in played)
    ]
    strips = (
        [Strip(row, _squares([row.cells[n] for n in numbers])) for row in played] if numbers else []
    )
    groups = groupby((row for row in played if row.group), key=lambda row: row.group)
    return Drawing(
        [result.columns[n] for n in numbers], strips, [(title, [*rows]) for title, rows in groups]
    )


def _counts(cells: Sequence[Cell], number: int) -> bool:
    return number < len(cells) and cells[number].share is not None


def _squares(cells: Sequence[Cell]) -> Sequence[Square]:
    return [
        Square(strip * (OF * STEP + GAP) + n * STEP, n < round(OF * (cell.share or 0)))
        for strip, cell in enumerate(cells)
        for n in range(OF)
    ]
