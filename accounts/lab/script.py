"""The story of a scenario: log in, steal, let it happen, replay, go on; and what it shows."""

import time
from dataclasses import dataclass, field
from datetime import timedelta

from accounts.lab.client import Answer, SceneBroken
from accounts.lab.environment import Stage
from accounts.lab.events import Event, Exchange
from accounts.strategies import Other, Outcome

_POLL = 0.005  # seconds
_ROUNDED = 1.0  # seconds by which an end may lie earlier: some times are kept in whole seconds


class TooOld(Exception):
    """A credential ran out before it was seen what becomes of it: play with a longer life."""


@dataclass(slots=True)
class Found:
    """What a play has shown so far."""

    lifetime: timedelta | None = None
    thief: Outcome = Outcome.NOT_APPLICABLE
    after_s: float | None = None
    other: Other = "not-applicable"
    role: str | None = None
    cost_queries: int = 0
    cost_us: float = 0.0
    sql: int = 0
    size: int = 0
    event_at: tuple[int, int] = (0, 0)
    transcript: list[Exchange] = field(default_factory=list)


class Story:
    """One run through it on one stage.

    ``patience``: seconds within which a revocation may still be on its way to the thief's server.
    """

    def __init__(self, stage: Stage, event: type[Event], found: Found, *, patience: float) -> None:
        self.stage = stage
        self.event = event
        self.found = found
        self.patience = patience
        self.happened = 0.0

    def run(self) -> None:
        """Play it from beginning to end."""
        self._log_in_and_steal()
        before = self.stage.role
        self._let_it_happen()
        first = self._replay()
        self._go_on()
        if not first.accepted:
            self._was_refused()
        elif self.stage.role != before:
            self._was_served(first.role)
        else:
            self._was_accepted(first.role)

    def _log_in_and_steal(self) -> None:
        stage = self.stage
        for device in (stage.a, stage.b):
            self._must_work(device.log_in())
        stage.thief.steal_from(stage.a)
        shown = self._must_work(stage.a.me("Device A sends a request")).body["trace"]
        self.found.sql = shown["tally"]["sql"]
        self.found.size = shown["credential"]["bytes"]
        self._must_work(stage.b.me("Device B sends a request"))
        self._must_work(stage.thief.me("The thief sends its copy of A's credential"))

    def _must_work(self, answer: Answer) -> Answer:
        if not answer.accepted:
            self._check_age()
            raise SceneBroken(f"Refused before anything happened: {answer.reason}")
        return answer

    def _check_age(self) -> None:
        """Tell a credential that was ended from one that merely ran out.

        Raises:
            TooOld: it may have been its age.
        """
        if self.found.lifetime is None:
            return
        ends = self.stage.first_end - _ROUNDED if self.event.ages else self.stage.thief.access_ends
        if ends is None or time.time() >= ends:
            raise TooOld

    def _let_it_happen(self) -> None:
        already = len(self.stage.exchanges)
        self.event().happen(self.stage)
        self.happened = time.monotonic()
        self.found.event_at = (already, len(self.stage.exchanges))
        for exchange in self.stage.exchanges[already:]:
            if exchange.trace:
                self.found.cost_queries += exchange.trace["tally"]["sql"]
                self.found.cost_us += exchange.trace["total_us"]

    def _since(self) -> float:
        return time.monotonic() - self.happened

    def _replay(self) -> Answer:
        answer = self.stage.thief.me("The thief replays its copy")
        if not answer.accepted or not self.patience:
            self.found.after_s = self._since()
            return answer
        return self._try_until(self.patience)

    def _try_until(self, limit: float) -> Answer:
        """Let the thief try again and again; the last attempt is noted."""
        thief = self.stage.thief
        while thief.me("", note=False).accepted and self._since() < limit:
            time.sleep(_POLL)
        self.found.after_s = self._since()
        return thief.me(f"The thief tries again {self.found.after_s * 1000:.0f} ms after the event")

    def _go_on(self) -> None:
        device = self.stage.b
        if not device.has_credential:  # it has logged itself out
            return
        answer = device.me("Device B goes on")
        if not answer.accepted and device.refresh_token:
            renewed = device.refresh("Device B spends its refresh token")
            answer = (
                device.me("Device B goes on with its new token") if renewed.accepted else answer
            )
        if not self.event.everyone:
            self.found.other = "untouched" if answer.accepted else "collateral"

    def _was_refused(self) -> None:
        if not self.event.ages:
            self._check_age()
        self.found.thief = Outcome.REFUSED

    def _was_served(self, role: str | None) -> None:
        """The facts have changed: say which ones the thief saw, and how long it sees the old."""
        self.found.role, self.found.after_s = role, None
        self.found.thief = Outcome.NEW_FACTS if role == self.stage.role else Outcome.STALE_FACTS
        if self.found.thief is Outcome.STALE_FACTS:
            ends = self.stage.thief.access_ends
            if self._renew() != self.stage.role:
                ends = self.stage.thief.refresh_ends or ends
            self.found.after_s = self._left(ends)

    def _was_accepted(self, role: str | None) -> None:
        """The copy works: for good, or only until a token runs out that cannot be renewed."""
        self.found.role, self.found.thief = role, Outcome.ACCEPTED
        thief = self.stage.thief
        if not thief.refresh_token:
            self.found.after_s = self._left(thief.access_ends or self.stage.ends)
        elif self._renew() is not None:
            self.found.after_s = self._left(thief.refresh_ends)
        else:
            self._runs_out(thief.access_ends)

    def _renew(self) -> str | None:
        """Spend the stolen refresh token, and use what it gave; the role that is then served."""
        thief = self.stage.thief
        if not thief.refresh_token:
            return None
        if not thief.refresh("The thief spends its copy of the refresh token").accepted:
            return None
        return thief.me("The thief goes on with its new token").role

    def _runs_out(self, ends: float | None) -> None:
        self.found.thief = Outcome.LATER
        if self.found.lifetime is None or ends is None:
            return
        self.stage.wait_until(ends)
        last = self._try_until(self._since() + _ROUNDED)
        self.found.role = None
        if last.accepted:
            self.found.thief = Outcome.ACCEPTED

    def _left(self, ends: float | None) -> float | None:
        return None if ends is None else max(0.0, ends - time.time())
