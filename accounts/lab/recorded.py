"""The recorded matrix of each database: every strategy against every event, shipped as a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parent / "results"
FORMAT = 1
Cell = tuple[str, str]  # the slugs of a strategy and an event


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A matrix that was played at once; ``reports`` are as ``Report.as_dict()`` has them.

    One object for each state of a file, so it may stand for its content as a key.
    """

    database: str
    made: datetime
    seconds: float
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    reports: Mapping[Cell, Mapping[str, Any]]


def save(kind: str, content: Mapping[str, Any], folder: Path | None = None) -> Path:
    """Write a matrix to the file of its database (``sqlite``, ``postgres``), a report per line."""
    folder = folder or SHIPPED
    head = json.dumps({"format": FORMAT, **content, "reports": []}, indent=1)
    lines = ",\n".join(json.dumps(report) for report in content["reports"])
    folder.mkdir(exist_ok=True)
    file = folder / f"{kind}.json"
    file.write_text(head.removesuffix("[]\n}") + f"[\n{lines}\n]}}\n")
    return file


def recorded(kind: str, folder: Path | None = None) -> Recorded | None:
    """The matrix of a database; None where none was recorded. A file is read once."""
    file = (folder or SHIPPED) / f"{kind}.json"
    return _read(file, file.stat().st_mtime_ns) if file.exists() else None


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int) -> Recorded | None:
    content = json.loads(file.read_text())
    if content["format"] != FORMAT:
        return None
    reports: Sequence[Mapping[str, Any]] = content["reports"]
    return Recorded(
        database=content["database"],
        made=datetime.fromisoformat(content["made"]),
        seconds=content["seconds"],
        machine=content["machine"],
        versions=content["versions"],
        reports={(report["strategy"], report["event"]): report for report in reports},
    )
