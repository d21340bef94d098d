"""``manage.py scale``: the simulation that checks the arithmetic of ``/cluster/scale/``."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.cluster.scale_check import SEEDS, SIZES, check, record
from accounts.cluster.scale_shown import ShownCheck


class Command(BaseCommand):
    """Play and print; the status is 1 where chance does not explain a difference."""

    help = "Play three small systems event by event and hold the arithmetic of scale against them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--seed", type=int, default=SEEDS[0], choices=SEEDS, metavar=f"1…{SEEDS[-1]}"
        )
        parser.add_argument("--ship", action="store_true", help="Make it what the page shows.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play all sizes, a few seconds."""
        checks = [check(slug, options["seed"]) for slug in SIZES]
        shown = [ShownCheck.from_check(one) for one in checks]
        for one in shown:
            _print(Console(), one)
        if wrong := [one.size.title for one in checks if not one.agrees]:
            raise CommandError(f"The arithmetic does not hold: {', '.join(wrong)}")
        if options["ship"]:
            record(checks)


def _print(console: Console, one: ShownCheck) -> None:
    table = Table("", "computed", "counted", "apart", title=f"{one.title}: {one.about}")
    for line in one.lines:
        table.add_row(line.what, line.computed, line.counted, line.apart)
    console.print(table)
    console.print(f"{one.events} events, seed {one.seed}. {one.verdict}\n")
