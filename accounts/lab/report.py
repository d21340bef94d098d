"""What came of playing one event against one strategy."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from accounts.lab.transcript import Exchange
from accounts.strategies import Expected, Other, Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """One cell of the matrix, measured."""

    #: slug of the strategy
    strategy: str
    #: slug of the event
    event: str
    #: "SQLite" or "PostgreSQL"
    database: str
    #: when the scenario began
    started: datetime
    #: how long all of it took
    duration_ms: float
    #: what the thief's copy got; None if the scenario broke
    thief: Outcome | None
    #: seconds: after the event until the first refusal; or for which an accepted copy goes on
    #: (renewed with the copied refresh token, if there is one), or a stale role is still served
    thief_after_s: float | None
    #: how long credentials lived here, if their end had to be waited for; else None
    played_lifetime_s: float | None
    #: how long an access token, else the login, lives when nobody is waiting
    usual_lifetime_s: float
    #: what became of the user's other device
    other: Other
    #: the role that the thief was served after the event
    role: str | None
    #: SQL queries that the event itself took
    cost_queries: int
    #: microseconds that it took
    cost_us: float
    #: SQL queries of one authenticated request before the event
    sql_per_request: int
    #: bytes of the credential that it sent
    bytes_per_request: int
    #: what the strategy declares
    expected: Expected
    #: how the scenario broke, for people; None if it did not
    error: str | None
    #: all HTTP exchanges, in their order
    transcript: tuple[Exchange, ...]
    #: indexes in the transcript: of the event's first exchange, and of the first after it
    event_at: tuple[int, int] = (0, 0)
    #: a sentence: where the event can happen at all
    applies_only: str = ""
    #: of the users that the thief tried to be with what leaked; None where nothing leaked
    taken: int | None = None
    #: whether the thief and the other device were accepted: while the store was away, and after it
    phases: tuple[tuple[bool, bool], ...] = ()

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
            return self.applies_only
        body = self._replays[-1].response["body"] if self._replays else {}
        return str(body.get("verdict", {}).get("reason", ""))

    @property
    def difference(self) -> str:
        """What was declared and what was measured, in words; empty where they agree."""
        if self.matches:
            return ""
        cell = f"{self.strategy}, {self.event}"
        if self.error:
            return f"{cell}: the scenario broke: {self.error}"
        return (
            f"{cell}: declared {self.expected.thief} and the other device {self.expected.other}, "
            f"measured {self.thief} and {self.other}"
        )

    @property
    def _replays(self) -> list[Exchange]:
        return [one for one in self.transcript[self.event_at[1] :] if one.who == "thief"]

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the fields, with times in ISO 8601, and what follows from them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {
            "started": self.started.isoformat(),
            "expected": {"thief": self.expected.thief, "other": self.expected.other},
            "matches": self.matches,
            "at_once": self.at_once,
            "why": self.why,
            "transcript": [exchange.as_dict() for exchange in self.transcript],
        }
