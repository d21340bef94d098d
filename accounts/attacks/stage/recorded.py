"""What came of the attacks in a named browser: shipped, for whoever cannot play them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self

from accounts.attacks._base import Cell, Result, Row, Spend

SHIPPED = Path(__file__).parents[1] / "results"
#: In the title of what a claim tells of a recorded play, beside what it has measured itself.
NOT_PLAYED = "recorded, not played here"


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """A play that was recorded: which attack, against which defences, in which browser.

    It is read once, so that the object may stand for its content as a key.
    """

    attack: str
    defences: Sequence[str]
    #: name and version, like ``Chromium 156.0.8078.108``
    browser: str
    made: datetime
    result: Result

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """One entry of a file."""
        result = content["result"]
        rows = [
            Row(
                **{
                    **row,
                    "cells": [Cell(**cell) for cell in row["cells"]],
                    "spends": [Spend(**spend) for spend in row.get("spends", ())],
                }
            )
            for row in result["rows"]
        ]
        return cls(
            attack=content["attack"],
            defences=content["defences"],
            browser=content["browser"],
            made=datetime.fromisoformat(content["made"]),
            result=Result(**{**result, "rows": rows}),
        )


@cache
def recorded() -> Sequence[Recorded]:
    """All plays that are shipped, browser by browser, in the order in which they were played."""
    return [
        Recorded.from_json(entry)
        for file in sorted(SHIPPED.glob("*.json"))
        for entry in json.loads(file.read_text())
    ]


def recorded_of(attack: str) -> list[Recorded]:
    """Those of one attack."""
    return [one for one in recorded() if one.attack == attack]


def record(name: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Ship these plays of a browser, in place of its older ones of the same attacks."""
    SHIPPED.mkdir(exist_ok=True)
    file = SHIPPED / f"{name}.json"
    before = json.loads(file.read_text()) if file.exists() else []
    anew = {entry["attack"] for entry in entries}
    kept = [entry for entry in before if entry["attack"] not in anew]
    order = [*dict.fromkeys(entry["attack"] for entry in [*before, *entries])]
    shipped = sorted([*kept, *entries], key=lambda entry: order.index(entry["attack"]))
    file.write_text(json.dumps(shipped, indent=1) + "\n")
    recorded.cache_clear()
