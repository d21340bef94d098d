"""The script of every scenario: log in, steal, let the event happen, replay, go on."""

import time
from dataclasses import dataclass, field
from datetime import timedelta

from accounts.lab.events._base import Event
from accounts.lab.stage import Reply, Stage
from accounts.lab.transcript import Exchange, ScenarioError
from accounts.strategies import Other, Outcome

_POLL = 0.005  # seconds
_ROUNDED = 1.0  # seconds by which an end may lie earlier: some times are kept in whole seconds


class CredentialExpired(Exception):
    """A credential expired before it was seen what becomes of it: play with a longer life."""


@dataclass(slots=True)
class Observation:
    """What was observed so far; ``Report`` explains the fields of the same names."""

    #: of the credentials, where it was made short
    lifetime: timedelta | None = None
    thief: Outcome = Outcome.NOT_APPLICABLE
    after_s: float | None = None
    at_once: bool = False
    other: Other = "not-applicable"
    role: str | None = None
    cost_queries: int = 0
    cost_us: float = 0.0
    sql: int = 0
    size: int = 0
    event_at: tuple[int, int] = (0, 0)
    taken: int | None = None
    phases: tuple[tuple[bool, bool], ...] = ()
    exchanges: list[Exchange] = field(default_factory=list)


class Script:
    """Runs the script once, in one environment, and fills an observation in.

    ``patience``: seconds for which a revocation may still be on its way to the thief's server.
    """

    def __init__(
        self,
        environment: Stage,
        event: type[Event],
        observed: Observation,
        *,
        patience: float,
    ) -> None:
        self.environment = environment
        self.event = event
        self.observed = observed
        self.patience = patience
        self._happened = 0.0

    def run(self) -> None:
        """Run it from beginning to end.

        Raises:
            ScenarioError: a credential does not work before anything has happened.
            CredentialExpired: the short lifetime was over too early.
        """
        self._log_in_and_steal()
        before = self.environment.role
        self._let_it_happen()
        self.observed.taken = self.environment.taken
        first = self._replay()
        goes_on = self._go_on()
        if self.event.stops_store:
            first = self._let_it_pass(first, goes_on=goes_on)
        if not first.accepted:
            self._was_refused()
        elif self.environment.role != before:
            self._was_served(first.role)
        else:
            self._was_accepted(first.role)

    def _log_in_and_steal(self) -> None:
        a, b, thief = self.environment.a, self.environment.b, self.environment.thief
        for device in (a, b):
            self._must_work(device.log_in())
        if self.event.steals:
            self.environment.steal()
        answer = self._must_work(a.me("Device A sends a request"))
        self.observed.sql, self.observed.size = answer.sql, answer.credential_bytes
        self._must_work(b.me("Device B sends a request"))
        if self.event.steals:
            self._is_as_good(thief.me("The thief sends its copy of A's credential"))

    def _is_as_good(self, answer: Reply) -> None:
        """A copy works as what it was copied from, unless a key belongs to it."""
        if not self.environment.copies_are_useless:
            self._must_work(answer)
        elif answer.accepted:
            raise ScenarioError("The thief was let in without the key that belongs to the copy")

    def _must_work(self, answer: Reply) -> Reply:
        if not answer.accepted:
            self._check_age()
            raise ScenarioError(f"Refused before anything happened: {answer.reason}")
        return answer

    def _check_age(self) -> None:
        """Tell a credential that was ended from one that merely expired.

        Raises:
            CredentialExpired: it may have been its age.
        """
        if self.observed.lifetime is None:
            return
        ends = self.environment.thief.access_ends
        if self.event.ages:
            first = self.environment.first_end
            ends = None if first is None else first - _ROUNDED
        if ends is None or time.time() >= ends:
            raise CredentialExpired

    def _let_it_happen(self) -> None:
        exchanges = self.observed.exchanges
        begins = len(exchanges)
        self.event().happen(self.environment)
        self._happened = time.monotonic()
        self.observed.event_at = (begins, len(exchanges))
        for exchange in exchanges[begins:]:
            if exchange.trace:
                self.observed.cost_queries += exchange.trace["tally"]["sql"]
                self.observed.cost_us += exchange.trace["total_us"]

    def _since(self) -> float:
        return time.monotonic() - self._happened

    def _replay(self) -> Reply:
        answer = self.event().replay(self.environment)
        self.observed.at_once = not answer.accepted
        if not answer.accepted or not self.patience:
            self.observed.after_s = self._since()
            return answer
        return self._try_until(self.patience)

    def _try_until(self, limit: float) -> Reply:
        """Let the thief try again and again; only the last attempt is recorded."""
        thief = self.environment.thief
        while thief.me("", record=False).accepted and self._since() < limit:
            time.sleep(_POLL)
        self.observed.after_s = self._since()
        after_ms = self.observed.after_s * 1000
        return thief.me(f"The thief tries again {after_ms:.0f} ms after the event")

    def _let_it_pass(self, first: Reply, *, goes_on: bool) -> Reply:
        """The store is back: try both again. What counts is the answer that let the thief in."""
        self.environment.start_store()
        again = self.event().replay(self.environment, "The thief replays its copy again")
        goes_on_again = self._go_on()
        if not (goes_on and goes_on_again):
            self.observed.other = "collateral"
        self.observed.phases = ((first.accepted, goes_on), (again.accepted, goes_on_again))
        return first if first.accepted else again

    def _go_on(self) -> bool:
        """Whether the user's other device goes on, with a new token if it needs one."""
        device = self.environment.b
        if not device.has_credential:  # it has logged itself out
            return False
        answer = device.me("Device B goes on")
        if not answer.accepted and device.refresh_token:
            renewed = device.refresh("Device B spends its refresh token")
            if renewed.accepted:
                answer = device.me("Device B goes on with its new token")
        if not answer.accepted and self.event.stops_store:
            self._check_age()
        if not self.event.everyone:
            self.observed.other = "untouched" if answer.accepted else "collateral"
        return answer.accepted

    def _was_refused(self) -> None:
        if not self.event.ages:
            self._check_age()
        self.observed.thief = Outcome.REFUSED

    def _was_served(self, role: str | None) -> None:
        """The role has changed: say which one the thief saw, and how long it sees the old one."""
        self.observed.role, self.observed.after_s = role, None
        if role == self.environment.role:
            self.observed.thief = Outcome.NEW_ROLE
            return
        self.observed.thief = Outcome.STALE_ROLE
        ends = self.environment.thief.access_ends
        if self._renew() != self.environment.role:
            ends = self.environment.thief.refresh_ends or ends
        self.observed.after_s = _left(ends)

    def _was_accepted(self, role: str | None) -> None:
        """The copy works: for good, or only until a token expires that cannot be renewed."""
        self.observed.role, self.observed.thief = role, Outcome.ACCEPTED
        thief = self.environment.thief
        if not self.event.steals:  # it can do so again at any time
            return
        if not thief.refresh_token:
            self.observed.after_s = _left(thief.access_ends or self.environment.last_end)
        elif self._renew() is not None:
            self.observed.after_s = _left(thief.refresh_ends or self.environment.last_end)
        else:
            self._wait_for_expiry(thief.access_ends)

    def _renew(self) -> str | None:
        """Spend the stolen refresh token, and use what it gave; the role that is then served."""
        thief = self.environment.thief
        if not thief.refresh_token:
            return None
        if not thief.refresh("The thief spends its copy of the refresh token").accepted:
            return None
        return thief.me("The thief goes on with its new token").role

    def _wait_for_expiry(self, ends: float | None) -> None:
        self.observed.thief = Outcome.LATER
        if self.observed.lifetime is None or ends is None:
            return
        self.environment.wait_until(ends)
        last = self._try_until(self._since() + _ROUNDED)
        self.observed.role = None
        if last.accepted:
            self.observed.thief = Outcome.ACCEPTED


def _left(ends: float | None) -> float | None:
    return None if ends is None else max(0.0, ends - time.time())
