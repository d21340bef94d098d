"""``manage.py demo``: everything that the site needs, then the site itself, in one command."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.table import Table

from accounts.demo.accounts import DemoAccount, demo_accounts_make
from accounts.demo.addresses import qr_code, reachable_hosts
from accounts.demo.environment import demo_environment, demo_folder, secret_key_kept_in
from accounts.management.commands.prepare import prepare
from accounts.services import Program, ServiceError
from accounts.services.gunicorn import Gunicorn, free_port, listen
from accounts.services.manage import manage
from accounts.services.postgres import Postgres

PORTS = 65536
_WATCH_EVERY = 0.2  # seconds
# Of each process: when a class of forty logs in at once, all may wait in one of them.
_THREADS = 48

console = Console(highlight=False, soft_wrap=True)


class Command(BaseCommand):
    """Start the demo, or with ``--prepare`` only bring its database up to date.

    Settings read the environment once. This process therefore decides what is in it, and children
    with that environment do the work: one prepares, one serves.
    """

    help = "Run the demo: database, accounts, static files, web server. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []  # the children check, with the database they get

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--host", default="127.0.0.1", help="Where to listen (%(default)s).")
        parser.add_argument("--port", type=int, default=8000, help="The port (%(default)s).")
        parser.add_argument("--workers", type=int, default=2, help="Processes (%(default)s).")
        parser.add_argument(
            "--postgres", action="store_true", help="Start a private PostgreSQL for the data."
        )
        parser.add_argument(
            "--data",
            type=Path,
            default=Path(settings.BASE_DIR) / ".demo",
            help="The folder for the databases and the secret key (%(default)s).",
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="Only migrate DATABASE_URL, make the accounts and print them, then end.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted; every way to fail is one line (CommandError)."""
        if not settings.DEMO:
            raise CommandError("This makes accounts with printed passwords: only with DEMO=1.")
        try:
            if options["prepare"]:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started this, says so
                prepare_demo()
                return
            interrupted_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            demo(
                host=options["host"],
                port=options["port"],
                data=options["data"],
                workers=options["workers"],
                postgres=options["postgres"],
            )
        except ServiceError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            console.print("Stopped.")


def demo(*, host: str, port: int, data: Path, workers: int, postgres: bool) -> None:
    """Bring up the database, prepare it and serve the site until somebody stops it."""
    address_must_be_free(host, port)
    folder = demo_folder(data)
    with database(folder, postgres=postgres) as (database_url, private):
        second_port = free_port()
        environment = demo_environment(
            database_url=database_url,
            secret_key=secret_key_kept_in(folder),
            host=host,
            port=port,
            second_port=second_port,
        )
        if status := manage("demo", "--prepare", environment=environment):
            sys.exit(status)  # it has said itself what went wrong
        server = Gunicorn(
            host=host, port=port, workers=workers, threads=_THREADS, environment=environment
        )
        server.second_port = second_port
        with server:
            show_addresses(
                server.address, [f"http://{name}:{port}/" for name in reachable_hosts(host)]
            )
            watch(server, private)


def show_addresses(own: str, others: Sequence[str]) -> None:
    """Print what to open: on this machine, or where others and their telephones reach it."""
    first, *more = dict.fromkeys([*others, f"{own}/"])
    if others:
        # Its blocks are the light modules: in a terminal of light colours it would be inverted.
        console.print(qr_code(first), style="bright_white on black")
        console.print("This is plain http: whoever is in this network can read what is typed.")
    if more:
        console.print(f"The same site: {', '.join(more)}")
    console.print(f"Open [bold]{first}[/bold] (Ctrl-C stops it)")


def watch(server: Program, private: Program | None) -> NoReturn:
    """Wait until one of them ends by itself, and raise CommandError: the other one is of no use."""
    while server.running():
        if private and not private.running():
            raise CommandError("PostgreSQL stopped by itself. Start the demo again.")
        time.sleep(_WATCH_EVERY)
    raise CommandError(f"The web server stopped by itself, with status {server.wait()}.")


def address_must_be_free(host: str, port: int) -> None:
    """Raise CommandError when nothing can listen there, with the reason and what to do."""
    if not 0 < port < PORTS:
        raise CommandError(f"There is no port {port}: choose one from 1 to {PORTS - 1}.")
    try:
        listen(host, port).close()
    except ServiceError as error:
        raise CommandError(
            f"{error} Stop what uses it, or choose another port: make demo PORT={port + 1}"
        ) from None


@contextmanager
def database(folder: Path, *, postgres: bool) -> Iterator[tuple[str, Postgres | None]]:
    """The URL of the database to use, and the server if it is ours.

    It is the caller's own, a private PostgreSQL or a SQLite file.
    """
    if os.environ.get("DATABASE_URL"):
        console.print("Database: the one that DATABASE_URL names")
        yield os.environ["DATABASE_URL"], None
    elif postgres:
        with Postgres(folder / "postgres", durable=True) as server:
            console.print(f"Database: a private PostgreSQL, its data in {folder / 'postgres'}")
            yield server.address, server
    else:
        console.print(f"Database: SQLite, {folder / 'db.sqlite3'}")
        yield f"sqlite:///{quote(str(folder))}/db.sqlite3", None


def prepare_demo(*more: DemoAccount, is_told: bool = True) -> None:
    """Prepare and prune, make the accounts and print them."""
    prepare()
    call_command("prune", verbosity=0)
    table = _accounts_table(*more)
    if is_told:
        console.print(table)


def _accounts_table(*more: DemoAccount) -> Table:
    table = Table("account", "password", "", box=box.SIMPLE)
    for account in demo_accounts_make(*more):
        note = "may enter /admin/" if account.is_staff else ""
        table.add_row(account.username, account.password or "[dim]changed[/dim]", note)
    return table


def interrupted_by(*signals: signal.Signals) -> None:
    """Let each of these interrupt us once; while everything is being stopped, they are ignored."""

    def stop(*_: object) -> NoReturn:
        for sign in signals:
            signal.signal(sign, signal.SIG_IGN)
        raise KeyboardInterrupt

    for sign in signals:
        if signal.getsignal(sign) != signal.SIG_IGN:  # as nohup has set it
            signal.signal(sign, stop)
