"""Results as pictures: what the thief got of twenty, and a plan of what gets through."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from accounts.attacks import Result, Row

OF = 20


@dataclass(frozen=True, slots=True)
class Strip:
    """A row: for each column in which something was counted, how many of twenty the thief got."""

    row: Row
    lost: Sequence[Sequence[bool]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn of a result; both are empty for most attacks."""

    #: the columns that the strips are of
    columns: Sequence[str]
    strips: Sequence[Strip]
    #: for each group of rows: its title, its rows
    plan: Sequence[tuple[str, Sequence[Row]]]
    #: the columns of the plan, in one word each
    heads: Sequence[str]

    def __bool__(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.strips or self.plan)


def drawing_of(result: Result) -> Drawing:
    """Strips where all rows have counts in the same columns; a plan where rows are grouped."""
    played = [row for row in result.rows if any(cell.went_well is not None for cell in row.cells)]
    counted = [
        number
        for number in range(len(result.columns))
        if played and all(_is_counted(row, number) for row in played)
    ]
    groups = groupby((row for row in played if row.group), key=lambda row: row.group)
    return Drawing(
        columns=[result.columns[number] for number in counted],
        strips=[_strip(row, counted) for row in played] if counted else [],
        plan=[(title, [*rows]) for title, rows in groups],
        heads=[
            column.removeprefix("A ").removeprefix("An ").split()[0] for column in result.columns
        ],
    )


def _is_counted(row: Row, number: int) -> bool:
    return number < len(row.cells) and row.cells[number].share is not None


def _strip(row: Row, counted: Sequence[int]) -> Strip:
    shares = [row.cells[number].share or 0 for number in counted]
    return Strip(row, [[place < round(OF * share) for place in range(OF)] for share in shares])
