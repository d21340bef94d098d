"""What a worker prints of a claim, without an experiment."""

import json
import sys
from typing import Any

from accounts.claims import Evidence, Kind, Measurement, Verdict

SLUG = "short-expiry"
ON_CLUSTER = "blacklist-in-redis"  # one that needs the cluster


def played(slug: str = SLUG, kind: Kind = Kind.FAILS) -> dict[str, Any]:
    """The line that says what came of a claim."""
    evidence = Evidence.from_measurements(
        [
            Measurement.from_samples(
                "one", [2, 3, 4], group="Seconds", title="A & B", unit="s", family="jwt"
            ),
            Measurement.from_samples("two", [0.5], group="Seconds", title="C", unit="s"),
        ]
    )
    return {
        "claim": slug,
        "evidence": evidence.as_json(),
        "verdict": Verdict(kind, "The copy lived 3 s.", "A limit.", "At 1 s.").as_json(),
        "database": "SQLite",
        "machine": {"cpu": "Z80", "cores": 1, "memory_gib": 1, "system": "CP/M", "load": 0.5},
        "versions": {"Django": "5.2"},
        "seconds": 1.5,
    }


def progress(slug: str = SLUG) -> dict[str, Any]:
    """The line that says how far it is."""
    return {"claim": slug, "stage": "logging in", "done": 1, "total": 4}


def program(*lines: dict[str, Any], then: str = "") -> list[str]:
    """A command that prints the lines, as the worker does, and then goes on with ``then``."""
    text = "".join(f"print({json.dumps(line)!r}, flush=True)\n" for line in lines)
    return [sys.executable, "-c", f"{text}{then}"]
