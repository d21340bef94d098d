"""Playing one event against one strategy, and measuring what becomes of the thief's copy."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.lab.client import SceneBroken
from accounts.lab.environment import Pause, stage_for
from accounts.lab.events import Event, events
from accounts.lab.report import Report
from accounts.lab.script import Found, Story, TooOld
from accounts.strategies import Expected, Outcome, Strategy, strategies
from accounts.tokens.realm import lab_realm
from accounts.tracing.redaction import redact

# Whole seconds, because a token's times are. Tried one after the other: on a machine that is busy,
# a login may be over before the event has happened.
_LIFETIMES = [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
_NOT_APPLICABLE = Expected(Outcome.NOT_APPLICABLE, "not-applicable")


def play(
    strategy: type[Strategy] | str,
    event: type[Event] | str,
    *,
    visitor: uuid.UUID | None = None,
    grace: timedelta | None = None,
    pause: Pause = time.sleep,
) -> Report:
    """Play an event against a strategy and report what was measured. Never raises.

    ``visitor`` owns the throwaway user. ``grace`` replaces the time within which a spent refresh
    token may be retried. ``pause`` is called to let seconds pass.
    """
    played = strategies[strategy] if isinstance(strategy, str) else strategy
    happening = events[event] if isinstance(event, str) else event
    scene = Scene(played, happening, visitor, grace, pause)
    return scene.report()


def expected(strategy: type[Strategy], event: type[Event]) -> Expected:
    """What a strategy declares for an event: its own word, or else the event's ideal."""
    if not event.applies_to(strategy):
        return _NOT_APPLICABLE
    return strategy.expected(event.slug, event.ideal)


@dataclass(frozen=True)
class Scene:
    """One strategy, one event, and how they are played."""

    strategy: type[Strategy]
    event: type[Event]
    visitor: uuid.UUID | None
    grace: timedelta | None
    pause: Pause
    takes: list[Found] = field(default_factory=list)  # the last one counts, also when it broke

    def report(self) -> Report:
        """Play it; what breaks is in the report."""
        started, began, error = datetime.now(UTC), time.perf_counter(), None
        declared = _NOT_APPLICABLE
        try:
            declared = self.expected
            if self.applies:
                self._play()
        except Exception as broken:  # noqa: BLE001
            # Whatever it is, it belongs into this cell: the others go on.
            error = redact(str(broken) or type(broken).__name__)
        found = self.takes[-1] if self.takes else Found()
        return Report(
            strategy=self.strategy.slug,
            event=self.event.slug,
            database=connection.display_name,
            started=started,
            duration_ms=(time.perf_counter() - began) * 1000,
            thief=None if error else found.thief,
            thief_after_s=found.after_s,
            played_lifetime_s=found.lifetime.total_seconds() if found.lifetime else None,
            usual_lifetime_s=lab_realm().access_lifetime.total_seconds(),
            other=found.other,
            role=found.role,
            cost_queries=found.cost_queries,
            cost_us=found.cost_us,
            sql_per_request=found.sql,
            bytes_per_request=found.size,
            expected=declared,
            error=error,
            transcript=tuple(found.transcript),
            event_at=found.event_at,
        )

    @property
    def applies(self) -> bool:
        """Whether the event can happen to this strategy's logins."""
        return self.event.applies_to(self.strategy)

    @property
    def expected(self) -> Expected:
        """What the strategy declares."""
        return expected(self.strategy, self.event)

    def _play(self) -> None:
        takes_time = self.event.ages or self.expected.thief is Outcome.LATER
        if not takes_time and self._take(None).thief is not Outcome.LATER:
            return
        for lifetime in _LIFETIMES:
            try:
                self._take(lifetime)
            except TooOld:
                continue
            return
        raise SceneBroken("This machine is too busy to play with short lifetimes")

    def _take(self, lifetime: timedelta | None) -> Found:
        realm = lab_realm()
        if self.grace is not None:
            realm = realm.with_grace(self.grace)
        if lifetime is not None:
            realm = realm.short_lived(lifetime, logins=self.event.ages)
        with stage_for(self.strategy, realm, visitor=self.visitor, pause=self.pause) as stage:
            found = Found(lifetime=lifetime, transcript=stage.exchanges)
            self.takes.append(found)
            Story(stage, self.event, found, patience=self.patience).run()
        return found

    @property
    def patience(self) -> float:
        """Seconds that the strategy asks for until its revocation is known everywhere."""
        if self.event.revokes and self.expected.thief is Outcome.REFUSED:
            return self.strategy.propagation_delay.total_seconds()
        return 0.0
