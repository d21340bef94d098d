"""This checkout against another one: the CPU time of a request, the two taking turns in one run.

``git worktree add ../before COMMIT``, then ``.venv/bin/python -m tests.load.against ../before``,
and once more with ``--database postgres``, on a quiet machine: two minutes each. Both run with this
Python and its packages, under the settings of production, without a network. The first table is
this checkout against the other one. The second says for each of them what the site's two modes
cost beside a new project with simplejwt or with Django's session, measured in the same run.
"""

import os
import random
import secrets
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from accounts.bench.difference import Figure
from accounts.bench.measures.machine import machine
from accounts.bench.result import is_loaded
from accounts.bench.statistics import spread
from accounts.services.json_lines import JsonLines
from accounts.services.temporary import temporary_database

HERE = Path(__file__).resolve().parents[2]
BLOCK = 20  # requests before it is another one's turn
SEED = 5
SUBJECTS = {
    "token": "the site, by token",
    "session": "the site, by session",
    "jwt-blacklist-memory": "the lab's jwt-blacklist-memory",
    "nobody": "this stack, a view that answers whoever asks",
    "bare": "a new project, the same view",
    "bare-simplejwt": "a new project, simplejwt as it comes",
    "bare-simplejwt-blacklist": "a new project, simplejwt and a look-up of the jti",
    "bare-session": "a new project, Django's session",
}
RATIOS = (
    ("token", "bare-simplejwt"),
    ("token", "bare-simplejwt-blacklist"),
    ("session", "bare-session"),
    ("jwt-blacklist-memory", "bare-session"),
    ("nobody", "bare"),
)

Samples = dict[str, list[int]]  # nanoseconds of CPU for each request, by subject


def asked(checkout: Path, url: str) -> JsonLines:
    """A process that has the code of a checkout and a database of its own."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "PYTHONPATH": str(checkout),
        "PYTHONHASHSEED": "0",
        "DJANGO_SETTINGS_MODULE": "authdemo.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    script = Path(__file__).with_name("asked.py")
    return JsonLines([sys.executable, "-P", str(script)], environment=environment)


def measure(checkouts: Sequence[Path], database: str, rounds: int) -> list[Samples]:
    """The samples of each checkout: ``rounds`` requests of each subject."""
    samples: list[Samples] = [{name: [] for name in SUBJECTS} for _ in checkouts]
    rng = random.Random(SEED)  # noqa: S311 - guards nothing
    turns = [(number, name) for number in range(len(checkouts)) for name in SUBJECTS]
    with ExitStack() as stack:
        servers = [stack.enter_context(temporary_database(database)) for _ in checkouts]
        children = [
            stack.enter_context(asked(checkout, server.address))
            for checkout, server in zip(checkouts, servers, strict=True)
        ]
        for block in range(1 + rounds // BLOCK):
            rng.shuffle(turns)
            for number, name in turns:
                took = children[number].ask({"subject": name, "times": BLOCK})["cpu_ns"]
                samples[number][name] += took if block else []  # the first one warms up
    return samples


def figure(nanoseconds: Sequence[int]) -> Figure:
    """The median in microseconds."""
    return Figure.from_spread(spread(nanoseconds), len(nanoseconds))


def times(before: Samples, after: Samples) -> Table:
    """The CPU time of each subject in both checkouts."""
    drawn = Table("CPU of a request", "before, µs", "after, µs", "after ÷ before")
    for name, words in SUBJECTS.items():
        old, new = figure(before[name]), figure(after[name])
        drawn.add_row(words, f"{old.median:.0f}", f"{new.median:.0f}", shown(new.over(old)))
    return drawn


def ratios(before: Samples, after: Samples) -> Table:
    """What is compared with what, within each checkout."""
    drawn = Table("ratio", "before", "after")
    for one, other in RATIOS:
        cells = (shown(figure(found[one]).over(figure(found[other]))) for found in (before, after))
        drawn.add_row(f"{SUBJECTS[one]} ÷ {SUBJECTS[other]}", *cells)
    return drawn


def shown(ratio: Figure) -> str:
    """A ratio, and how far the true one may lie from it."""
    return f"{ratio.median:.3f} ± {ratio.error:.3f}"


def main() -> None:
    """Measure, and print both tables."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, help="The other checkout, with older code.")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--rounds", type=int, default=1000, help="Requests of each (%(default)s).")
    options = parser.parse_args()
    found = machine()
    checkouts = [options.checkout.resolve(), HERE]
    before, after = measure(checkouts, options.database, options.rounds)
    console = Console(width=110)
    console.print(f"{options.database}, {options.rounds} rounds, load {found['load']}")
    console.print(times(before, after), ratios(before, after))
    if is_loaded(found):
        console.print("Other programs kept this machine busy: these times say little.")


if __name__ == "__main__":
    main()
