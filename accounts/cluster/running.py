"""Starts a cluster for as long as a block lasts, or borrows the one that runs."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from accounts.cluster.control import Control, Keeper, find, found_in
from accounts.cluster.parts import Cluster
from accounts.cluster.playing import Player
from accounts.demo.accounts import DRILLS, demo_password
from accounts.demo.environment import demo_environment, secret_key_kept_in
from accounts.services import ServiceError
from accounts.services.gunicorn import free_port
from accounts.services.manage import manage


@contextmanager
def borrowed(data: Path) -> Iterator[Control]:
    """The cluster that runs on a demo's folder; else one that is started for the block.

    Raises:
        ServiceError: it cannot be started.
    """
    if control := find(data):
        yield control
        return
    with (
        tempfile.TemporaryDirectory(prefix="authdemo-") as folder,
        running(Path(folder), host="127.0.0.1", port=free_port(), is_told=False) as control,
    ):
        yield control


@contextmanager
def running(folder: Path, *, host: str, port: int, is_told: bool = True) -> Iterator[Control]:
    """A cluster on a demo's folder, until the block ends; ``is_told``: its accounts, too.

    Raises:
        ServiceError: it cannot be started.
    """
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
            prepare=partial(_prepare, is_told=is_told),
            control=control,
            host=host,
            port=port,
        )
        account = DRILLS.username, demo_password(DRILLS.username, secret_key)
        keeper, client = Keeper(cluster, control, account), Control(control)
        keeper.verbs |= Player(client).verbs
        with keeper, found_in(folder, control):
            yield client


def _prepare(environment: Mapping[str, str], *, is_told: bool) -> None:
    verbosity = f"--verbosity={int(is_told)}"
    if manage("cluster", "--prepare", verbosity, environment=environment):
        raise ServiceError("The cluster's database is not ready; the lines above say why.")
