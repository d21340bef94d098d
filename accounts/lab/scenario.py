"""Playing one event against one strategy, and measuring what becomes of the thief's copy."""

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection

from accounts.lab.environment import Pause, environment_for, play_once_more_if_gone
from accounts.lab.events import events
from accounts.lab.events._base import Event
from accounts.lab.report import Report
from accounts.lab.script import CredentialExpired, Observation, Script
from accounts.lab.transcript import ScenarioError
from accounts.strategies import Expected, Outcome, Strategy, strategies
from accounts.tokens.realm import lab_realm
from accounts.tracing.redaction import redact

# Whole seconds, because a token's times are. Tried one after the other: on a busy machine a login
# may be over before the event has happened.
_LIFETIMES = [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
NEEDS_CACHE = "needs the cluster"
_NOT_APPLICABLE = Expected(Outcome.NOT_APPLICABLE, "not-applicable")

Pair = tuple[type[Strategy], type[Event]]


def all_pairs() -> list[Pair]:
    """Every strategy with every event, in the order of the registries."""
    return [(strategy, event) for strategy in strategies for event in events]


def find_pair(strategy: type[Strategy] | str, event: type[Event] | str) -> Pair:
    """The classes of a pair that may be named by slugs.

    Raises:
        KeyError: no class has the slug.
    """
    return (
        strategies[strategy] if isinstance(strategy, str) else strategy,
        events[event] if isinstance(event, str) else event,
    )


def expected(strategy: type[Strategy], event: type[Event]) -> Expected:
    """What a strategy declares for an event: its own word, or else the event's ideal."""
    if not event.applies_to(strategy):
        return _NOT_APPLICABLE
    return strategy.expected(event.slug, event.ideal)


def takes_time(strategy: type[Strategy], event: type[Event]) -> bool:
    """Whether the end of a credential's life has to be waited for."""
    return event.ages or expected(strategy, event).thief is Outcome.LATER


def run_scenario(
    strategy: type[Strategy] | str,
    event: type[Event] | str,
    *,
    visitor: uuid.UUID | None = None,
    pause: Pause = time.sleep,
) -> Report:
    """Play an event against a strategy and report what was measured. Never raises.

    ``visitor`` owns the throwaway user. ``pause`` is called to let seconds pass.
    """
    return Scenario(*find_pair(strategy, event), visitor, pause).report()


def _usual_lifetime(strategy: type[Strategy]) -> timedelta:
    usual = lab_realm().access_lifetime
    return min(usual, strategy.token_lifetime or usual)


@dataclass(frozen=True)
class Scenario:
    """One strategy, one event, and how they are played."""

    strategy: type[Strategy]
    event: type[Event]
    visitor: uuid.UUID | None
    pause: Pause
    #: the last one counts, also if it broke
    attempts: list[Observation] = field(default_factory=list)

    def report(self) -> Report:
        """Play it; what breaks is in the report."""
        started, began, error = datetime.now(UTC), time.perf_counter(), None
        declared = _NOT_APPLICABLE
        try:
            if self.strategy.runs_here():
                declared = expected(self.strategy, self.event)
                if self.event.applies_to(self.strategy):
                    play_once_more_if_gone(self._play)
        except Exception as broken:  # noqa: BLE001
            # Whatever it is, it belongs into this cell: the others go on.
            error = redact(str(broken) or type(broken).__name__)
        observed = self.attempts[-1] if self.attempts else Observation()
        lifetime = observed.lifetime
        return Report(
            strategy=self.strategy.slug,
            event=self.event.slug,
            database=connection.display_name,
            started=started,
            duration_ms=(time.perf_counter() - began) * 1000,
            thief=None if error else observed.thief,
            thief_after_s=observed.after_s,
            played_lifetime_s=lifetime.total_seconds() if lifetime else None,
            usual_lifetime_s=_usual_lifetime(self.strategy).total_seconds(),
            other=observed.other,
            role=observed.role,
            cost_queries=observed.cost_queries,
            cost_us=observed.cost_us,
            sql_per_request=observed.sql,
            bytes_per_request=observed.size,
            expected=declared,
            error=error,
            transcript=tuple(observed.exchanges),
            event_at=observed.event_at,
            applies_only=self.event.applies_only if self.strategy.runs_here() else NEEDS_CACHE,
            taken=observed.taken,
            phases=observed.phases,
        )

    def _play(self) -> None:
        at_once = not takes_time(self.strategy, self.event)
        if at_once and self._attempt(None).thief is not Outcome.LATER:
            return
        for lifetime in _LIFETIMES:
            try:
                self._attempt(lifetime)
            except CredentialExpired:
                continue
            return
        raise ScenarioError("This machine is too busy to play with short lifetimes")

    def _attempt(self, lifetime: timedelta | None) -> Observation:
        realm = lab_realm()
        if self.event.grace is not None:
            realm = realm.with_grace(self.event.grace)
        if lifetime is not None:
            realm = realm.short_lived(lifetime, logins=self.event.ages)
        with environment_for(self.strategy, realm, visitor=self.visitor, pause=self.pause) as found:
            observed = Observation(lifetime=lifetime, exchanges=found.transcript.exchanges)
            self.attempts.append(observed)
            Script(found, self.event, observed, patience=self._patience()).run()
        return observed

    def _patience(self) -> float:
        """Seconds that the strategy asks for until its revocation is known everywhere."""
        declared = expected(self.strategy, self.event)
        if declared.thief is Outcome.REFUSED:
            return self.strategy.propagation_delay.total_seconds()
        return 0.0
