"""Does experiments in a process and a database of their own, both thrown away afterwards."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.bench.runner import worker_environment
from accounts.claims._base import Evidence, Progress, Verdict
from accounts.services._base import ServiceError
from accounts.services.json_lines import JsonLines
from accounts.services.manage import MANAGE
from accounts.services.temporary import temporary_database

COMMAND = [*MANAGE, "claims", "--worker"]
MAX_SECONDS = 60  # for each claim; an experiment takes up to ten


class PlayError(RuntimeError):
    """The experiment broke; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one claim, where. ``machine`` and ``versions`` are those of a benchmark."""

    claim: str
    evidence: Evidence
    verdict: Verdict
    database: str
    machine: dict[str, Any]
    versions: dict[str, str]
    seconds: float

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "Played":
        """What a worker, or a file of results, says of it."""
        evidence, verdict = Evidence.from_json(line["evidence"]), Verdict.from_json(line["verdict"])
        return cls(**{**line, "evidence": evidence, "verdict": verdict})

    def as_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "claim": self.claim,
            "evidence": self.evidence.as_json(),
            "verdict": self.verdict.as_json(),
            "database": self.database,
            "machine": self.machine,
            "versions": self.versions,
            "seconds": self.seconds,
        }


def play(
    slugs: Sequence[str], *, database: str
) -> Generator[tuple[str, Progress] | Played, None, None]:
    """Play claims on an empty ``sqlite`` or ``postgres``; closing the iterator stops it at once.

    Yields progress with the claim that it is about, and what came of each.

    Raises:
        PlayError: the database or an experiment failed.
    """
    try:
        with temporary_database(database) as service:
            yield from _lines(slugs, service.address)
    except ServiceError as error:
        raise PlayError(str(error)) from None


def _lines(slugs: Sequence[str], url: str) -> Generator[tuple[str, Progress] | Played, None, None]:
    limit = MAX_SECONDS * len(slugs)
    command = [*COMMAND, *(f"--claim={slug}" for slug in slugs)]
    with JsonLines(command, environment=worker_environment(url), timeout=limit) as worker:
        for line in worker.lines():
            if "evidence" in line:
                yield Played.from_json(line)
            else:
                yield line.pop("claim"), Progress(**line)
