"""Past this machine, on paper: what each way keeps and sends, and what breaks first.

Figures in, figures out: ``scale_facts.py`` knows where each coefficient was measured, and
``simulation.py`` plays the same system event by event, which checks the arithmetic.

All users are alike. Each has one login at any time: who logs out, or whose login has ended, logs in
again. Requests and log-outs come at random moments (a Poisson process). Every figure is an average
over a day; the busiest hour has more. Times are in seconds unless a name says otherwise.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from math import exp, expm1

DAY = 86_400
_MS, _US = 1e-3, 1e-6


@dataclass(frozen=True, slots=True)
class System:
    """What a visitor says of a system."""

    users: int = 100_000
    #: of one user in a day
    requests: float = 100.0
    #: of one user in a day
    log_outs: float = 0.2
    #: an access token lives so long
    token_s: int = 300
    #: a login (its session, its refresh token) lasts so long where nobody logs out
    login_s: int = 14 * DAY
    #: of all regions together
    processes: int = 8
    #: users and processes are spread evenly; the database is in the first one
    regions: int = 1
    #: between two regions, there and back
    round_trip_ms: float = 80.0

    @property
    def requests_s(self) -> float:
        """Requests of all users in a second."""
        return self.users * self.requests / DAY

    @property
    def log_outs_s(self) -> float:
        """Log-outs of all users in a second."""
        return self.users * self.log_outs / DAY

    @property
    def log_ins_s(self) -> float:
        """Log-ins of all users in a second."""
        return self.users * self.log_in_rate

    @property
    def log_in_rate(self) -> float:
        """Log-ins of one user in a second.

        A login ends by a log-out or at its fixed end, whichever comes first: on average after
        ``(1 - e^(-λD)) / λ`` where users log out λ times in a second and a login lasts D.
        """
        rate = self.log_outs / DAY
        return rate / -expm1(-rate * self.login_s)

    @property
    def expired_s(self) -> float:
        """Logins of all users in a second that nobody has logged out when they end."""
        return self.log_ins_s * exp(-self.log_outs / DAY * self.login_s)

    @property
    def refreshes_s(self) -> float:
        """Access tokens in a second that are fetched with a refresh token.

        The first request after a token has run out fetches one. A log-in brings one along, so a
        login that ends before its token needs none.
        """
        if self.token_s >= self.login_s:
            return 0.0
        asks, ends = self.requests / DAY, self.log_in_rate
        outlives = exp(-ends * self.token_s)
        mean_gap = -expm1(-ends * self.token_s) / ends + outlives / (asks + ends)
        return self.users * outlives * asks / (asks + ends) / mean_gap

    @property
    def longest_token_s(self) -> float:
        """How long an access token can still live after a log-out: never beyond its login."""
        return float(min(self.token_s, self.login_s))

    @property
    def elsewhere(self) -> float:
        """The share of requests that reach a process in another region than the database."""
        return (self.regions - 1) / self.regions

    @property
    def one_way_s(self) -> float:
        """How long news takes into another region."""
        return self.round_trip_ms * _MS / 2 if self.regions > 1 else 0.0


class Kept(StrEnum):
    """How long a row is kept."""

    LIVE = "while its login goes on"
    LISTED = "from the log-out until its login would have ended by itself"
    SHOWN = "from the log-in until a while after its login would have ended"


def kept(system: System, how: Kept, shown_s: float = 0.0) -> float:
    """Rows or entries of all users, one of each login; ``shown_s`` is the while of ``SHOWN``."""
    began = system.log_in_rate * system.login_s  # logins of a user within that time
    match how:
        case Kept.LIVE:
            return float(system.users)
        case Kept.LISTED:
            return system.users * (began - 1)  # one of them still goes on
        case Kept.SHOWN:
            return system.log_ins_s * (system.login_s + shown_s)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that a way keeps for each login. ``row_bytes`` is None where it was not measured."""

    name: str
    kept: Kept
    rows: float
    row_bytes: float | None
    shown_s: float = 0.0

    def count(self, system: System) -> float:
        """Rows of all users."""
        return self.rows * kept(system, self.kept, self.shown_s)

    def pruned_s(self, system: System) -> float:
        """Rows in a second that outlive their log-out, and have to be deleted later."""
        match self.kept:
            case Kept.LIVE:
                return self.rows * system.expired_s
            case Kept.LISTED:
                return self.rows * system.log_outs_s
            case Kept.SHOWN:
                return self.rows * system.log_ins_s


