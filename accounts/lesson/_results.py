"""What a reveal is made of, and how it is made: from what is shipped, or from a class's own run."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from accounts.conf import DATABASES
from accounts.lesson._base import Reveal, Revealing
from accounts.lesson._measured import Experiment, NotMeasured, Robbery, Ways
from accounts.models import ClaimRun


@dataclass(frozen=True, slots=True)
class Results:
    """What a reveal is made of: the results of a database, and what was played live, if anything.

    Each raises ``NotMeasured`` where the results lack it.
    """

    database: str
    live: ClaimRun | None = None

    def ways(self) -> Ways:
        """The ways to carry a login."""
        return Ways.on(self.database)

    def experiment(self, slug: str) -> Experiment:
        """What came of a claim: live, else as it is shipped."""
        if self.live and self.live.claim == slug:
            return Experiment.live(self.live, self.database)
        return Experiment.of(slug, self.database)

    def robbery(self, attack: str, *defences: str) -> Robbery:
        """A recorded play of an attack."""
        return Robbery.of(attack, *defences)


def revealing(reveal: Callable[[Results], Reveal]) -> Revealing:
    """A reveal that says so where the database's results lack what it is made of."""

    @wraps(reveal)
    def revealed(database: str, live: ClaimRun | None = None) -> Reveal:
        try:
            return reveal(Results(database, live))
        except NotMeasured:
            return Reveal(f"Nobody has measured this on {DATABASES[database]} yet.")

    return revealed
