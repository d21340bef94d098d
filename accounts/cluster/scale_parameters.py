"""What a visitor can turn of a system, in which steps, and how a figure is said."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.cluster.scale import DAY, System
from accounts.lab.wording import duration

_HOUR, _MINUTE = 3600, 60  # seconds
_DEFAULT = System()
_THOUSAND = 1000
_NAMES = (("trillion", 10**12), ("billion", 10**9), ("million", 10**6))
_BYTES = (("PB", 10**15), ("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))
_EXACT = 10  # larger amounts are said without decimals


def amount(number: float) -> str:
    """A number, ``0.02``, ``1.9``, ``31``, ``4,200``, ``3.2 million``."""
    number = round(number) if number >= _EXACT else number
    for name, each in _NAMES:
        if number >= each:
            return f"{_short(number / each)} {name}"
    return _short(number) if number >= 1 else f"{float(f'{number:.2g}'):g}"


def about(number: float) -> str:
    """A number of which two digits count: ``160,000`` of 160,514."""
    return amount(float(f"{number:.2g}"))


def size(number: float) -> str:
    """Bytes: ``0 B``, ``640 kB``, ``3.2 GB``; a kB is a thousand."""
    for unit, each in _BYTES:
        if number >= each:
            return f"{_short(number / each)} {unit}"
    return f"{number:.0f} B"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= _EXACT else f"{number:.1f}".removesuffix(".0")


def time(seconds: float) -> str:
    """A time, without the decimals of a measured one: ``40 ms``, ``1 s``, ``5 min``, ``14 d``."""
    if seconds < 1:
        return f"{_THOUSAND * seconds:.0f} ms"
    return f"{seconds:.0f} s" if seconds < _MINUTE else duration(seconds)


def _whole(number: float) -> str:
    """What somebody chose, with all its figures: ``12.5``, ``100,000``, ``1 million``."""
    return f"{number:,.10g}" if number < 10**6 else amount(number)


def _milliseconds(number: float) -> str:
    return f"{number:g} ms"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A figure of a system. ``stops`` are what the page offers; between the ends any will do."""

    name: str
    label: str
    stops: tuple[float, ...]
    said: Callable[[float], str] = _whole

    @property
    def default(self) -> float:
        """As it is where nobody says otherwise."""
        value: float = getattr(_DEFAULT, self.name)
        return value

    @property
    def is_whole(self) -> bool:
        """Whether it has no decimals."""
        return isinstance(self.default, int)

    @property
    def low(self) -> float:
        """The least that it may be."""
        return self.stops[0]

    @property
    def high(self) -> float:
        """The most that it may be."""
        return self.stops[-1]


def _steps(low: int, high: int) -> tuple[int, ...]:
    """1, 2, 5, 10 … between two powers of ten."""
    steps = [digit * 10**power for power in range(low, high) for digit in (1, 2, 5)]
    return (*steps, 10**high)


PARAMETERS = (
    Parameter("users", "Users", _steps(3, 9)),
    Parameter("requests", "Requests of a user in a day", _steps(0, 4)),
    Parameter(
        "log_outs",
        "Log-outs of a user in a day",
        (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    ),
    Parameter(
        "token_s",
        "An access token lives",
        (30, 60, 120, 300, 900, 1800, _HOUR, 8 * _HOUR, DAY, 7 * DAY, 30 * DAY),
        time,
    ),
    Parameter(
        "login_s",
        "A login lasts, if nobody logs out",
        (_HOUR, 8 * _HOUR, DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY),
        time,
    ),
    Parameter(
        "processes",
        "Server processes in all",
        (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 10_000),
    ),
    Parameter("regions", "Regions", tuple(range(1, 11))),
    Parameter(
        "round_trip_ms",
        "From region to region and back",
        (0, 5, 10, 20, 40, 80, 120, 160, 200, 250, 300),
        _milliseconds,
    ),
)
