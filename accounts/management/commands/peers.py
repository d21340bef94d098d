"""``manage.py peers``: what the libraries that people use do when somebody logs out."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accounts.audit.libraries import LIBRARIES, VENV, Library, is_installed
from accounts.audit.player import playable
from accounts.audit.rows import Row, library_play
from accounts.audit.shipped import save
from accounts.lab.events import events
from accounts.lab.wording import LEGEND, SIGNS
from accounts.services import ServiceError

_WIDE = 150  # characters, where nobody sees the terminal


class Command(BaseCommand):
    """Play them one after the other; the status is 1 where nobody can tell something."""

    help = "Start a small server of each library, audit it, and print the table."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        slugs = [library.slug for library in LIBRARIES]
        parser.add_argument("--library", action="append", choices=slugs)
        parser.add_argument("--venv", type=Path, default=VENV, help="Where they are (%(default)s).")
        parser.add_argument("--json", action="store_true", help="Print JSON, for machines.")
        parser.add_argument("--ship", action="store_true", help="Make it the site's table.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Every way to fail is one line (CommandError)."""
        chosen = [one for one in LIBRARIES if one.slug in (options["library"] or [one.slug])]
        left_out = [one for one in chosen if not is_installed(one, venv=options["venv"])]
        chosen = [one for one in chosen if one not in left_out]
        for library in left_out:
            self.stderr.write(f"Left out, not installed: {library.title}")
        if options["ship"] and len(chosen) < len(LIBRARIES):
            raise CommandError("Only the whole table is shipped.")
        if not chosen:
            raise CommandError("The libraries are not installed: run make peers.")
        try:
            rows = _play(chosen, options["venv"])
        except ServiceError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps([row.as_dict() for row in rows]))
        else:
            _print(rows)
        unknown = [(row, cell) for row in rows for cell in row.cells.values() if cell.error]
        if unknown:
            raise CommandError(
                "\n".join(
                    f"{row.library.slug}, {cell.event}: {cell.error}" for row, cell in unknown
                )
            )
        if options["ship"]:
            save([row.as_dict() for row in rows])


def _play(chosen: Sequence[Library], venv: Path) -> list[Row]:
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    rows = []
    with Progress(*bar, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Playing", total=len(chosen))
        for library in chosen:
            progress.update(task, description=library.title)
            rows.append(library_play(library, playable(), venv=venv))
            progress.advance(task)
    return rows


def _print(rows: Sequence[Row]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    shown = [event for event in events if event.needs]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Library", no_wrap=True)
    table.add_column("Version")
    table.add_column("bytes", justify="right")
    for event in shown:
        table.add_column(event.title)
    for row in rows:
        size = max(cell.bytes_sent for cell in row.cells.values())
        cells = [_cell(row, event.slug) for event in shown]
        table.add_row(row.library.title, row.version, str(size), *cells)
    console.print(table)
    console.print("   ".join(f"{SIGNS[tone]} {words}" for tone, words in LEGEND.items()))


def _cell(row: Row, slug: str) -> str:
    text = row.cells[slug].text
    return text.sign if text.tone == "none" else f"{text.sign} {text.word} {text.detail}"
