"""Ranks the ways to carry a login for one system. Figures in, an order with its reasons out.

Nothing here knows where the figures come from; ``facts.py`` takes each from a measured result.
Times are in microseconds unless a name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from accounts.bench.difference import Figure

HOUR = 3600  # seconds
JWT = "jwt"  # a candidate's family


class Client(StrEnum):
    """Who sends the requests."""

    BROWSER = "browser"
    APP = "app"
    PROGRAM = "program"


class Audience(StrEnum):
    """Clients that carry a login alike."""

    BROWSERS = "browsers"
    PROGRAMS = "programs"


@dataclass(frozen=True, slots=True)
class System:
    """What a visitor says of a system."""

    #: milliseconds to the database and back
    distance_ms: float = 1.0
    #: seconds after which a log-out has to count; 0: from the next request on
    late_s: int = 0
    #: requests of one user in an hour
    per_hour: int = 120
    #: services that check logins and cannot reach the database
    services: int = 0
    #: a credential of more bytes hurts
    header_bytes: int = 4096
    clients: frozenset[Client] = frozenset({Client.BROWSER})

    @property
    def audiences(self) -> list[Audience]:
        """The audiences of its clients."""
        browsers = [Audience.BROWSERS] if Client.BROWSER in self.clients else []
        programs = [Audience.PROGRAMS] if self.clients - {Client.BROWSER} else []
        return browsers + programs


@dataclass(frozen=True, slots=True)
class Action:
    """What the server does for one request: CPU time, and questions to the database."""

    cpu_us: float
    queries: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to carry a login, as it was measured."""

    slug: str
    title: str
    family: str
    #: a browser keeps and sends it by itself, out of a script's reach
    in_cookie: bool
    request: Action
    #: how far the true CPU time may lie from the measured one
    noise_us: float
    bytes_sent: int
    #: a new pair of tokens; None where there is none to fetch
    refresh: Action | None = None
    #: events that a stolen copy outlives
    open_after: tuple[str, ...] = ()
    #: events that throw out a device which should stay
    throws_out_at: tuple[str, ...] = ()
    #: events that count only when the access token runs out
    late_at: tuple[str, ...] = ()
    #: seconds until all server processes know of a log-out
    lag_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Measurements:
    """The ways, and round trips to the database: (asked for in ms, measured in ms), ascending.

    Told from others by identity, so that a winner is quickly looked up.
    """

    candidates: tuple[Candidate, ...]
    trips: tuple[tuple[float, float], ...]

    def trip_us(self, distance_ms: float) -> float:
        """What a distance adds to each question: measured, and on straight lines in between."""
        at = min(max(distance_ms, self.trips[0][0]), self.trips[-1][0])
        nearest = self.trips[0][1]
        for (left, low), (right, high) in pairwise(self.trips):
            if left <= at <= right:
                trip = low + (high - low) * (at - left) / (right - left)
                return 1000 * max(0.0, trip - nearest)
        return 0.0


class Reason(StrEnum):
    """Why a way is out."""

    OPEN = "open"  # a stolen copy outlives an event, whatever is set
    THROWS_OUT = "throws-out"  # an event ends logins that should go on
    LATE = "late"  # a log-out would count later than it has to
    DATABASE = "database"  # it asks a database that a service cannot reach
    HEADER = "header"  # its credential is too long


