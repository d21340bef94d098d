"""A check of the arithmetic as it is shown: every figure in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isinf
from typing import Self

from accounts.cluster.scale import DAY, System
from accounts.cluster.scale_check import Check, Line
from accounts.cluster.scale_parameters import amount, time

_UNITS = (("d", DAY), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A figure as it was computed, as it was counted, and how far they lie apart."""

    what: str
    computed: str
    counted: str
    apart: str

    @classmethod
    def from_line(cls, line: Line) -> Self:
        """The figures with their unit."""
        if line.is_bound:
            computed, counted = f"≤ {_exact(line.computed)}", _exact(line.counted)
        else:
            computed, counted = amount(line.computed), amount(line.counted)
        return cls(line.what, computed, counted, _apart(line))


def _exact(seconds: float) -> str:
    """A time in one unit, with three figures: ``14.9 min``."""
    unit, size = next((each for each in _UNITS if seconds >= each[1]), ("ms", 0.001))
    return f"{seconds / size:.3g} {unit}"


def _apart(line: Line) -> str:
    sign = "✓" if line.agrees else "✗"
    if isinf(line.deviation):
        return f"{sign} none computed"
    return f"{sign} {line.deviation:+.1%}".replace("-0.0%", "0.0%").replace("+0.0%", "0.0%")


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """One size."""

    slug: str
    title: str
    about: str
    lines: Sequence[ShownLine]
    events: str
    seed: int
    verdict: str

    @classmethod
    def from_check(cls, check: Check) -> Self:
        """What came of it, and whether chance explains all differences."""
        wrong = [line for line in check.lines if not line.agrees]
        return cls(
            slug=check.size.slug,
            title=check.size.title,
            about=_about(check.size.system),
            lines=[ShownLine.from_line(line) for line in check.lines],
            events=f"{check.events:,}",
            seed=check.seed,
            verdict=(
                f"✗ {len(wrong)} of {len(check.lines)} lie further apart than chance explains."
                if wrong
                else "✓ Chance explains every difference."
            ),
        )


def _about(system: System) -> str:
    leave = "log-out" if system.log_outs == 1 else "log-outs"
    where = "one region" if system.regions == 1 else f"{system.regions} regions"
    return (
        f"{system.users:,} users, each with {amount(system.requests)} requests and "
        f"{amount(system.log_outs)} {leave} a day; tokens of {time(system.token_s)}, logins of "
        f"{time(system.login_s)}; {system.processes} processes in {where}."
    )
