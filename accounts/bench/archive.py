"""Results as files: shipped with this package, or saved by the command on this machine."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.conf import settings

from accounts.bench.result import Result, is_loaded, read_result

SHIPPED = Path(__file__).parent / "results"


MAX_LISTED = 50  # newest results of this machine
PARTS = ("latency", "growth", "http")  # that not every result has


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list says of a result; ``name`` is what the page asks for it by."""

    name: str
    made: datetime
    database: str
    parts: frozenset[str]
    #: other programs kept the machine busy: it is never taken for the newest
    is_loaded: bool = False
    #: when its file was written, in nanoseconds: equal entries are of one and the same content
    changed: int = 0

    @classmethod
    def from_result(cls, name: str, result: Result, changed: int) -> "Entry":
        """The entry of a result that has been read."""
        content = cast("Mapping[str, Any]", result)
        parts = frozenset(part for part in PARTS if content[part])
        made = datetime.fromisoformat(result["made"])
        return cls(name, made, result["database"], parts, is_loaded(result["machine"]), changed)


def folder() -> Path:
    """Where the command saves its results. Git ignores it."""
    return Path(settings.BASE_DIR) / ".bench"


def entries() -> Iterator[Entry]:
    """The results in files. A file is read once, until it changes; other contents are skipped."""
    for file in _files():
        with suppress(OSError):  # it has gone meanwhile
            if entry := _entry(file, file.stat().st_mtime_ns):
                yield entry


def newest(database: str, part: str = "") -> Entry | None:
    """The newest result of a database in files, of those with a part; none of a busy machine."""
    fit = (
        entry
        for entry in entries()
        if entry.database == database and not entry.is_loaded and (part in entry.parts or not part)
    )
    return max(fit, key=lambda entry: entry.made, default=None)


def find(name: str) -> Result | None:
    """The result of a name, if there is one."""
    found = (_read(file) for file in _files() if file.stem == name)
    return next(filter(None, found), None)


def _files() -> list[Path]:
    """Those shipped, and the newest of this machine: a name begins with the time."""
    own = sorted(folder().glob("*.json"), reverse=True)[:MAX_LISTED]
    return [*sorted(SHIPPED.glob("*.json")), *own]


@lru_cache(maxsize=4 * MAX_LISTED)
def _entry(file: Path, changed: int) -> Entry | None:
    result = _read(file)
    return Entry.from_result(file.stem, result, changed) if result else None


def save(result: Result, directory: Path | None = None, name: str = "") -> Path:
    """Write a result to a file, named by its time and database unless ``name`` is given."""
    directory = directory or folder()
    directory.mkdir(exist_ok=True)
    made = datetime.fromisoformat(result["made"])
    database = result["database"]
    file = directory / f"{name or f'{made:%Y%m%d-%H%M%S}-{database}'}.json"
    file.write_text(json.dumps(result, indent=1) + "\n")
    return file


def _read(file: Path) -> Result | None:
    try:
        return read_result(json.loads(file.read_text()))
    except (OSError, ValueError):
        return None
