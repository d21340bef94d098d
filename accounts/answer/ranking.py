"""Ranks the ways to carry a login for one system. Figures in, an order with its reasons out.

Nothing here knows where the figures come from; ``facts.py`` takes each from a measured result.
Times are in microseconds unless a name says otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from accounts.bench.difference import Figure

HOUR = 3600  # seconds


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
class Way:
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


@dataclass(frozen=True, slots=True)
class World:
    """The ways, and round trips to the database: (asked for in ms, measured in ms), ascending."""

    ways: tuple[Way, ...]
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


class Why(StrEnum):
    """Why a way is out."""

    OPEN = "open"  # a stolen copy outlives an event, whatever is set
    THROWS_OUT = "throws-out"  # an event ends logins that should go on
    LATE = "late"  # a log-out would count later than it has to
    DATABASE = "database"  # it asks a database that a service cannot reach
    HEADER = "header"  # its credential is too long


@dataclass(frozen=True, slots=True)
class Place:
    """A way that will do. ``time_us`` is what a request waits for the server and its database."""

    way: Way
    time_us: float
    #: it is carried as this audience should carry it
    suits: bool

    def differs_from(self, other: "Place") -> bool:
        """Whether the two times differ by more than chance alone makes of equal ones."""
        return self.figure.differs_from(other.figure)

    @property
    def figure(self) -> Figure:
        """The time, to compare it with another one."""
        return Figure(self.time_us, self.way.noise_us)


@dataclass(frozen=True, slots=True)
class Out:
    """A way that will not do, and all reasons."""

    way: Way
    why: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ways for one audience: those that will do, the best first, and the others."""

    audience: Audience
    places: tuple[Place, ...]
    out: tuple[Out, ...]

    @property
    def winner(self) -> Place | None:
        """The first; None where no way will do."""
        return self.places[0] if self.places else None

    @property
    def equals(self) -> tuple[Place, ...]:
        """Those that suit as well as the winner and cost the same, as far as was measured."""
        return tuple(
            place
            for place in self.places[1:]
            if place.suits == self.places[0].suits and not place.differs_from(self.places[0])
        )


def rank(world: World, system: System, audience: Audience) -> Ranking:
    """Rank all ways for one audience of a system.

    A browser keeps a cookie out of the reach of scripts, so cookies come first for browsers, and
    headers for everything else; among these the shortest time decides.
    """
    places, out = [], []
    for way in world.ways:
        if why := reasons(way, system):
            out.append(Out(way, why))
        else:
            places.append(place(way, world, system, audience))
    return Ranking(audience, tuple(sorted(places, key=order)), tuple(out))


def best(world: World, system: System, audience: Audience) -> Way | None:
    """The winner of the ranking alone."""
    fit = (way for way in world.ways if not reasons(way, system))
    places = (place(way, world, system, audience) for way in fit)
    found = min(places, key=order, default=None)
    return found.way if found else None


def place(way: Way, world: World, system: System, audience: Audience) -> Place:
    """What a way costs an audience of a system, and whether it suits it."""
    suits = way.in_cookie == (audience is Audience.BROWSERS)
    return Place(way, time_us(way, world, system), suits)


def order(place: Place) -> tuple[bool, float, str]:
    """The smallest is the first."""
    return not place.suits, place.time_us, place.way.slug


def reasons(way: Way, system: System) -> tuple[Why, ...]:
    """Why a way will not do; nothing if it will."""
    is_late = way.lag_s > system.late_s or (way.late_at and not system.late_s)
    found = {
        Why.OPEN: way.open_after,
        Why.THROWS_OUT: way.throws_out_at,
        Why.LATE: is_late,
        Why.DATABASE: system.services and way.request.queries,
        Why.HEADER: way.bytes_sent > system.header_bytes,
    }
    return tuple(why for why, holds in found.items() if holds)


def time_us(way: Way, world: World, system: System) -> float:
    """What a request takes: CPU time, round trips, and its share of a refresh.

    A way that notices a log-out only at a refresh gets access tokens that live for as long as a
    log-out may be late. One that notices at once need not be refreshed for that.
    """
    trip = world.trip_us(system.distance_ms)
    time = _duration(way.request, trip)
    if way.late_at and way.refresh and system.late_s:
        per_request = min(1.0, HOUR / system.late_s / system.per_hour)
        time += per_request * _duration(way.refresh, trip)
    return time


def _duration(action: Action, trip_us: float) -> float:
    return action.cpu_us + action.queries * trip_us


def answer(world: World, system: System) -> Sequence[Ranking]:
    """A ranking for each audience of the system."""
    return [rank(world, system, audience) for audience in system.audiences]
