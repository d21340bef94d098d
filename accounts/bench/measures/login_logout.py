"""What it costs to log in, to log out, and to log out everywhere.

The strategy's methods are called directly. Around them the lab collects things to show, and a
log-in hashes a password, which costs every strategy the same and outweighs everything else. The row
that the lab writes for each login counts for the strategies that need it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter_ns, thread_time_ns
from typing import Self

from django.contrib.auth.hashers import check_password, make_password

from accounts.bench.difference import HIGH, LOW
from accounts.bench.measures.database import statements
from accounts.bench.result import Cost, LoginSetup
from accounts.bench.statistics import NS_PER_US, median_us, percentile
from accounts.bench.subjects import new_user, sign_in
from accounts.lab.users import begin_login
from accounts.strategies import Strategy

MAX_SAMPLES = 30
DEVICES = 3  # of the user who logs out everywhere
_HASHES = 5

Report = Callable[[], None]


@dataclass(slots=True)
class Samples:
    """One action, measured several times: statements, and nanoseconds."""

    queries: list[int] = field(default_factory=list)
    cpu: list[int] = field(default_factory=list)
    wall: list[int] = field(default_factory=list)

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Measure the block."""
        with statements() as sent:
            wall, cpu = perf_counter_ns(), thread_time_ns()
            yield
            self.cpu.append(thread_time_ns() - cpu)
            self.wall.append(perf_counter_ns() - wall)
        self.queries.append(len(sent))

    def cost(self) -> Cost:
        """The medians."""
        return {
            "queries": int(median(self.queries)),
            "cpu_us": median_us(self.cpu),
            "low_us": round(percentile(self.cpu, LOW) / NS_PER_US, 1),
            "high_us": round(percentile(self.cpu, HIGH) / NS_PER_US, 1),
            "wall_us": median_us(self.wall),
        }

    def __add__(self, other: Self) -> Self:
        """The cost of both actions together, sample by sample."""
        return type(self)(
            [sum(pair) for pair in zip(self.queries, other.queries, strict=True)],
            [sum(pair) for pair in zip(self.cpu, other.cpu, strict=True)],
            [sum(pair) for pair in zip(self.wall, other.wall, strict=True)],
        )


@dataclass(slots=True)
class Costs:
    """One strategy's actions; ``row`` is what the lab does to write the login's row."""

    row: Samples = field(default_factory=Samples)
    issue: Samples = field(default_factory=Samples)
    logout: Samples = field(default_factory=Samples)
    everywhere: Samples = field(default_factory=Samples)


def number_of_samples(rounds: int) -> int:
    """How often each action is measured: a short run is short here, too."""
    return min(MAX_SAMPLES, rounds // 2)


def measure(strategies: Sequence[Strategy], samples: int, report: Report) -> dict[str, Costs]:
    """The costs by slug; ``report`` is called for each sample of each strategy."""
    costs = {strategy.slug: Costs() for strategy in strategies}
    for _ in range(samples):
        for strategy in strategies:
            _measure_once(strategy, costs[strategy.slug])
            report()
    return costs


def _measure_once(strategy: Strategy, costs: Costs) -> None:
    user = new_user()
    with costs.row.one_more():
        login = begin_login(user, strategy)
    with costs.issue.one_more():
        credential = strategy.issue(login)
    with costs.logout.one_more():
        strategy.revoke(login, credential.value)
    for _ in range(DEVICES):
        sign_in(strategy, user)
    with costs.everywhere.one_more():
        strategy.revoke_all(user)


def setup(samples: int, logins: int) -> LoginSetup:
    """How this was measured, with so many samples among so many logins of each strategy."""
    return {
        "logins_each": logins,
        "devices": DEVICES,
        "samples": samples,
        "hash_us": _hash_us(),
    }


def _hash_us() -> float:
    """Microseconds to compare a password of the site with its hash."""
    encoded = make_password("correct horse battery staple")
    took = []
    for _ in range(_HASHES):
        began = perf_counter_ns()
        check_password("correct horse battery staple", encoded)
        took.append(perf_counter_ns() - began)
    return median_us(took)
