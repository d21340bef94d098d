"""``manage.py claims``: what people say, put to the test on an empty database."""

import json
import signal
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from accounts.claims import (
    Played,
    PlayError,
    Progress,
    claims,
    play,
    ship,
    tables,
    work,
    write_lines,
)
from accounts.cluster.drills import Stage
from accounts.cluster.running import borrowed
from accounts.conf import DATABASES
from accounts.management.quiet import quiet_required
from accounts.management.terminal import in_terminal
from accounts.services import ServiceError

INTERRUPTED = 130  # the shell's status for a program that was stopped
ON_CLUSTER = "postgres"  # the database of those that need the cluster


class Command(BaseCommand):
    """Play and print. A claim that does not hold is no failure."""

    help = "Put what people say of sessions and JWTs to the test, on an empty database."
    requires_system_checks: list[str] = []

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
        # By unwinding: that deletes a temporary database, and starts again what an experiment has
        # stopped of a cluster.
        signal.signal(signal.SIGTERM, _stop)
        if options["worker"]:
            _work(slugs)
            return
        if options["list"]:
            self.stdout.write("\n".join(f"{slug}: {claims[slug].said}" for slug in slugs))
            return
        slugs = _playable(slugs, options["database"], are_asked_for=bool(options["claim"]))
        if options["ship"] and any(claims[slug].needs_quiet for slug in slugs):
            quiet_required()
        try:
            found = _with_bar(slugs, options["database"])
        except (PlayError, ServiceError) as error:
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


def _work(slugs: Sequence[str]) -> None:
    try:
        with closing(work([claims[slug] for slug in slugs])) as lines:
            write_lines(lines)
    except ServiceError as error:
        sys.exit(str(error))  # the last line of its errors is what whoever started it tells
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _playable(slugs: Sequence[str], database: str, *, are_asked_for: bool) -> list[str]:
    """Those that can be played on a database."""
    found = [slug for slug in slugs if database == ON_CLUSTER or not claims[slug].needs]
    if are_asked_for and len(found) < len(slugs):
        left = ", ".join(slug for slug in slugs if slug not in found)
        raise CommandError(
            f"{left}: played on the cluster, whose database is PostgreSQL. Add --database postgres."
        )
    return found


def _played(
    slugs: Sequence[str], database: str
) -> Generator[tuple[str, Progress] | Played, None, None]:
    """Play what needs no cluster first, and then the rest on one cluster for all."""
    if plain := [slug for slug in slugs if not claims[slug].needs]:
        yield from play(plain, database=database)
    if rest := [slug for slug in slugs if claims[slug].needs]:
        yield rest[0], Progress("starting the cluster", 0, 1)
        with borrowed(Path(settings.BASE_DIR) / ".demo") as cluster:
            missing = {slug: Stage(cluster).missing(claims[slug].needs) for slug in rest}
            for slug in (slug for slug in rest if missing[slug]):
                print(f"{slug} is left out: no {', '.join(missing[slug])}.", file=sys.stderr)  # noqa: T201
            if there := [slug for slug in rest if not missing[slug]]:
                yield from play(there, database=database, cluster=cluster)


def _with_bar(slugs: Sequence[str], database: str) -> list[Played]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    found = []
    playing = _played(slugs, database)
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar, closing(playing):
        task = bar.add_task("", total=len(slugs))
        for item in playing:
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
