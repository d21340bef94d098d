"""``manage.py cluster``: the demo as three processes, with all that several machines would have."""

import json
import signal
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.table import Table

from accounts.cluster.clients import ways_to_copy
from accounts.cluster.control import Control
from accounts.cluster.drills import drills
from accounts.cluster.playing import follow
from accounts.cluster.results import Json, Mark, ship, told, where
from accounts.cluster.running import borrowed, running
from accounts.demo.accounts import DRILLS
from accounts.demo.addresses import reachable_hosts
from accounts.demo.environment import demo_folder
from accounts.management.commands.demo import (
    address_must_be_free,
    console,
    interrupted_by,
    prepare_demo,
    show_addresses,
)
from accounts.services import ServiceError

ALL = "all"
_WATCH_EVERY = 0.5  # seconds


class Command(BaseCommand):
    """Start everything, or with ``--drill`` play drills on what runs, else on one for the time."""

    help = "Run the demo as three processes, a replica, a cache and another service."
    requires_system_checks: list[str] = []  # the children check, with the database they get

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1", help="Where to listen (%(default)s).")
        parser.add_argument("--port", type=int, default=8000, help="The port (%(default)s).")
        parser.add_argument(
            "--data",
            type=Path,
            default=Path(settings.BASE_DIR) / ".demo",
            help="The folder for the databases and the keys (%(default)s).",
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="Only migrate DATABASE_URL, make the accounts and print them, then end.",
        )
        parser.add_argument(
            "--drill",
            action="append",
            choices=[*(drill.slug for drill in drills), ALL],
            help="Play a drill, on the cluster that runs on --data, else on one for the time.",
        )
        parser.add_argument(
            "--strategy",
            choices=[each.slug for each in ways_to_copy()],
            help="For the drill log-out.",
        )
        parser.add_argument("--json", action="store_true", help="Tell what came of it in JSON.")
        parser.add_argument(
            "--ship", action="store_true", help="Keep it as the run that the page shows elsewhere."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted; every way to fail is one line (CommandError)."""
        if not settings.DEMO:
            raise CommandError("This makes accounts with printed passwords: only with DEMO=1.")
        try:
            if options["prepare"]:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started this, says so
                prepare_demo(DRILLS, is_told=options["verbosity"] > 0)
                return
            interrupted_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            if options["drill"]:
                sys.exit(self._play(**options))
            serve(host=options["host"], port=options["port"], data=options["data"])
        except ServiceError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            console.print("Stopped.")

    def _play(self, drill: list[str], data: Path, **options: Any) -> int:
        """Play drills; 0 where each kept its promise, else 1."""
        slugs = [each.slug for each in drills] if ALL in drill else drill
        given = {"strategy": options["strategy"]} if options["strategy"] else {}
        with borrowed(data) as control:
            runs = [_played(control, slug, given, is_told=not options["json"]) for slug in slugs]
        if options["json"]:
            self.stdout.write(json.dumps({**where(), "drills": runs}, indent=1))
        if options["ship"]:
            ship(runs)
        return 0 if all(run["kept"] for run in runs) else 1


def _played(control: Control, slug: str, given: dict[str, str], *, is_told: bool) -> Json:
    """Play a drill, and tell a person at a terminal what happens."""
    quiet = Console(quiet=True) if not is_told else console
    quiet.print(f"\n[bold]{drills[slug].title}[/bold] {drills[slug].promise}")
    *lines, played = (_printed(item, quiet) for item in follow(control, slug, **given))
    run = told(slug, lines, played)
    mark = Mark.of(run)
    quiet.print(f"{mark.sign} {mark.words} {run['words']}", markup=False)
    return run


def _printed(item: Json, quiet: Console) -> Json:
    if "text" in item:
        quiet.print(f"{item['at']:8.3f} s  {item['text']}", markup=False)
    return item


def serve(*, host: str, port: int, data: Path) -> None:
    """Bring everything up and wait until somebody stops it."""
    address_must_be_free(host, port)
    folder = demo_folder(data)
    with running(folder, host=host, port=port) as control:
        console.print(_parts_table(control))
        others = [f"http://{name}:{port}/" for name in reachable_hosts(host)]
        show_addresses(f"http://127.0.0.1:{port}", others)
        console.print("What runs, and drills in which it breaks: /cluster/")
        while True:
            time.sleep(_WATCH_EVERY)


def _parts_table(control: Control) -> Table:
    table = Table("part", "", box=box.SIMPLE)
    for part in control.state():
        table.add_row(part["title"], part["problem"] or part["does"])
    return table
