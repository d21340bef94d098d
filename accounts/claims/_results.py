"""The results that are shipped with this package: one file for each database."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from accounts.claims._evidence import Played

SHIPPED = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """What came of a claim, and when.

    One object for each that is shipped, so it may stand for its content as a key.
    """

    made: datetime
    played: Played


@cache
def shipped(database: str) -> Mapping[str, Result]:
    """The shipped results on ``sqlite`` or ``postgres`` by claim; read once."""
    try:
        content = json.loads((SHIPPED / f"{database}.json").read_text())
    except FileNotFoundError:
        return {}
    return {
        slug: Result(datetime.fromisoformat(one.pop("made")), Played.from_json(one))
        for slug, one in content.items()
    }


def ship(found: Iterable[Played], database: str) -> None:
    """Make these the shipped results; those of other claims stay as they are."""
    made = datetime.now(UTC)
    results = {**shipped(database), **{one.claim: Result(made, one) for one in found}}
    content = {
        slug: {"made": one.made.isoformat(timespec="seconds"), **one.played.as_json()}
        for slug, one in sorted(results.items())
    }
    SHIPPED.mkdir(exist_ok=True)
    (SHIPPED / f"{database}.json").write_text(json.dumps(content, indent=1) + "\n")
    shipped.cache_clear()
