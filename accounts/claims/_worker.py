"""What the process does that plays claims: ``manage.py claims --worker``.

Its environment names an empty database of its own.
"""

import json
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection

from accounts.bench.measures import machine
from accounts.bench.result import Machine
from accounts.claims._base import Claim, Laboratory
from accounts.claims._evidence import Evidence
from accounts.cluster.here import own_control
from accounts.conf import DATABASES
from accounts.services import ServiceError

PULSE = 1.0  # seconds
_HELD = 60.0  # seconds at most for which an experiment has the cluster for itself

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


def work(chosen: Sequence[type[Claim]]) -> Generator[Line, None, None]:
    """Migrate the empty database, then do one experiment after the other.

    Yields ``{"claim", "stage", "done", "total"}`` for progress and, for each that is done, what
    ``Played.from_json`` reads.

    Raises:
        ServiceError: a claim needs a part of the cluster that does not run.
    """
    yield {"claim": chosen[0].slug, "stage": "preparing an empty database", "done": 0, "total": 1}
    if not all(claim.needs for claim in chosen):
        call_command("migrate", verbosity=0, interactive=False)
    where = machine.machine()  # before this process loads it
    laboratory = Laboratory(control=own_control())
    for claim in chosen:
        with _all_that_it_needs(claim, laboratory):
            yield from _play(claim(), laboratory, where)


@contextmanager
def _all_that_it_needs(claim: type[Claim], laboratory: Laboratory) -> Iterator[None]:
    """The cluster for a claim alone, if it needs it."""
    if not claim.needs:
        yield
        return
    control = laboratory.control
    if control is None:
        raise ServiceError("No cluster runs here: make demo CLUSTER=1 starts one.")
    if missing := laboratory.stage.missing(claim.needs):
        raise ServiceError(f"It cannot be played without: {', '.join(missing)}.")
    with control.held(_HELD):
        yield


def _play(claim: Claim, laboratory: Laboratory, where: Machine) -> Iterator[Line]:
    began = time.monotonic()
    for item in claim.run(laboratory):
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
            "database": DATABASES["postgres"] if claim.needs else connection.display_name,
            "machine": where,
            "versions": machine.versions(),
            "seconds": round(time.monotonic() - began, 1),
        }
