"""What a run is asked to measure; handed from process to process as JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Self

ROUNDS = 1000
ALWAYS = ("session-db",)  # what everything is compared with, beside the floor
GROWTH = (0, 10_000, 100_000, 1_000_000)
MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """No ``strategies`` means all. ``growth`` is in rows, ``latency`` in milliseconds."""

    database: str = "sqlite"
    rounds: int = ROUNDS
    strategies: tuple[str, ...] = ()
    growth: tuple[int, ...] = ()
    latency: tuple[float, ...] = ()
    http: bool = False
    command: str = "manage.py bench"

    def wants(self, slug: str) -> bool:
        """Whether a strategy is measured."""
        return not self.strategies or slug in (*self.strategies, *ALWAYS)

    def as_json(self) -> str:
        """For the worker's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What ``as_json`` wrote."""
        found = json.loads(text)
        lists = {name: tuple(found[name]) for name in ("strategies", "growth", "latency")}
        return cls(**{**found, **lists})
