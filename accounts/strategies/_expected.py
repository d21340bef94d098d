"""What becomes of a stolen copy and of the other device after an event: declared, then measured."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Other = Literal["untouched", "collateral", "not-applicable"]


class Outcome(StrEnum):
    """What the thief's copy of a credential gets after an event."""

    REFUSED = "refused"
    LATER = "refused-later"
    ACCEPTED = "accepted"
    NEW_ROLE = "new-role"
    STALE_ROLE = "stale-role"
    NOT_APPLICABLE = "not-applicable"

    @classmethod
    def _missing_(cls, value: object) -> "Outcome | None":
        # Runs that were kept before these two were renamed.
        return {"new-facts": cls.NEW_ROLE, "stale-facts": cls.STALE_ROLE}.get(str(value))

    @property
    def words(self) -> str:
        """The outcome as a reader sees it."""
        return _WORDS[self]


_WORDS = {
    Outcome.REFUSED: "refused at once",
    Outcome.LATER: "refused after a while",
    Outcome.ACCEPTED: "still accepted",
    Outcome.NEW_ROLE: "accepted with the new role",
    Outcome.STALE_ROLE: "accepted with a stale role",
    Outcome.NOT_APPLICABLE: "does not apply",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """The outcome for the thief, and for the same user's other device.

    ``other`` is "collateral" where the other device is thrown out although nobody meant it, and
    "not-applicable" where the event is meant for every device.
    """

    thief: Outcome
    other: Other = "untouched"
