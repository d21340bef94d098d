"""``manage.py cluster`` as a person at a terminal sees it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import httpx
import psutil
import pytest
from django.core.management import call_command

from accounts.cluster.control import Control, find
from accounts.management.commands import cluster as command
from accounts.management.commands.demo import console
from accounts.services.gunicorn import free_port
from tests.cluster.command import Started

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.xdist_group("cluster")
def test_killed_without_a_chance_to_clean_up_it_leaves_nothing_behind(
    started_cluster: Started,
) -> None:
    assert "follows the primary" in started_cluster.said
    assert httpx.get(f"http://127.0.0.1:{started_cluster.port}/readyz").status_code == 200
    children = started_cluster.children()
    assert {"postgres", "valkey-server", "caddy"} <= {child.name() for child in children}
    assert find(started_cluster.folder)
    started_cluster.process.kill()
    assert psutil.wait_procs(children, timeout=30)[1] == []
    assert find(started_cluster.folder) is None


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
