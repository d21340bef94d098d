"""What a run is asked to measure. It is handed from process to process as JSON."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from accounts.bench.result import SESSION_DB

ROUNDS = 1000
GROWTH = (0, 10_000, 100_000, 1_000_000)
MIN_ROUNDS = 20
MAX_ROWS = 10_000_000
MAX_LATENCY = 100  # milliseconds


class Stage(StrEnum):
    """The stages of a short run in their order, as the page shows them."""

    REQUESTS = "requests"
    LOGINS = "a crowd logs in"
    LOGIN_LOGOUT = "logging in and out"
    LOGOUTS = "the crowd logs out"
    TRACING = "tracing"


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
        """Whether a strategy is measured. ``session-db`` always is: all are compared with it."""
        return not self.strategies or slug in (*self.strategies, SESSION_DB)

    @property
    def latency_rounds(self) -> int:
        """Rounds with a distant database: fewer, as most of the time is waiting, which is even."""
        return max(MIN_ROUNDS, self.rounds // 10)

    def as_json(self) -> str:
        """For the worker's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The options that ``as_json`` wrote."""
        found = json.loads(text)
        lists = {name: tuple(found[name]) for name in ("strategies", "growth", "latency")}
        return cls(**{**found, **lists})
