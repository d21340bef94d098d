"""Running a command of ours on a database that exists only meanwhile."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from accounts.services.postgres import temporary_postgres


@contextmanager
def throwaway_database(kind: str) -> Iterator[str]:
    """The URL of an empty database, ``sqlite`` or ``postgres``, that is gone when the block ends.

    Raises:
        PostgresError: the server does not start; the text says why.
    """
    if kind == "postgres":
        with temporary_postgres() as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="authdemo-") as folder:
        yield f"sqlite:///{folder}/database.sqlite3"


def run_again(arguments: Sequence[str], *, database_url: str) -> int:
    """Run ``manage.py`` with another database; settings read the environment once. Its status."""
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]
    environment = {**os.environ, "DATABASE_URL": database_url}
    return subprocess.run(command, env=environment, check=False).returncode
