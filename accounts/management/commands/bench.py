"""``manage.py bench``: what each way of carrying a login costs, measured side by side."""

import json
import shlex
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from accounts.bench import archive, tables
from accounts.bench.options import (
    GROWTH,
    MAX_LATENCY,
    MAX_ROWS,
    MIN_ROUNDS,
    ROUNDS,
    Options,
)
from accounts.bench.result import Result, is_loaded
from accounts.bench.runner import BenchError, Progress, bench, site_calls
from accounts.conf import DATABASES
from accounts.management.quiet import quiet_required
from accounts.management.terminal import in_terminal
from accounts.strategies import strategies

Number = TypeVar("Number", int, float)
MIN_WIDTH = 150  # characters, as the widest table has
INTERRUPTED = 128 + signal.SIGINT  # the exit status that a shell gives


class Command(BaseCommand):
    """Measure in a temporary database, show tables, save the result for ``/benchmarks/``."""

    help = (
        "Measure what each way of carrying a login costs. Uses a database of its own. "
        "accounts/bench/README.md says which command gives which figure."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--database", choices=[*DATABASES], default="sqlite")
        parser.add_argument(
            "--rounds", type=int, default=ROUNDS, help="Timed requests of each (%(default)s)."
        )
        parser.add_argument(
            "--strategy",
            action="append",
            default=[],
            choices=[found.slug for found in strategies],
            help="Only this one, the baseline and session-db. May be repeated.",
        )
        parser.add_argument(
            "--growth",
            type=_list_of(int, 0, MAX_ROWS),
            nargs="?",
            const=GROWTH,
            default=(),
            metavar="ROWS,…",
            help=f"Look-ups in tables of up to {MAX_ROWS:,} rows, by default of {max(GROWTH):,}.",
        )
        parser.add_argument(
            "--latency",
            type=_list_of(float, 0, MAX_LATENCY),
            default=(),
            metavar="MS,…",
            help="The same requests with the database that many milliseconds away: 0,1,5",
        )
        parser.add_argument(
            "--calls",
            action="store_true",
            help="Only count the function calls of requests to the site, which takes seconds.",
        )
        parser.add_argument("--http", action="store_true", help="Also over HTTP, with gunicorn.")
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument("--lines", action="store_true", help="Progress as JSON lines, too.")
        parser.add_argument("--no-save", action="store_true", help="Keep no copy in .bench/.")
        parser.add_argument("--ship", action="store_true", help="Make it the repository's result.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, then show."""
        if options["rounds"] < MIN_ROUNDS:
            raise CommandError(f"Fewer than {MIN_ROUNDS} rounds say nothing.")
        chosen = Options(
            database=options["database"],
            rounds=options["rounds"],
            strategies=tuple(options["strategy"]),
            growth=options["growth"],
            latency=options["latency"],
            http=options["http"],
            command=command_line(sys.argv),
        )
        if options["ship"]:
            quiet_required()
        signal.signal(signal.SIGTERM, _stop)  # by unwinding, which deletes the temporary database
        try:
            if options["calls"]:
                return self._show_calls(chosen.database, is_json=options["json"])
            result = _in_lines(chosen) if options["lines"] else _with_bar(chosen)
        except BenchError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        return self._show(result, options)

    def _show_calls(self, database: str, *, is_json: bool) -> None:
        found = site_calls(database)
        if is_json:
            self.stdout.write(json.dumps(found))
        else:
            Console(highlight=False).print(in_terminal(tables.site_calls(found)))

    def _show(self, result: Result, options: dict[str, Any]) -> None:
        if options["lines"]:
            self.stdout.write(json.dumps({"result": result}))
            return
        if options["json"]:
            self.stdout.write(json.dumps(result, indent=1))
        else:
            self._print(result)
        is_busy = is_loaded(result["machine"])
        if is_busy:
            _say("Other programs kept this machine busy: times of this run say little.")
        if options["ship"] and not is_busy:
            archive.save(result, archive.SHIPPED, result["database"])
        elif not options["no_save"]:
            _say(f"Saved as {archive.save(result)}")
        if options["ship"] and is_busy:
            raise CommandError("It does not become the repository's result.")

    def _print(self, result: Result) -> None:
        console = Console(highlight=False)
        # A narrow terminal wraps a wide table; rich would cut its cells.
        console.width = max(console.width, MIN_WIDTH)
        machine = result["machine"]
        console.print(
            f"{result['rounds']} rounds on {result['database']}, "
            f"{machine['cores']} × {machine['cpu']} (load {machine['load']})"
        )
        for found in (*tables.tables(result), tables.goals(result)):
            console.print(in_terminal(found))


def _stop(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def command_line(arguments: list[str]) -> str:
    """The command line of this process, as one can type it again."""
    return shlex.join([Path(arguments[0]).name, *arguments[1:]])


def _with_bar(options: Options) -> Result:
    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with ProgressBar(*columns, console=Console(stderr=True)) as bar:
        tasks: dict[str, Any] = {}
        for item in bench(options):
            if not isinstance(item, Progress):
                return item
            if item.stage not in tasks:
                tasks[item.stage] = bar.add_task(item.stage, total=item.total)
            bar.update(tasks[item.stage], completed=item.done)
    raise BenchError("The run ended without a result.")


def _in_lines(options: Options) -> Result:
    for item in bench(options):
        if not isinstance(item, Progress):
            return item
        line = {"stage": item.stage, "done": item.done, "total": item.total}
        print(json.dumps(line), flush=True)  # noqa: T201 - a program reads it
    raise BenchError("The run ended without a result.")


def _say(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text)


def _list_of(
    kind: Callable[[str], Number], minimum: Number, maximum: Number
) -> Callable[[str], tuple[Number, ...]]:
    def parse(text: str) -> tuple[Number, ...]:
        try:
            found = tuple(sorted({kind(one) for one in text.split(",")}))
        except ValueError:
            raise ArgumentTypeError(f"{text!r} is not a list of numbers: 0,1,5") from None
        if not all(minimum <= one <= maximum for one in found):
            raise ArgumentTypeError(f"each number is to be between {minimum} and {maximum:,}")
        return found

    return parse
