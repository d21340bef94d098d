"""``manage.py takeaway SLUG DIR``: a way to carry a login as a folder for another project."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.answer.takeaway import NothingToTake, takeaway
from accounts.strategies import strategies


class Command(BaseCommand):
    """Write the folder, and say what to do with it."""

    help = "Write a way to carry a login as a folder of at most five files, for another project."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("slug", choices=[one.slug for one in strategies if not one.bound])
        parser.add_argument("folder", type=Path, help="Made by this command.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every way to fail is one line."""
        slug, folder = options["slug"], options["folder"]
        try:
            taken = takeaway(slug)
            taken.write(folder)
        except NothingToTake:
            raise CommandError(
                f"{slug}: not to take, a copy outlives what should end it."
            ) from None
        except OSError as error:
            raise CommandError(f"{folder}: {error.strerror}") from None
        self.stdout.write(f"{len(taken.files)} files, {taken.lines:,} lines, in {folder}")
        self.stdout.write("In an empty folder it is tried by")
        self.stdout.writelines(f"  {command}\n" for command in taken.commands)
