"""The arithmetic beside the simulation, for three sizes: what was computed, what was counted."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from math import inf, sqrt
from pathlib import Path
from typing import Any, Self

from accounts.cluster import scale
from accounts.cluster.scale import DAY, Kept, System
from accounts.cluster.simulation import Counted, Simulation

HOUR = 3600  # seconds
#: The row of a login stays so long after the login's end, in the simulation.
SHOWN_S = 8 * HOUR
SEEDS = range(1, 51)
#: So many standard errors of a count lie between what chance alone does and a mistake.
_ERRORS = 4
#: A longest time comes so near to what it cannot exceed, where it is one of many.
_NEAR = 0.1


@dataclass(frozen=True, slots=True)
class Size:
    """A system that is small enough to be played."""

    slug: str
    title: str
    system: System


SIZES = {
    size.slug: size
    for size in (
        Size("club", "A club", System(200, 10, 0.5, 900, 14 * DAY, 2, 1, 80)),
        Size("shop", "A shop", System(1_000, 50, 1, HOUR, DAY, 8, 2, 80)),
        Size("town", "A town", System(10_000, 6, 1, 900, 8 * HOUR, 6, 3, 150)),
    )
}


@dataclass(frozen=True, slots=True)
class Line:
    """One figure, as it was computed and as it was counted. Times are in seconds."""

    what: str
    computed: float
    counted: float
    #: how far apart chance may bring the two, as a share
    allowed: float
    #: the most that there can be: nothing counted may exceed it
    is_bound: bool = False

    @property
    def deviation(self) -> float:
        """How far the counted figure lies from the computed one, as a share of this."""
        if self.computed:
            return self.counted / self.computed - 1
        return inf if self.counted else 0.0

    @property
    def agrees(self) -> bool:
        """Whether chance explains the difference."""
        if self.is_bound:
            # A moment is a sum of others: its last digits are rounded.
            return -self.allowed <= self.deviation <= 1e-6  # noqa: PLR2004
        return abs(self.deviation) <= self.allowed


@dataclass(frozen=True, slots=True)
class Check:
    """What came of one size."""

    size: Size
    seed: int
    events: int
    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        """Whether chance explains every difference."""
        return all(line.agrees for line in self.lines)

    def as_json(self) -> dict[str, Any]:
        """For JSON."""
        lines = [asdict(line) for line in self.lines]
        return {"size": self.size.slug, "seed": self.seed, "events": self.events, "lines": lines}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Self:
        """What ``as_json`` gave."""
        lines = tuple(Line(**line) for line in content["lines"])
        return cls(SIZES[content["size"]], content["seed"], content["events"], lines)


@lru_cache(maxsize=len(SIZES) * len(SEEDS))
def check(slug: str, seed: int) -> Check:
    """Play a size; it takes about a second, once for each seed.

    Raises:
        KeyError: no size has this slug.
    """
    size = SIZES[slug]
    counted = Simulation(size.system, seed, shown_s=SHOWN_S).run()
    return Check(size, seed, counted.events, tuple(lines(size.system, counted)))


def lines(system: System, counted: Counted) -> Iterator[Line]:
    """The arithmetic of ``scale.py`` beside what was counted."""

    def by_chance(per_second: float) -> float:
        return _ERRORS / sqrt(max(1.0, per_second * system.login_s))

    left, came = by_chance(counted.log_outs_s), by_chance(counted.log_ins_s)
    asked = by_chance(counted.refreshes_s)
    rows = (
        ("Rows of logins that go on", Kept.LIVE, counted.live, came),
        ("Ended logins on the list", Kept.LISTED, counted.listed, left),
        ("Rows of logins, kept for 8 hours longer", Kept.SHOWN, counted.shown, came),
    )
    for what, how, number, allowed in rows:
        yield Line(what, scale.kept(system, how, SHOWN_S), number, allowed)
    pushed = system.log_outs_s * system.processes
    for what, computed, number, allowed in (
        ("Log-ins in a day", system.log_ins_s, counted.log_ins_s, came),
        ("Access tokens fetched anew in a day", system.refreshes_s, counted.refreshes_s, asked),
        ("Messages to processes in a day", pushed, counted.messages_s, left),
    ):
        yield Line(what, DAY * computed, DAY * number, allowed)
    for what, bound, longest in (
        ("Until the last process knows of a log-out", system.one_way_s, counted.news_s),
        ("Until a stolen access token ends", system.longest_token_s, counted.token_s),
        ("Until a stolen login ends that nobody lists", system.login_s, counted.login_s),
    ):
        yield Line(what, bound, longest, max(_NEAR, left), is_bound=True)


FILE = Path(__file__).parent / "results" / "simulation.json"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The checks that are shipped with this package, and when they were played."""

    made: datetime
    checks: tuple[Check, ...]


@cache
def recorded() -> Recorded:
    """Read once."""
    content = json.loads(FILE.read_text())
    checks = tuple(Check.from_json(one) for one in content["checks"])
    return Recorded(datetime.fromisoformat(content["made"]), checks)


def record(checks: Iterable[Check]) -> None:
    """Make these the shipped ones."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"made": made, "checks": [one.as_json() for one in checks]}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(content, indent=1) + "\n")
    recorded.cache_clear()
