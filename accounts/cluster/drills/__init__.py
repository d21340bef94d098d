"""What breaks when it is not one machine, one file per drill.

May import what runs (``accounts.cluster``) and what lies below. Read ``_base.py`` first.
"""

from accounts.cluster.drills._base import (
    BAD,
    GOOD,
    Drill,
    Figure,
    Line,
    Outcome,
    Stage,
    Track,
    accepted_for,
    duration,
    milliseconds,
)
from accounts.registry import Registry

drills: Registry[Drill] = Registry("accounts.cluster.drills", Drill)  # type: ignore[type-abstract]

__all__ = [
    "BAD",
    "GOOD",
    "Drill",
    "Figure",
    "Line",
    "Outcome",
    "Stage",
    "Track",
    "accepted_for",
    "drills",
    "duration",
    "milliseconds",
]
