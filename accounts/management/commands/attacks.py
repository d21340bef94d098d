"""``manage.py attacks``: a browser without a window plays all attacks against a running demo.

For the repository: ``make demo`` in one terminal; in another one ``DEMO=1 .venv/bin/python
manage.py attacks --browser chromium --ship``, then ``--browser firefox``; each takes five minutes.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import httpx
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.attacks import Attack, attacks
from accounts.attacks.stage.recorded import Recorded, record
from accounts.management.browsers import BROWSERS, BrowserError, Walker

LONG = {"two-minutes"}  # switches that let a play take minutes
DEMO = "http://127.0.0.1:8000"
PLAYS = "/api/attacks/plays/"
TIMEOUT = 30  # seconds, for one answer of the demo

Entry: TypeAlias = dict[str, Any]
Play: TypeAlias = tuple[type[Attack], Sequence[str]]


class Command(BaseCommand):
    """Play and print: each attack without a defence, and against each one alone."""

    help = "Play the attacks in a browser without a window, against a demo that runs."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        slugs = [attack.slug for attack in attacks]
        parser.add_argument("--attack", action="append", choices=slugs, metavar="SLUG")
        parser.add_argument("--browser", choices=[*BROWSERS], default="chromium")
        parser.add_argument("--url", default=DEMO, help="The demo (%(default)s).")
        parser.add_argument("--quick", action="store_true", help="Leave out what takes minutes.")
        parser.add_argument("--json", action="store_true", help="Print JSON, for machines.")
        parser.add_argument(
            "--ship", action="store_true", help="Make these the repository's results."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Play what was asked for; every way to fail is one line (CommandError)."""
        chosen = [attacks[slug] for slug in options["attack"] or [one.slug for one in attacks]]
        plays = [
            (attack, defences)
            for attack in chosen
            for defences in [(), *((one.slug,) for one in attack.defences)]
            if not (options["quick"] and LONG & {*defences})
        ]
        found = [*_played(options["browser"], options["url"].rstrip("/"), plays)]
        if options["ship"]:
            record(options["browser"], found)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
            return
        for entry in found:
            _print(entry)


def _played(browser: str, url: str, plays: Sequence[Play]) -> Iterator[Entry]:
    """One entry for each play, in one browser."""
    try:
        with BROWSERS[browser]() as walker, _client(url) as site:
            for attack, defences in plays:
                yield _entry(walker, site, attack, defences)
    except BrowserError as error:
        raise CommandError(str(error)) from None
    except httpx.HTTPError as error:
        raise CommandError(f"{error} Is a demo running at {url}?") from None


def _client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT)


def _entry(
    walker: Walker, site: httpx.Client, attack: type[Attack], defences: Sequence[str]
) -> Entry:
    """Begin a play, let the browser go through it, and fetch what came of it."""
    made = datetime.now(UTC).isoformat(timespec="seconds")
    chosen = {"attack": attack.slug, "defences": [*defences]}
    begun = site.post(PLAYS, json=chosen).raise_for_status().json()
    walker.walk(f"{begun['start']}#auto")
    found = site.get(f"{PLAYS}{begun['id']}/").raise_for_status().json()
    return {**chosen, "browser": walker.name, "made": made, "result": found["result"]}


def _print(entry: Entry) -> None:
    console = Console(highlight=False)
    told = Recorded.from_json(entry)
    attack = attacks[told.attack]
    names = [one.title for one in attack.defences if one.slug in told.defences]
    console.print(f"\n[bold]{attack.title}[/] ({', '.join(names) or 'no defence'})")
    console.print(told.result.sentence)
    table = Table(attack.row_title, *told.result.columns)
    for row in told.result.rows:
        table.add_row(row.title, *(f"{cell.sign} {cell.words}".strip() for cell in row.cells))
    console.print(table)
