"""``manage.py prune``: delete what has expired."""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accounts.models.pruning import Prunable, prunables, prune


class Command(BaseCommand):
    """Delete expired rows in small batches. May run while the site serves, and twice at once."""

    help = "Delete expired logins, sessions, blacklist rows, lab users and old lab runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--dry-run", action="store_true", help="Count what would go, and delete nothing."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete with a progress bar and print the counts; of nothing only if not quiet."""
        whats, dry_run = prunables(), options["dry_run"]
        try:
            counts = [what.rows.count() for what in whats] if dry_run else _prune_all(whats)
        except DatabaseError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            raise CommandError(f"The database cannot be pruned: {reason}.") from error
        verb = "would be deleted" if dry_run else "deleted"
        for what, count in zip(whats, counts, strict=True):
            if count or options["verbosity"]:
                self.stdout.write(f"{count:>9,} {what.title} {verb}")


def _prune_all(whats: Sequence[Prunable]) -> list[int]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        return [_prune_shown(what, progress) for what in whats]


def _prune_shown(what: Prunable, progress: Progress) -> int:
    expected = what.rows.count()
    task = progress.add_task(what.title, total=expected)
    deleted = 0
    for count in prune(what):
        deleted += count
        progress.update(task, completed=deleted, total=max(expected, deleted))
    return deleted
