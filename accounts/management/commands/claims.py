"""``manage.py claims``: what people say, put to the test on an empty database."""

import json
import signal
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Sequence
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from accounts.claims import Played, PlayError, claims, play, ship, tables, work, write_lines
from accounts.conf import DATABASES
from accounts.management.quiet import quiet_required
from accounts.management.terminal import in_terminal

INTERRUPTED = 130  # the shell's status for a program that was stopped


class Command(BaseCommand):
    """Play and print. A claim that does not hold is no failure."""

    help = "Put what people say of sessions and JWTs to the test, on an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        slugs = [claim.slug for claim in claims]
        parser.add_argument("--claim", action="append", choices=slugs, metavar="SLUG")
        parser.add_argument("--database", choices=[*DATABASES], default="sqlite")
        parser.add_argument("--json", action="store_true", help="Print JSON, for machines.")
        parser.add_argument(
            "--ship", action="store_true", help="Make these the repository's results."
        )
        parser.add_argument("--list", action="store_true", help="Print the claims and play none.")
        parser.add_argument("--worker", action="store_true", help=SUPPRESS)  # for ``play``

    def handle(self, *args: Any, **options: Any) -> None:
        """Play what was asked for; every way to fail is one line (CommandError)."""
        slugs = options["claim"] or [claim.slug for claim in claims]
        if options["worker"]:
            write_lines(work([claims[slug] for slug in slugs]))
            return
        if options["list"]:
            self.stdout.write("\n".join(f"{slug}: {claims[slug].said}" for slug in slugs))
            return
        if options["ship"] and any(claims[slug].needs_quiet for slug in slugs):
            quiet_required()
        signal.signal(signal.SIGTERM, _stop)  # by unwinding, which deletes the temporary database
        try:
            found = _with_bar(slugs, options["database"])
        except PlayError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        if options["ship"]:
            ship(found, options["database"])
        if options["json"]:
            self.stdout.write(json.dumps([one.as_json() for one in found], indent=1))
        else:
            _print(found)


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _with_bar(slugs: Sequence[str], database: str) -> list[Played]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    found = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=len(slugs))
        for item in play(slugs, database=database):
            if isinstance(item, Played):
                found.append(item)
                bar.update(task, completed=len(found))
                continue
            slug, progress = item
            share = progress.done / max(1, progress.total)
            bar.update(task, description=f"{slug}: {progress.stage}", completed=len(found) + share)
    return found


def _print(found: Sequence[Played]) -> None:
    console = Console(highlight=False)
    for played in found:
        verdict = played.verdict
        console.print(f"\n[bold]{claims[played.claim].said}[/]")
        console.print(f"{verdict.kind.sign} [bold]{verdict.kind.words}[/]: {verdict.words}")
        if verdict.tipping_point:
            console.print(verdict.tipping_point)
        for table in tables(played.evidence):
            console.print(in_terminal(table))
    if found:
        console.print(f"On {found[0].database}, {sum(one.seconds for one in found):.0f} s")
