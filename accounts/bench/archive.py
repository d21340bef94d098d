"""Results as files: shipped with this package, or saved by the command on this machine."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accounts.bench.result import Result, read_result

SHIPPED = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Saved:
    """A result, and the name by which the page asks for it."""

    name: str
    result: Result

    @property
    def made(self) -> datetime:
        """When it was measured."""
        return datetime.fromisoformat(self.result["made"])


def folder() -> Path:
    """Where the command saves its results. Git ignores it."""
    return Path(settings.BASE_DIR) / ".bench"


def saved() -> Iterator[Saved]:
    """All results in files. Files with other contents are skipped."""
    for directory in (SHIPPED, folder()):
        for file in sorted(directory.glob("*.json")):
            if result := _read(file):
                yield Saved(file.stem, result)


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
