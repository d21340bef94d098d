"""The shape of a result: JSON, read by the command, the page and any other program.

Times are in microseconds, sizes in bytes. A figure is None where it could not be measured.
"""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict, cast

FORMAT = 2
FORMATS = (1, FORMAT)  # that can be read
BASELINE = "baseline"
SESSION_DB = "session-db"  # Django's default, the other strategy that all are compared with


class Spread(TypedDict):
    """The median of many samples and their 99th percentile; four in five lie from low to high.

    Older results do not know low and high.
    """

    median: float
    p99: float
    low: NotRequired[float]
    high: NotRequired[float]


class Split(TypedDict):
    """Where the time of a request goes, from a separate, traced pass. Shares of 1."""

    sql: float
    crypto: float
    cache: float
    framework: float


class Cost(TypedDict):
    """What one action costs: a log-in, a log-out, a log-out everywhere. Medians.

    The CPU time of four actions in five lies from ``low_us`` to ``high_us``, which older results
    do not know.
    """

    queries: int
    cpu_us: float
    wall_us: float
    low_us: NotRequired[float]
    high_us: NotRequired[float]


class Stored(TypedDict):
    """What the server stores for one login: rows by table, and their bytes with all indexes."""

    tables: dict[str, float]
    rows: float
    bytes: float | None


class Ratios(TypedDict):
    """A strategy's median time as a multiple of another's."""

    cpu: float
    wall: float


class Measured(TypedDict):
    """One strategy, or the baseline."""

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
    stored: Stored | None
    stored_after_logout: Stored | None
    login: Cost | None
    logout: Cost | None
    logout_everywhere: Cost | None
    vs_baseline: Ratios
    vs_session_db: Ratios


class LoginSetup(TypedDict):
    """How log-ins and log-outs were measured, and for scale what hashing a password costs."""

    logins_each: int
    devices: int
    samples: int
    hash_us: float


class TracingCost(TypedDict):
    """CPU per request of the site's own API, without tracing, with tracing off, and with it on.

    ``off`` and ``on`` are ratios to ``none_us``.
    """

    none_us: float
    off_us: float
    on_us: float
    off: float
    on: float


Asking = Literal["token", "session", "nobody", "bare"]


class SiteCalls(TypedDict):
    """Function calls of one request to the site, under the settings of production.

    ``token`` and ``session`` ask the site's own API who is signed in. ``nobody`` asks a view that
    answers whoever asks: the floor of the site's stack. ``bare`` is the same view in a new project
    with Django REST framework.
    """

    token: int
    session: int
    nobody: int
    bare: int


class UserRow(TypedDict):
    """Medians of ``jwt-blacklist-memory`` with the query for its user's row, and without it."""

    with_cpu_us: float
    without_cpu_us: float
    with_wall_us: float
    without_wall_us: float


class GrowthStep(TypedDict):
    """Look-ups in tables of ``rows`` rows, and the bytes of a row there."""

    rows: int
    blacklist_us: Spread
    session_us: Spread
    blacklist_row_bytes: float | None
    session_row_bytes: float | None


class Pruned(TypedDict):
    """Deleting the blacklist's expired rows, batch by batch; ``memory_mib`` is what was added.

    A statement holds locks. A batch is its transaction, with what the database then writes to disk.
    """

    rows: int
    seconds: float
    longest_batch_ms: float
    longest_statement_ms: float
    memory_mib: float


class Growth(TypedDict):
    """Look-ups as the tables grow."""

    steps: list[GrowthStep]
    pruned: Pruned | None


class LatencyStep(TypedDict):
    """The median request of each strategy with the database some milliseconds away."""

    asked_ms: float
    measured_ms: float
    wall_us: dict[str, float]


class Latency(TypedDict):
    """Requests as the database moves away; ``how`` says in words how it was moved."""

    how: str
    rounds: int
    steps: list[LatencyStep]


class Throughput(TypedDict):
    """One strategy over HTTP; ``low`` and ``high`` are the rates of its worst and its best turn."""

    slug: str
    per_second: float
    low: NotRequired[float]
    high: NotRequired[float]
    p50_ms: float
    p99_ms: float
    requests: int


class Http(TypedDict):
    """A real server and a real client on one machine."""

    server: str
    client: str
    seconds_each: float
    strategies: list[Throughput]


class Goal(TypedDict):
    """A limit that this project set itself, and what was measured."""

    title: str
    limit: float
    figure: float
    reached: bool


class Machine(TypedDict):
    """Where it was measured; no name that belongs to a person or a network.

    ``load`` is of the minute before. ``waited`` is the share of their time that requests which ask
    no database had to wait for a processor, all through the run; older results do not know it.
    """

    cpu: str
    cores: int
    memory_gib: float
    system: str
    load: float
    waited: NotRequired[float]


MAX_LOAD = 0.75  # programs that want to run, for each processor
MAX_WAITED = 0.15


def is_loaded(machine: Mapping[str, Any]) -> bool:
    """Whether other programs kept a machine so busy that times measured on it say little."""
    waited = machine.get("waited", 0.0)
    return bool(machine["load"] > MAX_LOAD * machine["cores"] or waited > MAX_WAITED)


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
    login_setup: LoginSetup
    user_row: UserRow | None
    site_calls: NotRequired[SiteCalls]
    tracing: TracingCost | None
    growth: Growth | None
    latency: Latency | None
    http: Http | None
    goals: list[Goal]


def without_baseline(result: Result) -> list[Measured]:
    """The strategies alone."""
    return [one for one in result["strategies"] if one["slug"] != BASELINE]


def read_result(content: Any) -> Result | None:
    """A result from parsed JSON, of this format or the previous one; None for anything else."""
    if not isinstance(content, dict):
        return None
    if content.get("format") == 1:
        content = {**_renamed(content), "format": FORMAT}
    return cast(Result, content) if content.get("format") == FORMAT else None


_NEW_NAMES = {
    "floor": BASELINE,
    "to_floor": "vs_baseline",
    "to_base": "vs_session_db",
    "kept": "stored",
    "kept_after_logout": "stored_after_logout",
    "everywhere": "logout_everywhere",
    "around": "login_setup",
    "fresh_row": "user_row",
}


def _renamed(part: Any) -> Any:
    """A part of a result of format 1, in the names of format 2."""
    if isinstance(part, dict):
        return {_NEW_NAMES.get(key, key): _renamed(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(one) for one in part]
    return BASELINE if part == "floor" else part
