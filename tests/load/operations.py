"""Many operations over three processes, of which one is killed now and then, as is the database.

``.venv/bin/python -m tests.load.operations --operations 100000`` starts a cluster of its own, in
which people log in, ask, refresh, log out, log out everywhere, change their password and are
disabled, under the site's two ways, at any of the three processes. What was acknowledged is held
against each answer that follows: nothing ended may be accepted, nothing live refused. The status is
1 where something was.

Throwaway users of the lab take part, whose passwords have a cheap hash: with the site's own, a
log-in would take longer than all else together, and the hash is not what is looked at here. The
lab's ways of these names are the code that the site itself runs.
"""

import os
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable
from itertools import chain, cycle
from pathlib import Path

import django
from rich.console import Console

os.environ |= {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "authdemo.settings"}
django.setup()  # without which the rest cannot be imported

from accounts.cluster.parts import SITES  # noqa: E402
from accounts.cluster.running import running  # noqa: E402
from accounts.services.gunicorn import free_port  # noqa: E402
from tests.load.people import Tally, play  # noqa: E402

KILL_EVERY = 20.0  # seconds
TELL_EVERY = 10.0  # seconds
RECOVERY = 2.0  # seconds after the database is ready
# The database once, processes again and again.
PARTS = ("site-2", "primary")


def main(arguments: list[str]) -> int:
    """Play, and tell; 1 where something went wrong."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=KILL_EVERY, help="Seconds between kills.")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="authdemo-") as folder,
        running(Path(folder), host="127.0.0.1", port=free_port(), is_told=False) as control,
    ):
        began, parts = time.monotonic(), chain(PARTS, cycle(SITES))
        told = _every(TELL_EVERY, options.operations)
        tally = play(control, options.operations, parts=parts, every=options.every, told=told)
        seconds = time.monotonic() - began
    return tell(tally, seconds)


def _every(seconds: float, total: int) -> Callable[[Tally], None]:
    """Prints how far it is, so often; a log shows it as well as a terminal."""
    console, began = Console(stderr=True, highlight=False, soft_wrap=True), time.monotonic()
    due = seconds

    def told(tally: Tally) -> None:
        nonlocal due
        if (past := time.monotonic() - began) < due:
            return
        due = past + seconds
        killed, wrong = tally.kills.total(), len(tally.wrong)
        words = f"{tally.number():,} of {total:,} operations, {killed} kills, {wrong} wrong"
        console.print(f"{past:.0f} s: {words}")

    return told


def tell(tally: Tally, seconds: float) -> int:
    """Print what came of it; 1 where something went wrong."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{tally.number():,} operations in {seconds:.0f} s, {dict(tally.done)}")
    console.print(f"without an answer: {dict(tally.lost)}; killed: {dict(tally.kills)}")
    for recovery in tally.recovery:
        console.print(f"good answers {recovery:.2f} s after the database was ready")
    for what, number in Counter(tally.wrong).most_common():
        console.print(f"✗ {number} × {what}", markup=False)
    slow = any(recovery > RECOVERY for recovery in tally.recovery)
    console.print("✗ what was promised did not hold" if tally.wrong or slow else "✓ all held")
    return int(bool(tally.wrong) or slow)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