@dataclass(frozen=True, slots=True)
class Entry:
    """A way that will do. ``time_us`` is what a request waits for the server and its database."""

    candidate: Candidate
    time_us: float
    #: it is carried as this audience should carry it
    suits: bool

    def differs_from(self, other: "Entry") -> bool:
        """Whether the two times differ by more than chance alone makes of equal ones."""
        return self.figure.differs_from(other.figure)

    @property
    def figure(self) -> Figure:
        """The time, to compare it with another one."""
        return Figure(self.time_us, self.candidate.noise_us)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A way that will not do, and all reasons."""

    candidate: Candidate
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ways for one audience: those that will do, the best first, and the others."""

    audience: Audience
    entries: tuple[Entry, ...]
    excluded: tuple[Excluded, ...]

    @property
    def winner(self) -> Entry | None:
        """The first; None where no way will do."""
        return self.entries[0] if self.entries else None

    @property
    def rival(self) -> Entry | None:
        """The best of the other kind: a JWT where none wins, and the other way round."""
        is_jwt = bool(self.winner and self.winner.candidate.family == JWT)
        others = (one for one in self.entries if (one.candidate.family == JWT) != is_jwt)
        return next(others, None)

    @property
    def equals(self) -> tuple[Entry, ...]:
        """Those that suit as well as the winner and cost the same, as far as was measured."""
        return tuple(
            entry
            for entry in self.entries[1:]
            if entry.suits == self.entries[0].suits and not entry.differs_from(self.entries[0])
        )


def rank(measurements: Measurements, system: System, audience: Audience) -> Ranking:
    """Rank all ways for one audience of a system.

    A browser keeps a cookie out of the reach of scripts, so cookies come first for browsers, and
    headers for everything else; among these the shortest time decides.
    """
    entries, excluded = [], []
    for candidate in measurements.candidates:
        if why := reasons(candidate, system):
            excluded.append(Excluded(candidate, why))
        else:
            entries.append(entry(candidate, measurements, system, audience))
    return Ranking(audience, tuple(sorted(entries, key=order)), tuple(excluded))


@lru_cache(maxsize=2048)
def best(measurements: Measurements, system: System, audience: Audience) -> Candidate | None:
    """The winner of the ranking alone: each sentence of an answer asks for hundreds of systems."""
    fit = (candidate for candidate in measurements.candidates if not reasons(candidate, system))
    entries = (entry(candidate, measurements, system, audience) for candidate in fit)
    found = min(entries, key=order, default=None)
    return found.candidate if found else None


def entry(
    candidate: Candidate, measurements: Measurements, system: System, audience: Audience
) -> Entry:
    """What a way costs an audience of a system, and whether it suits it."""
    suits = candidate.in_cookie == (audience is Audience.BROWSERS)
    return Entry(candidate, time_us(candidate, measurements, system), suits)


def order(entry: Entry) -> tuple[bool, float, str]:
    """The smallest is the first."""
    return not entry.suits, entry.time_us, entry.candidate.slug


def reasons(candidate: Candidate, system: System) -> tuple[Reason, ...]:
    """Why a way will not do; nothing if it will."""
    is_late = candidate.lag_s > system.late_s or (candidate.late_at and not system.late_s)
    found = (
        (Reason.OPEN, candidate.open_after),
        (Reason.THROWS_OUT, candidate.throws_out_at),
        (Reason.LATE, is_late),
        (Reason.DATABASE, system.services and candidate.request.queries),
        (Reason.HEADER, candidate.bytes_sent > system.header_bytes),
    )
    return tuple([why for why, holds in found if holds])


def time_us(candidate: Candidate, measurements: Measurements, system: System) -> float:
    """What a request takes: CPU time, round trips, and its share of a refresh.

    A way that notices a log-out only at a refresh gets access tokens that live for as long as a
    log-out may be late. One that notices at once need not be refreshed for that.
    """
    trip = measurements.trip_us(system.distance_ms)
    time = _duration(candidate.request, trip)
    if candidate.refresh and (refreshes := refreshes_per_hour(candidate, system)):
        time += refreshes / system.per_hour * _duration(candidate.refresh, trip)
    return time


def refreshes_per_hour(candidate: Candidate, system: System) -> float:
    """How often a user fetches a new access token, at most: no more often than it is needed."""
    if not (candidate.late_at and candidate.refresh and system.late_s):
        return 0.0
    return min(system.per_hour, HOUR / system.late_s)


def _duration(action: Action, trip_us: float) -> float:
    return action.cpu_us + action.queries * trip_us


def rankings(measurements: Measurements, system: System) -> Sequence[Ranking]:
    """A ranking for each audience of the system."""
    return [rank(measurements, system, audience) for audience in system.audiences]
