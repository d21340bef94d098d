"""``manage.py matrix``: every strategy against every event, played live, as a table."""

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accounts.bench.measures.machine import machine, versions
from accounts.conf import DATABASES, own_database
from accounts.lab import recorded
from accounts.lab.events import events
from accounts.lab.report import Report
from accounts.lab.runs import run_scenarios, runs_share
from accounts.lab.wording import LEGEND, SIGNS, describe
from accounts.management.quiet import quiet_required
from accounts.models import Login
from accounts.services import ServiceError
from accounts.services.manage import manage
from accounts.services.temporary import temporary_database
from accounts.services.valkey import Valkey
from accounts.strategies import strategies

_STYLES = {
    "safe": "green",
    "later": "yellow",
    "vulnerable": "bold red",
    "expected": "blue",
    "collateral": "yellow",
    "none": "dim",
    "broken": "red",
}
_WIDE = 170  # characters, so that a cell has room for its words


class Command(BaseCommand):
    """Play and print; the status is 1 where something differs from what is declared."""

    help = "Play every strategy against every event and print what became of the stolen copy."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--strategy", action="append", choices=[s.slug for s in strategies])
        parser.add_argument("--event", action="append", choices=[e.slug for e in events])
        parser.add_argument("--json", action="store_true", help="Print JSON, for machines.")
        parser.add_argument(
            "--transcripts", action="store_true", help="With --json: every exchange, too."
        )
        parser.add_argument(
            "--workers",
            type=int,
            default=os.cpu_count() or 2,
            help="Scenarios played at once (%(default)s).",
        )
        parser.add_argument(
            "--database",
            choices=[*DATABASES],
            help="Play on an empty database of this kind, which is thrown away afterwards.",
        )
        parser.add_argument(
            "--share", action="store_true", help="Show the results to who opens /lab/ without any."
        )
        parser.add_argument(
            "--ship", action="store_true", help="Make it the repository's matrix of this database."
        )
        parser.add_argument("--migrate", action="store_true", help="Make the tables first.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play what was asked for; every way to fail is one line (CommandError)."""
        if options["ship"] and (options["strategy"] or options["event"]):
            raise CommandError("Only a whole matrix is shipped: leave --strategy and --event out.")
        if options["database"]:
            sys.exit(_elsewhere(options))
        _prepare(options)
        began = time.perf_counter()
        with _with_shared_cache() if options["ship"] else nullcontext():
            reports = _run(options)
        seconds = time.perf_counter() - began
        if options["share"]:
            runs_share(reports)
        if options["json"]:
            text = json.dumps(_as_dict(reports, seconds, transcripts=options["transcripts"]))
            self.stdout.write(text)
        else:
            _print(reports, seconds)
        if differences := [report.difference for report in reports if not report.matches]:
            raise CommandError("\n".join(differences))
        if options["ship"]:
            _ship(reports, seconds)


@contextmanager
def _with_shared_cache() -> Iterator[None]:
    """A private Valkey, so that no way is missing in what is shipped."""
    try:
        with Valkey() as server:
            where = {"LOCATION": server.address, "KEY_PREFIX": settings.SHARED_CACHE}
            backend = {"BACKEND": "accounts.tracing.cache.TracedRedisCache"}
            settings.CACHES[settings.SHARED_CACHE] = backend | where
            yield
    except ServiceError as error:
        raise CommandError(str(error)) from None
    finally:
        settings.CACHES.pop(settings.SHARED_CACHE, None)


def _ship(reports: Sequence[Report], seconds: float) -> None:
    content = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        **_as_dict(reports, seconds, transcripts=False),
    }
    recorded.save(own_database(), content)


def _elsewhere(options: dict[str, Any]) -> int:
    chosen = [f"--{name}={slug}" for name in ("strategy", "event") for slug in options[name] or ()]
    switches = [f"--{name}" for name in ("json", "transcripts", "share", "ship") if options[name]]
    arguments = ["matrix", "--migrate", f"--workers={options['workers']}", *chosen, *switches]
    try:
        with temporary_database(options["database"]) as database:
            environment = {**os.environ, "DATABASE_URL": database.address}
            return manage(*arguments, environment=environment)
    except ServiceError as error:
        raise CommandError(str(error)) from None


def _prepare(options: dict[str, Any]) -> None:
    if options["ship"]:
        quiet_required()
    if options["migrate"]:
        call_command("migrate", verbosity=0, interactive=False)
    _tables_must_be_there()


def _tables_must_be_there() -> None:
    try:
        Login.objects.exists()
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise CommandError(
            f"The database cannot be used: {reason}. Run manage.py migrate, or add --database."
        ) from None


def _run(options: dict[str, Any]) -> list[Report]:
    rows = [s for s in strategies if s.slug in (options["strategy"] or [s.slug])]
    columns = [e for e in events if e.slug in (options["event"] or [e.slug])]
    pairs = [(strategy, event) for strategy in rows for event in columns]
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    reports = []
    with Progress(*bar, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Playing", total=len(pairs))
        for report in run_scenarios(pairs, workers=max(1, options["workers"])):
            reports.append(report)
            progress.advance(task)
    order = [(strategy.slug, event.slug) for strategy, event in pairs]
    return sorted(reports, key=lambda report: order.index((report.strategy, report.event)))


def _as_dict(reports: Sequence[Report], seconds: float, *, transcripts: bool) -> dict[str, Any]:
    found = [report.as_dict() for report in reports]
    if not transcripts:
        for report in found:
            del report["transcript"]
    return {"database": connection.display_name, "seconds": round(seconds, 1), "reports": found}


def _print(reports: Sequence[Report], seconds: float) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    titles = [events[slug].title for slug in dict.fromkeys(report.event for report in reports)]
    wide = console.width >= _WIDE
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("How the login is carried", no_wrap=True)
    table.add_column("SQL", justify="right")
    table.add_column("bytes", justify="right")
    for number, title in enumerate(titles, start=1):
        table.add_column(title if wide else str(number))
    for slug in dict.fromkeys(report.strategy for report in reports):
        row = [report for report in reports if report.strategy == slug]
        sql = max(report.sql_per_request for report in row)
        size = max(report.bytes_per_request for report in row)
        table.add_row(slug, str(sql), str(size), *map(_cell if wide else _sign, row))
    console.print(table)
    if not wide:
        console.print("   ".join(f"{n} {title}" for n, title in enumerate(titles, start=1)))
    console.print("   ".join(f"{SIGNS[tone]} {words}" for tone, words in LEGEND.items()))
    console.print(f"{len(reports)} played in {seconds:.1f} s on {connection.display_name}")


def _cell(report: Report) -> str:
    text = describe(report.as_dict())
    if text.tone == "none":
        return _sign(report)
    parts = (_sign(report), text.word, text.detail, text.differs)
    return " ".join(part for part in parts if part)


def _sign(report: Report) -> str:
    text = describe(report.as_dict())
    sign = f"[{_STYLES[text.tone]}]{text.sign}[/]"
    if text.also and text.tone != "collateral":
        sign += f"[{_STYLES['collateral']}]{SIGNS['collateral']}[/]"
    return sign
