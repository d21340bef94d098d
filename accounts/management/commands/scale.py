"""``manage.py scale``: the simulation that checks the arithmetic of ``/cluster/scale/``."""

import os
import sys
from argparse import SUPPRESS, ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.cluster import scale_measured
from accounts.cluster.scale_check import SEEDS, SIZES, check, record
from accounts.cluster.scale_shown import ShownCheck
from accounts.services import ServiceError
from accounts.services.manage import manage
from accounts.services.temporary import temporary_database


class Command(BaseCommand):
    """Play and print; the status is 1 where chance does not explain a difference."""

    help = "Play three small systems event by event and hold the arithmetic of scale against them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--seed", type=int, default=SEEDS[0], choices=SEEDS, metavar=f"1…{SEEDS[-1]}"
        )
        parser.add_argument(
            "--measure",
            action="store_true",
            help="Measure instead what a list takes in a process, on an empty PostgreSQL.",
        )
        parser.add_argument("--migrate", action="store_true", help=SUPPRESS)  # for --measure
        parser.add_argument("--ship", action="store_true", help="Make it what the page shows.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play all sizes, a few seconds."""
        if options["migrate"]:
            call_command("migrate", verbosity=0, interactive=False)
            scale_measured.record()
            return
        if options["measure"]:
            sys.exit(_measure_elsewhere())
        checks = [check(slug, options["seed"]) for slug in SIZES]
        shown = [ShownCheck.from_check(one) for one in checks]
        for one in shown:
            _print(Console(), one)
        if wrong := [one.size.title for one in checks if not one.agrees]:
            raise CommandError(f"The arithmetic does not hold: {', '.join(wrong)}")
        if options["ship"]:
            record(checks)


def _measure_elsewhere() -> int:
    try:
        with temporary_database("postgres") as database:
            environment = {**os.environ, "DATABASE_URL": database.address}
            return manage("scale", "--migrate", environment=environment)
    except ServiceError as error:
        raise CommandError(str(error)) from None


def _print(console: Console, one: ShownCheck) -> None:
    table = Table("", "computed", "counted", "apart", title=f"{one.title}: {one.about}")
    for line in one.lines:
        table.add_row(line.what, line.computed, line.counted, line.apart)
    console.print(table)
    console.print(f"{one.events} events, seed {one.seed}. {one.verdict}\n")
