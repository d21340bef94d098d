"""The shape of a result: JSON, read by the command, the page and whoever wants the numbers.

Times in microseconds, sizes in bytes. A figure is None where it could not be measured.
"""

from typing import Any, TypedDict

FORMAT = 1
FLOOR = "floor"
BASE = "session-db"


class Spread(TypedDict):
    """Of many samples: the middle one, and the one that 99 of 100 stay below."""

    median: float
    p99: float


class Split(TypedDict):
    """Where the time of a request goes, from a separate, traced pass. Shares of 1."""

    sql: float
    crypto: float
    cache: float
    framework: float


class Cost(TypedDict):
    """What one verb of a strategy costs."""

    queries: int
    cpu_us: float
    wall_us: float


class Kept(TypedDict):
    """What the server keeps for one login: rows by table, and their bytes with all indexes."""

    tables: dict[str, float]
    rows: float
    bytes: float | None


class Ratios(TypedDict):
    """A strategy's median as a multiple of another's."""

    cpu: float
    wall: float


class Measured(TypedDict):
    """One strategy, or the floor."""

    slug: str
    title: str
    subtitle: str
    family: str
    queries: int
    calls: int
    cpu_us: Spread
    wall_us: Spread
    split: Split
    bytes_sent: int
    kept: Kept | None
    kept_after_logout: Kept | None
    login: Cost | None
    logout: Cost | None
    everywhere: Cost | None
    to_floor: Ratios
    to_base: Ratios


class Around(TypedDict):
    """How log-ins and log-outs were measured, and for scale what hashing a password costs."""

    logins_each: int
    devices: int
    samples: int
    hash_us: float


class TracingCost(TypedDict):
    """CPU per request of the site's own API under three conditions, and two ratios to ``none``."""

    none_us: float
    off_us: float
    on_us: float
    off: float
    on: float


class FreshRow(TypedDict):
    """Medians of ``jwt-blacklist-memory`` with its user's row, and of the same without it."""

    with_cpu_us: float
    without_cpu_us: float
    with_wall_us: float
    without_wall_us: float


class Growing(TypedDict):
    """Look-ups in tables of a size, and what a row takes there."""

    rows: int
    blacklist_us: Spread
    session_us: Spread
    blacklist_row_bytes: float | None
    session_row_bytes: float | None


class Pruned(TypedDict):
    """Deleting expired rows of the blacklist, batch by batch; ``memory`` is what was added.

    A statement holds locks. A batch is its transaction, and what the database writes to disk after.
    """

    rows: int
    seconds: float
    longest_batch_ms: float
    longest_statement_ms: float
    memory_mib: float


class Growth(TypedDict):
    """What happens as the tables grow."""

    steps: list[Growing]
    pruned: Pruned | None


class Distance(TypedDict):
    """The median request of each strategy with the database some milliseconds away."""

    asked_ms: float
    measured_ms: float
    wall_us: dict[str, float]


class Latency(TypedDict):
    """How the distance was made, and what came of it."""

    how: str
    rounds: int
    steps: list[Distance]


class Served(TypedDict):
    """One strategy over HTTP."""

    slug: str
    per_second: float
    p50_ms: float
    p99_ms: float
    requests: int


class Http(TypedDict):
    """A real server and a real client on one machine."""

    server: str
    client: str
    seconds_each: float
    strategies: list[Served]


class Goal(TypedDict):
    """A figure that was to be reached."""

    title: str
    limit: float
    figure: float
    reached: bool


class Machine(TypedDict):
    """Where it was measured; no name that belongs to a person or a network."""

    cpu: str
    cores: int
    memory_gib: float
    system: str
    load: float


class Result(TypedDict):
    """One run of ``manage.py bench``."""

    format: int
    made: str
    seconds: float
    command: str
    database: str
    rounds: int
    machine: Machine
    versions: dict[str, str]
    strategies: list[Measured]
    around: Around
    fresh_row: FreshRow | None
    tracing: TracingCost | None
    growth: Growth | None
    latency: Latency | None
    http: Http | None
    goals: list[Goal]


def known(content: Any) -> bool:
    """Whether a file's content is a result that this version understands."""
    return isinstance(content, dict) and content.get("format") == FORMAT
