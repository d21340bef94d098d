"""What it costs to log in, to log out, and to log out everywhere.

The verbs of a strategy are called directly: around them the lab asks for things to show, and a
log-in hashes a password, which costs the same for all and more than everything else together. The
row that the lab writes for each login counts where the strategy itself asks for it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter_ns, thread_time_ns
from typing import Self

from django.contrib.auth.hashers import check_password, make_password

from accounts import lab
from accounts.bench.measures.storage import statements
from accounts.bench.result import Cost
from accounts.bench.statistics import microseconds
from accounts.bench.subjects import new_user, signed_in
from accounts.strategies import Strategy

SAMPLES = 30
DEVICES = 3  # of the user who logs out everywhere
HASHES = 5

Report = Callable[[], None]


@dataclass(slots=True)
class Ledger:
    """One verb's samples."""

    queries: list[int] = field(default_factory=list)
    cpu: list[int] = field(default_factory=list)
    wall: list[int] = field(default_factory=list)

    @contextmanager
    def entry(self) -> Iterator[None]:
        """Measure a block."""
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
            "cpu_us": microseconds(self.cpu),
            "wall_us": microseconds(self.wall),
        }

    def __add__(self, other: Self) -> Self:
        """Both together, sample by sample."""
        return type(self)(
            [sum(pair) for pair in zip(self.queries, other.queries, strict=True)],
            [sum(pair) for pair in zip(self.cpu, other.cpu, strict=True)],
            [sum(pair) for pair in zip(self.wall, other.wall, strict=True)],
        )


@dataclass(slots=True)
class Costs:
    """Of one strategy: the login's row, and the verbs."""

    row: Ledger = field(default_factory=Ledger)
    issue: Ledger = field(default_factory=Ledger)
    logout: Ledger = field(default_factory=Ledger)
    everywhere: Ledger = field(default_factory=Ledger)


def measure(strategies: Sequence[Strategy], samples: int, report: Report) -> dict[str, Costs]:
    """The costs by slug; ``report`` is called for each sample of each strategy."""
    costs = {strategy.slug: Costs() for strategy in strategies}
    for _ in range(samples):
        for strategy in strategies:
            _sample(strategy, costs[strategy.slug])
            report()
    return costs


def _sample(strategy: Strategy, costs: Costs) -> None:
    user = new_user()
    with costs.row.entry():
        login = lab.begin(user, strategy)
    with costs.issue.entry():
        credential = strategy.issue(login)
    with costs.logout.entry():
        strategy.revoke(login, credential.value)
    for _ in range(DEVICES):
        signed_in(strategy, user)
    with costs.everywhere.entry():
        strategy.revoke_all(user)


def hash_us() -> float:
    """For scale: microseconds to compare a password of the site with its hash."""
    encoded = make_password("correct horse battery staple")
    took = []
    for _ in range(HASHES):
        began = perf_counter_ns()
        check_password("correct horse battery staple", encoded)
        took.append(perf_counter_ns() - began)
    return microseconds(took)
