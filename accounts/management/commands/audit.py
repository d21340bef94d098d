"""``manage.py audit``: the lab's events against a server that is running somewhere."""

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

from accounts.audit.accounts import NoAccount
from accounts.audit.device import Server
from accounts.audit.documents import as_dict, colon, junit, other_words, page
from accounts.audit.limits import Limited, NotAllowed, is_loopback, must_be_allowed
from accounts.audit.masking import Masks
from accounts.audit.player import Cell, check, play, playable
from accounts.audit.profile import Profile, ProfileError, profile_load, shipped_profiles
from accounts.audit.words import explain
from accounts.lab.events import events
from accounts.lab.transcript import ScenarioError
from accounts.strategies import Outcome

_SLUGS = [event.slug for event in events if event.needs]
_WIDE = 120  # characters, where nobody sees the terminal


class Command(BaseCommand):
    """Play and print; the status is 1 where something that is required does not hold."""

    help = (
        "Log two devices in at a server, copy one credential, let something happen, and see "
        "whether the copy still works. It asks no database of this site."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options. No credential is among them: a process list shows options."""
        parser.add_argument("url", nargs="?", default="", help="Where the server is.")
        parser.add_argument(
            "--profile", required=True, help=f"A TOML file, or {', '.join(shipped_profiles())}."
        )
        parser.add_argument("--event", action="append", choices=_SLUGS)
        parser.add_argument("--json", action="store_true", help="Print JSON, for machines.")
        parser.add_argument("--html", type=Path, help="Write a page with all transcripts.")
        parser.add_argument("--junit", type=Path, help="Write JUnit's XML.")
        parser.add_argument(
            "--require", default="", help="Events that have to hold, log-out,password-change …"
        )
        parser.add_argument("--explain", action="store_true", help="Say what would be sent.")
        parser.add_argument("--check", action="store_true", help="Only log in, to try the profile.")
        parser.add_argument("--i-may-test", metavar="HOST", help="A host that is not this machine.")
        parser.add_argument("--timeout", type=float, default=10.0, help="Seconds (%(default)s).")
        parser.add_argument(
            "--wait",
            type=float,
            default=10.0,
            help="Seconds for which a credential's end is waited for (%(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Every way to fail is one line (CommandError)."""
        try:
            profile = profile_load(options["profile"])
            required = _required(options["require"])
            if options["explain"]:
                self.stdout.write("\n".join(explain(profile)))
                return
            must_be_allowed(options["url"], options["i_may_test"])
            self._audit(profile, required, options)
        except (ProfileError, NotAllowed, NoAccount, ScenarioError) as error:
            raise CommandError(str(error)) from None

    def _audit(self, profile: Profile, required: Sequence[str], options: dict[str, Any]) -> None:
        url = options["url"]
        with Limited(is_local=is_loopback(url), timeout=options["timeout"]) as limited:
            server = Server(url, profile, limited, Masks(), wait=options["wait"])
            if options["check"]:
                check(server)
                self.stdout.write("The log-in works, and the server says who one is.")
                return
            cells = _play(server, [*(options["event"] or _SLUGS), *required])
        self._show(server, cells, options)
        _must_hold(cells, required)

    def _show(self, server: Server, cells: Sequence[Cell], options: dict[str, Any]) -> None:
        title, url = server.profile.title, server.url
        if options["json"]:
            self.stdout.write(json.dumps(as_dict(title, url, cells, server.transport.sent)))
        else:
            _print(server, cells)
        try:
            if options["html"]:
                options["html"].write_text(page(title, url, cells))
            if options["junit"]:
                options["junit"].write_text(junit(title, cells))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None


def _required(text: str) -> list[str]:
    slugs = [slug.strip() for slug in text.split(",") if slug.strip()]
    for slug in slugs:
        if slug not in _SLUGS:
            raise CommandError(f"--require: {slug} is none of {', '.join(_SLUGS)}")
    return slugs


def _play(server: Server, wanted: Sequence[str]) -> list[Cell]:
    chosen = [event for event in playable() if event.slug in wanted]
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    cells = []
    with Progress(*bar, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Auditing", total=len(chosen))
        for cell in play(server, chosen):
            cells.append(cell)
            progress.advance(task)
    return sorted(cells, key=lambda cell: _SLUGS.index(cell.event))


def _print(server: Server, cells: Sequence[Cell]) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    table = Table("Event", "The thief's copy", "The other device", box=box.SIMPLE_HEAD)
    for cell in cells:
        text = cell.text
        found = f"{text.sign} {text.word}{colon(text)} {text.detail}".rstrip()
        table.add_row(events[cell.event].title, found, other_words(cell))
    console.print(f"{server.profile.title} at {server.url}", markup=False)
    console.print(table)
    size = max((cell.bytes_sent for cell in cells), default=0)
    console.print(f"A request sends {size:,} bytes of credential.")
    if timing := next((cell.server_timing for cell in cells if cell.server_timing), ""):
        console.print(f"The server says of a request: {timing}", markup=False)
    console.print(f"{server.transport.sent} requests were sent.")


def _must_hold(cells: Sequence[Cell], required: Sequence[str]) -> None:
    failed = [cell for cell in cells if cell.event in required and not cell.holds]
    if failed:
        raise CommandError("\n".join(f"{cell.event}: {_told(cell)}" for cell in failed))


def _told(cell: Cell) -> str:
    text = cell.text
    if cell.thief is Outcome.NOT_APPLICABLE:
        return f"required, but it does not apply: {cell.why}"
    return ", ".join(part for part in (text.word, text.detail, text.also) if part)
