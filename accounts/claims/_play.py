"""Does experiments in a process and a database of their own, both thrown away afterwards.

Those that need the cluster are played on one that runs: it is the caller's, and stays.
"""

from collections.abc import Generator, Sequence

from accounts.bench.runner import worker_environment
from accounts.claims._evidence import Played, Progress
from accounts.cluster.control import Control
from accounts.services import ServiceError
from accounts.services.json_lines import JsonLines
from accounts.services.manage import MANAGE
from accounts.services.temporary import temporary_database

COMMAND = [*MANAGE, "claims", "--worker"]
MAX_SECONDS = 60  # for each claim, and to prepare; an experiment takes up to ten


class PlayError(RuntimeError):
    """The experiment broke; the text is one line that says why."""


def play(
    slugs: Sequence[str], *, database: str, cluster: Control | None = None
) -> Generator[tuple[str, Progress] | Played, None, None]:
    """Play claims on an empty ``sqlite`` or ``postgres``; closing the iterator stops it at once.

    Yields progress with the claim that it is about, and what came of each.

    Raises:
        PlayError: the database or an experiment failed.
    """
    try:
        with temporary_database(database) as service:
            yield from _lines(slugs, service.address, cluster)
    except ServiceError as error:
        raise PlayError(str(error)) from None


def _lines(
    slugs: Sequence[str], url: str, cluster: Control | None
) -> Generator[tuple[str, Progress] | Played, None, None]:
    limit = MAX_SECONDS * (1 + len(slugs))
    command = [*COMMAND, *(f"--claim={slug}" for slug in slugs)]
    environment = worker_environment(url) | _cluster_environment(cluster)
    with JsonLines(command, environment=environment, timeout=limit) as worker:
        for line in worker.lines():
            if "evidence" in line:
                yield Played.from_json(line)
            else:
                yield line.pop("claim"), Progress(**line)


def _cluster_environment(cluster: Control | None) -> dict[str, str]:
    """What the worker finds in its environment where a cluster runs."""
    return {"CLUSTER_CONTROL": str(cluster.path)} if cluster else {}
