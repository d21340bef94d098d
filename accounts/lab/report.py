"""What came of playing one event against one strategy."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from accounts.lab.events import Exchange, events
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
    credential's bytes on the wire) those of a request before it. ``event_at`` says where the event
    stands in the transcript: the index of its first exchange, and of the first after it.
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
    event_at: tuple[int, int] = (0, 0)

    @property
    def matches(self) -> bool:
        """Whether what was measured is what the strategy declares."""
        return self.error is None and Expected(self.thief, self.other) == self.expected  # type: ignore[arg-type]

    @property
    def at_once(self) -> bool:
        """Whether the thief's first request after the event was refused."""
        replays = self._replays
        return bool(replays) and replays[0].response["status"] >= 400  # noqa: PLR2004

    @property
    def why(self) -> str:
        """The server's verdict on the thief's last request in words, or why nothing happened."""
        if self.error:
            return ""
        if not self.transcript:
            return events[self.event].applies_only
        body = self._replays[-1].response["body"] if self._replays else {}
        return str(body.get("verdict", {}).get("reason", ""))

    @property
    def _replays(self) -> list[Exchange]:
        return [one for one in self.transcript[self.event_at[1] :] if one.who == "thief"]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: what ``fields`` say, with times in ISO 8601, and what follows from them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {
            "started": self.started.isoformat(),
            "expected": {"thief": self.expected.thief, "other": self.expected.other},
            "matches": self.matches,
            "at_once": self.at_once,
            "why": self.why,
            "transcript": [exchange.as_dict() for exchange in self.transcript],
        }
