"""``manage.py prepare``: everything that the site needs before it can serve, in one command."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.demo.static_files import static_files_collect
from accounts.middleware.health import is_of_cache

_RUN = "Run: python manage.py prepare"


class Command(BaseCommand):
    """Check the settings, migrate the database, collect static files. May be run again."""

    help = "Check the settings, migrate the database, collect static files. May be run again."
    requires_system_checks: list[str] = []  # it runs them itself, with those of a deployment

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare; every way to fail is one line (CommandError)."""
        call_command("check", deploy=not settings.DEMO, verbosity=0)
        prepare()
        self.stdout.write("The site is ready to be served.")


def prepare() -> None:
    """Bring database and static files up to date.

    Raises:
        CommandError: the database or the cache cannot be used.
    """
    _database_must_answer()
    call_command("migrate", verbosity=0, interactive=False)
    if problem := _cache_problem():
        raise CommandError(problem)
    static_files_collect()


def missing_step() -> str | None:
    """What a server lacks or cannot use, in one line that says so; None if it can serve.

    A database that does not answer is no missing step: it may come back while the site serves.
    A cache that does not is one: its address may be wrong, and nobody could log in.
    """
    for error in run_checks(tags=[Tags.security]):
        if error.is_serious():
            return str(error.msg)
    if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        return f"The static files are not collected in {settings.STATIC_ROOT}. {_RUN}"
    if problem := _cache_problem():
        return problem
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return None
    finally:
        connection.close()
    return f"The database lacks {len(missing)} migrations. {_RUN}" if missing else None


def _database_must_answer() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise CommandError(
            f"The database cannot be used: {reason}. "
            "Correct or unset DATABASE_URL, or start the server it names."
        ) from None


def _cache_problem() -> str | None:
    try:
        cache.get("demo")
    except Exception as error:
        if not (is_of_cache(error) or isinstance(error, ValueError)):  # for a URL that is none
            raise
        reason = str(error).splitlines()[0].rstrip(".")
        return (
            f"The cache cannot be used: {reason}. "
            "Correct or unset CACHE_URL, or start the server it names."
        )
    return None
