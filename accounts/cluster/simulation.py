"""Plays a system event by event, and counts. It knows none of the formulas of ``scale.py``.

Every user, log-out, token and message is an event in a queue that is ordered by time; chance comes
from a seed, so that a run can be repeated. https://en.wikipedia.org/wiki/Discrete-event_simulation
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush

from accounts.cluster.scale import DAY, System


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted. Rows are averages over the time; the rest is for each second."""

    #: of logins that go on
    live: float
    #: of ended logins, in the list until they would have ended by themselves
    listed: float
    #: of logins, until a while after they would have ended
    shown: float
    log_ins_s: float
    log_outs_s: float
    refreshes_s: float
    messages_s: float
    #: seconds until the last process knew of a log-out: the longest
    news_s: float
    #: seconds that the access token lived on after a log-out: the longest
    token_s: float
    #: and the login, had nobody listed it
    login_s: float
    #: handled, in all
    events: int


class _Level:
    """A number that changes, and its average over the time that counts."""

    def __init__(self, begin: float) -> None:
        self._begin, self._at, self._area, self._number = begin, begin, 0.0, 0

    def add(self, change: int, now: float) -> None:
        if now > self._begin:
            self._area += self._number * (now - self._at)
            self._at = now
        self._number += change

    def average(self, end: float) -> float:
        self.add(0, end)
        return self._area / (end - self._begin)


@dataclass(slots=True)
class _Login:
    """One login of a user, and its access token."""

    ends: float
    token_ends: float
    is_over: bool = False


class Simulation:
    """One run. The system is first left alone until as many logins end as begin; then it counts.

    ``shown_s`` is how long the row of a login stays after the login's own end. The time that
    counts is ``counts_for`` times the life of a login.
    """

    def __init__(
        self, system: System, seed: int, *, shown_s: float = 0.0, counts_for: float = 1.0
    ) -> None:
        self._system, self._shown_s = system, shown_s
        self._random = random.Random(seed)  # noqa: S311 - guards nothing
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._now, self._number = 0.0, 0
        # Users come one by one within a login's life; every row of before is gone after the next.
        self._begin = 2.0 * system.login_s + shown_s
        self._end = self._begin + counts_for * system.login_s
        self._live, self._listed, self._shown = (_Level(self._begin) for _ in range(3))
        self._log_ins = self._log_outs = self._refreshes = self._messages = 0
        self._news_s = self._token_s = self._login_s = 0.0

    def run(self) -> Counted:
        """Play it to its end."""
        for _ in range(self._system.users):
            self._at(self._random.uniform(0, self._system.login_s), self._log_in)
        handled = 0
        while self._queue and self._queue[0][0] <= self._end:
            self._now, _, happens = heappop(self._queue)
            happens()
            handled += 1
        seconds = self._end - self._begin
        return Counted(
            live=self._live.average(self._end),
            listed=self._listed.average(self._end),
            shown=self._shown.average(self._end),
            log_ins_s=self._log_ins / seconds,
            log_outs_s=self._log_outs / seconds,
            refreshes_s=self._refreshes / seconds,
            messages_s=self._messages / seconds,
            news_s=self._news_s,
            token_s=self._token_s,
            login_s=self._login_s,
            events=handled,
        )

    @property
    def _counts(self) -> bool:
        return self._now > self._begin

    def _at(self, time: float, happens: Callable[[], None]) -> None:
        self._number += 1  # of two at one time the first comes first
        heappush(self._queue, (time, self._number, happens))

    def _after(self, a_day: float) -> float:
        """The moment of the next of things that happen so often in a day."""
        return self._now + self._random.expovariate(a_day / DAY)

    def _log_in(self) -> None:
        login = _Login(self._now + self._system.login_s, 0.0)
        self._log_ins += self._counts
        self._live.add(1, self._now)
        self._shown.add(1, self._now)
        self._at(login.ends + self._shown_s, lambda: self._shown.add(-1, self._now))
        self._take_token(login)
        leaves = self._after(self._system.log_outs)
        if leaves < login.ends:
            self._at(leaves, lambda: self._log_out(login))
        else:
            self._at(login.ends, lambda: self._end_login(login))

    def _end_login(self, login: _Login) -> None:
        login.is_over = True
        self._live.add(-1, self._now)
        self._log_in()

    def _log_out(self, login: _Login) -> None:
        self._listed.add(1, self._now)
        self._at(login.ends, lambda: self._listed.add(-1, self._now))
        if self._counts:
            self._log_outs += 1
            self._token_s = max(self._token_s, login.token_ends - self._now)
            self._login_s = max(self._login_s, login.ends - self._now)
        self._tell_everybody()
        self._end_login(login)

    def _take_token(self, login: _Login) -> None:
        """An access token, and the request that will find it expired."""
        login.token_ends = min(self._now + self._system.token_s, login.ends)
        asks = login.token_ends + self._after(self._system.requests) - self._now
        if asks < login.ends:
            self._at(asks, lambda: self._refresh(login))

    def _refresh(self, login: _Login) -> None:
        if not login.is_over:
            self._refreshes += self._counts
            self._take_token(login)

    def _tell_everybody(self) -> None:
        """A message to each process: to those of another region it travels half a round trip."""
        system, told = self._system, self._now
        here = self._random.randrange(system.regions)
        for process in range(system.processes):
            is_far = process % system.regions != here
            way = system.round_trip_ms / 2000 if is_far else 0.0
            self._at(self._now + way, lambda: self._take_news(told))

    def _take_news(self, told: float) -> None:
        if self._counts:
            self._messages += 1
            self._news_s = max(self._news_s, self._now - told)
