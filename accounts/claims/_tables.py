"""Evidence as tables: described once, for the terminal and for the page."""

from collections.abc import Iterator
from itertools import groupby

from accounts.bench.tables import Row, Table
from accounts.claims._evidence import Evidence, Measurement

COLUMNS = ("Measured", "Median", "Four in five between", "Samples")
_WHOLE = 100  # from here on decimals say nothing
_SYMBOLS = ("s", "ms", "µs")
#: Units of one whose plural is more than an s.
_ONE = {"copies": "copy", "forgeries": "forgery", "thieves": "thief"}
_ONE |= {"fetches": "fetch", "refreshes": "refresh"}


def tables(evidence: Evidence) -> Iterator[Table]:
    """One for each group of measurements, in the order of the evidence."""
    for (group, _), found in groupby(evidence.measurements, key=lambda one: (one.group, one.unit)):
        yield Table(group, COLUMNS, [_row(one) for one in found])


def _row(one: Measurement) -> Row:
    between = f"{amount(one.low)} and {amount(one.high)}" if one.n > 1 else "–"
    return Row(one.title, (value(one), between, str(one.n)))


def value(one: Measurement) -> str:
    """The median with its unit."""
    if one.unit == "SQL":
        return queries(one.median)
    unit = _of_one(one.unit) if one.median == 1 else one.unit
    return f"{amount(one.median)} {unit}"


def _of_one(unit: str) -> str:
    """``1 cookie``, where others are cookies; a second (``s``) stays one."""
    return unit if unit in _SYMBOLS else _ONE.get(unit, unit.removesuffix("s"))


def queries(number: float) -> str:
    """``1 query``, ``2 queries``."""
    return f"{amount(number)} {'query' if number == 1 else 'queries'}"


def amount(number: float) -> str:
    """A number with as many digits as say something."""
    if number == round(number) or abs(number) >= _WHOLE:
        return f"{number:,.0f}"
    return f"{number:.3g}"
