"""Results as files: those shipped with this package, and those that the command has saved since."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

from django.conf import settings

from accounts.bench.result import Result, known

SHIPPED = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Saved:
    """A result and the name that it is asked for by."""

    name: str
    result: Result

    @property
    def made(self) -> datetime:
        """When it was measured."""
        return datetime.fromisoformat(self.result["made"])


def folder() -> Path:
    """Where the command saves what it measured on this machine. Git ignores it."""
    return Path(settings.BASE_DIR) / ".bench"


def saved() -> Iterator[Saved]:
    """All results in files; a file that is none is passed over."""
    for directory in (SHIPPED, folder()):
        for file in sorted(directory.glob("*.json")):
            if result := _read(file):
                yield Saved(file.stem, result)


def save(result: Result, directory: Path | None = None, name: str = "") -> Path:
    """Write a result, under its time and database unless it gets a name."""
    directory = directory or folder()
    directory.mkdir(exist_ok=True)
    made = datetime.fromisoformat(result["made"])
    database = result["database"]
    file = directory / f"{name or f'{made:%Y%m%d-%H%M%S}-{database}'}.json"
    file.write_text(json.dumps(result, indent=1) + "\n")
    return file


def _read(file: Path) -> Result | None:
    try:
        content = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    return cast(Result, content) if known(content) else None
