"""What the process does that plays claims: ``manage.py claims --worker``.

Its environment names an empty database of its own.
"""

import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.management import call_command
from django.db import connection

from accounts.bench.measures import machine
from accounts.bench.result import Machine
from accounts.claims._base import Claim, Laboratory
from accounts.claims._evidence import Evidence

PULSE = 1.0  # seconds

Line = dict[str, Any]


def write_lines(lines: Iterable[Line]) -> None:
    """Print each line as JSON, and the last one again every second until there is another.

    A server learns only by writing to it that its client has gone, and that the experiment is to
    stop: so it needs something to pass on.
    """
    last, over = "", threading.Event()

    def repeat() -> None:
        while not over.wait(PULSE):
            _print(last)

    threading.Thread(target=repeat, name="pulse", daemon=True).start()
    try:
        for line in lines:
            last = "" if "evidence" in line else json.dumps(line)
            _print(last or json.dumps(line))
    finally:
        over.set()


def _print(line: str) -> None:
    if line:  # in one piece, or two threads would mix theirs
        print(f"{line}\n", end="", flush=True)  # noqa: T201 - the parent reads it


def work(chosen: Sequence[type[Claim]]) -> Iterator[Line]:
    """Migrate the empty database, then do one experiment after the other.

    Yields ``{"claim", "stage", "done", "total"}`` for progress and, for each that is done, what
    ``Played.from_json`` reads.
    """
    yield {"claim": chosen[0].slug, "stage": "preparing an empty database", "done": 0, "total": 1}
    call_command("migrate", verbosity=0, interactive=False)
    where = machine.machine()  # before this process loads it
    for claim in chosen:
        yield from _play(claim(), where)


def _play(claim: Claim, where: Machine) -> Iterator[Line]:
    began = time.monotonic()
    for item in claim.run(Laboratory()):
        if not isinstance(item, Evidence):
            yield {
                "claim": claim.slug,
                "stage": item.stage,
                "done": item.done,
                "total": item.total,
            }
            continue
        yield {
            "claim": claim.slug,
            "evidence": item.as_json(),
            "verdict": claim.judge(item).as_json(),
            "database": connection.display_name,
            "machine": where,
            "versions": machine.versions(),
            "seconds": round(time.monotonic() - began, 1),
        }
