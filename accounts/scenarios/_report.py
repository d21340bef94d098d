"""What came of playing one event against one strategy."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from accounts.events import Exchange
from accounts.strategies import Expected, Other, Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """One cell of the matrix, measured.

    ``thief`` is None when the scenario broke: ``error`` then says how, for people.

    ``thief_after_s`` are seconds: until the first refusal, counted from the end of the event, where
    the copy is refused at once or later; how long the copy goes on (refreshed with the copied
    refresh token, if there is one) where it is accepted; how long the old facts are served where
    they are stale.

    ``played_lifetime_s`` is set where the end of a token's life had to be waited for: the scenario
    was played with tokens that live this long, not with the usual ``usual_lifetime_s``.

    ``role`` is the fact served to the thief after the event. ``cost_queries`` and ``cost_us``
    (microseconds) are those of the event itself; ``sql_per_request`` and ``bytes_per_request`` (the
    credential's bytes on the wire) those of a request before it.
    """

    strategy: str
    event: str
    database: str
    started: datetime
    duration_ms: float
    thief: Outcome | None
    thief_after_s: float | None
    played_lifetime_s: float | None
    usual_lifetime_s: float
    other: Other
    role: str | None
    cost_queries: int
    cost_us: float
    sql_per_request: int
    bytes_per_request: int
    expected: Expected
    error: str | None
    transcript: tuple[Exchange, ...]

    @property
    def matches(self) -> bool:
        """Whether what was measured is what the strategy declares."""
        return self.error is None and Expected(self.thief, self.other) == self.expected  # type: ignore[arg-type]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what ``fields`` say, with the times in ISO 8601, and ``matches``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {
            "started": self.started.isoformat(),
            "expected": {"thief": self.expected.thief, "other": self.expected.other},
            "matches": self.matches,
            "transcript": [exchange.as_dict() for exchange in self.transcript],
        }
