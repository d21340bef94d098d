"""The table of the libraries, played once and kept in a file: settings, versions, transcripts."""

import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "results" / "libraries.json"
FORMAT = 1
LEFT_OUT = "the profile has no"  # how it begins why an event does not apply; then comes the key


def save(rows: Sequence[Mapping[str, Any]], file: Path = FILE) -> None:
    """Make these the table of the site, a library per line: each as ``Row.as_dict()`` has it."""
    head = {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
    }
    lines = ",\n".join(json.dumps(row) for row in rows)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(head).removesuffix("}") + f', "libraries": [\n{lines}\n]}}\n')


@dataclass(frozen=True, slots=True, eq=False)
class Shipped:
    """The kept table; ``libraries`` are as ``Row.as_dict()`` has them.

    One object for each state of a file, so it may stand for its content as a key.
    """

    made: datetime
    python: str
    libraries: Sequence[dict[str, Any]]

    def cells(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Each cell with its library."""
        for library in self.libraries:
            for cell in library["cells"]:
                yield library, cell


def shipped(file: Path = FILE) -> Shipped | None:
    """The table; None where none was made. The file is read once."""
    return _read(file, file.stat().st_mtime_ns) if file.exists() else None


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Shipped | None:
    content = json.loads(file.read_text())
    if content["format"] != FORMAT:
        return None
    made = datetime.fromisoformat(content["made"])
    return Shipped(made, content["python"], content["libraries"])
