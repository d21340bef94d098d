"""What the process does that plays claims: ``manage.py claims --worker``.

Its environment names an empty database of its own.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.management import call_command
from django.db import connection

from accounts.bench.measures import machine
from accounts.claims import Claim, claims
from accounts.claims._base import Evidence
from accounts.claims._laboratory import Laboratory

Line = dict[str, Any]


def work(slugs: Sequence[str]) -> Iterator[Line]:
    """Migrate the empty database, then do one experiment after the other.

    Yields ``{"claim", "stage", "done", "total"}`` for progress and, for each that is done, what
    ``Played.from_json`` reads.
    """
    yield {"claim": slugs[0], "stage": "preparing an empty database", "done": 0, "total": 1}
    call_command("migrate", verbosity=0, interactive=False)
    for slug in slugs:
        yield from _play(claims[slug]())


def _play(claim: Claim) -> Iterator[Line]:
    where = machine.machine()  # before this process loads it
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