class Holds(StrEnum):
    """What is held beside the database, so that a request need not ask it."""

    NOTHING = "nothing"
    LIST = "each process holds the list of all ended logins; a log-out is a message to each"
    FILTER = "each process holds a filter of all ended logins; a log-out is a message to each"
    FETCHED = "each process fetches a list with a bit for each login again and again"
    CACHED_LOGINS = "a cache holds all logins"
    CACHED_LIST = "a cache for all processes holds the list of all ended logins"


class Ends(StrEnum):
    """When a log-out ends a stolen copy, as it was played."""

    AT_ONCE = "at once"
    WITH_TOKEN = "when the access token runs out"
    WITH_LOGIN = "when the login would have ended by itself"


@dataclass(frozen=True, slots=True)
class Action:
    """What the server does: CPU time in µs, questions to the database."""

    cpu_us: float
    queries: int


@dataclass(frozen=True, slots=True)
class Way:
    """One way to carry a login, as it was measured and as it is described."""

    slug: str
    title: str
    family: str
    request: Action
    #: with the password's hash
    log_in: Action
    log_out: Action
    #: None where there is no token to fetch
    refresh: Action | None
    #: of the credential, with each request
    bytes_sent: int
    tables: tuple[Table, ...]
    holds: Holds
    ends: Ends
    #: its own access tokens live no longer; None: as long as those of the system
    token_s: int | None = None
    #: seconds until all processes know of a log-out, at most: declared, and held by a test
    lag_s: float = 0.0
    #: in the memory of a process, for each entry that it holds
    entry_bytes: float | None = None
    #: of a process, to take the news of a log-out
    message_us: float | None = None
    #: of that news
    message_bytes: float | None = None
    #: of a log-out everywhere, for each live session of anybody
    everywhere_us: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What does not depend on the way."""

    #: of a look-up by key, in the largest table that was measured
    look_up_us: float
    look_up_rows: int
    #: rows that pruning deletes
    pruned_s: float
    #: of the machine, for each of its processors
    memory_bytes: float


CONNECTIONS = 100
CONNECTIONS_SOURCE = "https://www.postgresql.org/docs/current/runtime-config-connection.html"
PATIENCE_S = 10
PATIENCE_SOURCE = "https://www.nngroup.com/articles/response-times-3-important-limits/"
_NOBODY_HAS = 1e15  # users: a limit there is none


@dataclass(frozen=True, slots=True)
class Figures:
    """What a system asks of a way. None where a coefficient was not measured."""

    rows: float
    stored_bytes: float | None
    queries_s: float
    #: processors that are busy all the time
    cores: float
    #: to processes, of log-outs
    messages_s: float
    messages_bytes_day: float | None
    #: that each process holds
    entries: float
    memory_bytes: float | None
    cache_entries: float
    #: credentials, from clients
    wire_bytes_day: float
    #: until a log-out holds everywhere, at most
    log_out_s: float
    #: that a request waits for the distance to the database, on average
    far_s: float


def as_carried(system: System, way: Way) -> System:
    """The system with the access tokens of a way, where these live shorter."""
    shorter = min(system.token_s, way.token_s or system.token_s)
    return replace(system, token_s=shorter)


def figures(system: System, way: Way) -> Figures:
    """The arithmetic of a way."""
    system = as_carried(system, way)
    entries, messages_s = _entries(system, way), _messages_s(system, way)
    return Figures(
        rows=sum(table.count(system) for table in way.tables),
        stored_bytes=_stored_bytes(system, way),
        queries_s=sum(rate * action.queries for rate, action in _actions(system, way)),
        cores=sum(rate * action.cpu_us for rate, action in _actions(system, way)) * _US,
        messages_s=messages_s,
        messages_bytes_day=_times(messages_s * DAY, way.message_bytes),
        entries=entries,
        memory_bytes=_times(entries, way.entry_bytes),
        cache_entries=_cache_entries(system, way),
        wire_bytes_day=system.requests_s * DAY * way.bytes_sent,
        log_out_s=log_out_s(system, way),
        far_s=way.request.queries * system.elsewhere * system.round_trip_ms * _MS,
    )


def _entries(system: System, way: Way) -> float:
    """What each process holds: the ended logins, or one bit for each that has not expired."""
    match way.holds:
        case Holds.LIST | Holds.FILTER:
            return kept(system, Kept.LISTED)
        case Holds.FETCHED:
            return kept(system, Kept.LISTED) + kept(system, Kept.LIVE)
        case _:
            return 0.0


def _messages_s(system: System, way: Way) -> float:
    """Messages to processes: one for each log-out to each, or the list for each when it is old."""
    match way.holds:
        case Holds.LIST | Holds.FILTER:
            return system.log_outs_s * system.processes
        case Holds.FETCHED if way.lag_s:
            return system.processes / way.lag_s
        case _:
            return 0.0


def _times(number: float, size: float | None) -> float | None:
    """So many of a size; of what was not measured nothing is known, unless there are none."""
    return number * size if size is not None else None if number else 0.0


def _actions(system: System, way: Way) -> Iterator[tuple[float, Action]]:
    """What is done, and how often in a second."""
    yield system.requests_s, way.request
    yield system.log_ins_s, way.log_in
    yield system.log_outs_s, way.log_out
    if way.refresh:
        yield system.refreshes_s, way.refresh


def _stored_bytes(system: System, way: Way) -> float | None:
    total = 0.0
    for table in way.tables:
        if table.row_bytes is None:
            return None
        total += table.count(system) * table.row_bytes
    return total


def _cache_entries(system: System, way: Way) -> float:
    match way.holds:
        case Holds.CACHED_LOGINS:
            return kept(system, Kept.LIVE)
        case Holds.CACHED_LIST:
            return kept(system, Kept.LISTED)
        case _:
            return 0.0


def log_out_s(system: System, way: Way) -> float:
    """Seconds until a log-out holds everywhere, at most."""
    system = as_carried(system, way)
    match way.ends:
        case Ends.WITH_LOGIN:
            return float(system.login_s)
        case Ends.WITH_TOKEN:
            return system.longest_token_s
        case Ends.AT_ONCE:
            # News has to travel; who asks the database, or the one cache, need not wait for any.
            has_to_come = way.holds in {Holds.LIST, Holds.FILTER, Holds.FETCHED}
            return way.lag_s + (system.one_way_s if has_to_come else 0.0)


class Breaks(StrEnum):
    """What no longer works from so many users on."""

    PROCESSES = "processes"  # they are busy all the time
    MESSAGES = "messages"  # each process is busy with taking them
    MEMORY = "memory"  # a process holds more than there is
    CONNECTIONS = "connections"  # those of the database are busy all the time
    PRUNING = "pruning"  # rows come faster than they are deleted
    EVERYWHERE = "everywhere"  # to log out everywhere takes too long


@dataclass(frozen=True, slots=True)
class Limit:
    """From ``users`` on something breaks, all else as it is."""

    what: Breaks
    users: float

    @property
    def is_cured(self) -> bool:
        """Whether more processes cure it."""
        return self.what is Breaks.PROCESSES


def limits(system: System, way: Way, measured: Measured) -> list[Limit]:
    """What breaks, the first thing first. Every load grows as the users do."""
    loads = _loads(system, way, measured)
    found = [Limit(what, system.users / load) for what, load in loads if load > 0]
    reached = (limit for limit in found if limit.users < _NOBODY_HAS)
    return sorted(reached, key=lambda limit: limit.users)


def _loads(system: System, way: Way, measured: Measured) -> Iterator[tuple[Breaks, float]]:
    """How much of each limit is used up: 1 is all of it."""
    found = figures(system, way)
    yield Breaks.PROCESSES, found.cores / system.processes
    if way.message_us is not None:  # every process has to take every message
        yield Breaks.MESSAGES, found.messages_s / system.processes * way.message_us * _US
    if found.memory_bytes is not None:
        yield Breaks.MEMORY, found.memory_bytes / measured.memory_bytes
    yield Breaks.CONNECTIONS, _busy_connections(system, found, measured) / CONNECTIONS
    pruned = sum(table.pruned_s(system) for table in way.tables)
    yield Breaks.PRUNING, pruned / measured.pruned_s
    if way.everywhere_us is not None:
        yield Breaks.EVERYWHERE, system.users * way.everywhere_us * _US / PATIENCE_S


def _busy_connections(system: System, found: Figures, measured: Measured) -> float:
    """Connections that wait for an answer at any time (Little's law).

    https://doi.org/10.1287/opre.9.3.383
    """
    trip = system.elsewhere * system.round_trip_ms * _MS
    return found.queries_s * (measured.look_up_us * _US + trip)
