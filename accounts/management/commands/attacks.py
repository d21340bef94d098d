"""``manage.py attacks``: a browser without a window plays all attacks against a running demo."""

import json
import shutil
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from accounts.attacks import Attack, attacks
from accounts.attacks.stage.recorded import Recorded, record

BROWSERS = {"chromium": ("chromium-headless-shell", "chromium", "google-chrome")}
FLAGS = ["--disable-gpu", "--no-sandbox"]
LONG = {"two-minutes"}  # switches that let a play take minutes
DEMO = "http://127.0.0.1:8000"
TIMEOUT = 200_000  # milliseconds, for one play

Entry = dict[str, Any]


class Command(BaseCommand):
    """Play and print: each attack without a defence, and against each one alone."""

    help = "Play the attacks in a browser without a window, against a demo that runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        slugs = [attack.slug for attack in attacks]
        parser.add_argument("--attack", action="append", choices=slugs, metavar="SLUG")
        parser.add_argument("--browser", choices=[*BROWSERS], default="chromium")
        parser.add_argument(
            "--url", default="http://127.0.0.1:8000", help="The demo (%(default)s)."
        )
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


def _played(
    browser: str, url: str, plays: Sequence[tuple[type[Attack], Sequence[str]]]
) -> Iterator[Entry]:
    """One entry for each play, in one browser."""
    try:
        api = import_module("playwright.sync_api")
    except ImportError:
        raise CommandError("This needs the tools of the tests: run make lint once.") from None
    path = next(filter(None, map(shutil.which, BROWSERS[browser])), None)
    if path is None:
        raise CommandError(f"There is no browser here: apt install {BROWSERS[browser][0]}.")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        name = f"{browser.capitalize()} {running.version}"
        try:
            for attack, defences in plays:
                made = datetime.now(UTC).isoformat(timespec="seconds")
                result = _result(running, url, attack, defences)
                yield {
                    "attack": attack.slug,
                    "defences": [*defences],
                    "browser": name,
                    "made": made,
                    "result": result,
                }
        except api.Error as error:
            reason = next(iter(str(error).splitlines()), "")
            raise CommandError(f"{reason} Is a demo running at {url}?") from None
        finally:
            running.close()


def _result(
    browser: Any, url: str, attack: type[Attack], defences: Sequence[str]
) -> Mapping[str, Any]:
    """Press the buttons of the attack's page, and fetch what came of it."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{url}/attacks/{attack.slug}/")
    for defence in defences:
        page.locator(f"[value={defence}]").check()
    page.locator("button[value=auto]").click()
    page.wait_for_url("**/attacks/plays/**", timeout=TIMEOUT)
    play = page.url.partition("/attacks/plays/")[2].partition("/")[0]
    found: dict[str, Any] = context.request.get(f"{url}/api/attacks/plays/{play}/").json()
    context.close()
    result: dict[str, Any] = found["result"]
    return result


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
