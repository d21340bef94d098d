"""``manage.py cluster``: the demo as three processes, with all that several machines would have."""

import signal
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.table import Table

from accounts.cluster.control import Control, Keeper
from accounts.cluster.parts import Cluster
from accounts.demo.accounts import DRILLS, demo_password
from accounts.demo.addresses import reachable_hosts
from accounts.demo.environment import demo_environment, demo_folder, secret_key_kept_in
from accounts.management.commands.demo import (
    address_must_be_free,
    console,
    free_port,
    interrupted_by,
    prepare_demo,
    show_addresses,
)
from accounts.services import ServiceError
from accounts.services.manage import manage

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

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until interrupted; every way to fail is one line (CommandError)."""
        if not settings.DEMO:
            raise CommandError("This makes accounts with printed passwords: only with DEMO=1.")
        try:
            if options["prepare"]:
                signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever started this, says so
                prepare_demo(DRILLS)
                return
            interrupted_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            serve(host=options["host"], port=options["port"], data=options["data"])
        except ServiceError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            console.print("Stopped.")


def serve(*, host: str, port: int, data: Path) -> None:
    """Bring everything up and wait until somebody stops it."""
    address_must_be_free(host, port)
    with running(demo_folder(data), host=host, port=port) as control:
        console.print(_parts_table(control))
        others = [f"http://{name}:{port}/" for name in reachable_hosts(host)]
        show_addresses(f"http://127.0.0.1:{port}", others)
        console.print("What runs, and drills in which it breaks: /cluster/")
        while True:
            time.sleep(_WATCH_EVERY)


@contextmanager
def running(folder: Path, *, host: str, port: int) -> Iterator[Control]:
    """A cluster on a demo's folder, until the block ends."""
    second_port, secret_key = free_port(), secret_key_kept_in(folder)

    def environment(database_url: str) -> dict[str, str]:
        found = demo_environment(
            database_url=database_url,
            secret_key=secret_key,
            host=host,
            port=port,
            second_port=second_port,
        )
        # The cluster's own database, whatever the caller has set.
        return {**found, "DATABASE_URL": database_url, "SECRET_KEY": secret_key}

    with tempfile.TemporaryDirectory(prefix="authdemo-") as sockets:
        control = Path(sockets, "control.sock")
        cluster = Cluster(
            folder / "cluster",
            environment=environment,
            prepare=_prepare,
            control=control,
            host=host,
            port=port,
        )
        account = DRILLS.username, demo_password(DRILLS.username, secret_key)
        with Keeper(cluster, control, account):
            yield Control(control)


def _prepare(environment: Mapping[str, str]) -> None:
    if status := manage("cluster", "--prepare", environment=environment):
        raise SystemExit(status)  # it has said itself what went wrong


def _parts_table(control: Control) -> Table:
    table = Table("part", "", box=box.SIMPLE)
    for part in control.state():
        table.add_row(part["title"], part["problem"] or part["does"])
    return table
