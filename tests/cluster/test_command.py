"""``manage.py cluster`` as a person at a terminal sees it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import httpx
import pytest
from django.core.management import call_command

from accounts.cluster.control import Control
from accounts.management.commands import cluster as command
from accounts.management.commands.demo import console
from accounts.services.gunicorn import free_port
from tests.cluster.command import Killed

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.xdist_group("cluster")
def test_killed_without_a_chance_to_clean_up_it_leaves_nothing_behind_and_starts_again(
    killed_cluster: Killed, cluster: Control
) -> None:
    assert "follows the primary" in killed_cluster.said
    assert killed_cluster.status == 200
    assert "postgres" in killed_cluster.names
    assert killed_cluster.left == []
    # Where it lay, all tests of the cluster have their own.
    assert all(part["running"] for part in cluster.state())
    assert httpx.get(f"http://127.0.0.1:{killed_cluster.port}/readyz").status_code == 200


@pytest.fixture
def handlers() -> Iterator[None]:
    """As in a terminal, also where nohup runs the tests; what was before is so afterwards."""
    before = [(sign, signal.getsignal(sign)) for sign in SIGNALS]
    for sign in SIGNALS:
        signal.signal(sign, signal.SIG_DFL)
    yield
    for sign, handler in before:
        signal.signal(sign, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("sign", SIGNALS)
def test_ctrl_c_stops_it_in_good_order(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    sign: signal.Signals,
) -> None:
    ended: list[Path] = []

    @contextmanager
    def running(folder: Path, **_: object) -> Iterator[Control]:
        try:
            yield Mock(state=Mock(return_value=[]))
        finally:
            ended.append(folder)

    pressed = SimpleNamespace(sleep=lambda _: os.kill(os.getpid(), sign))
    monkeypatch.setattr(command, "running", running)
    monkeypatch.setattr(command, "time", pressed)
    printed = Mock()
    monkeypatch.setattr(console, "print", printed)
    call_command("cluster", port=free_port(), data=tmp_path)
    assert ended == [tmp_path]
    assert printed.call_args.args == ("Stopped.",)
