"""``manage.py cluster`` as a person at a terminal sees it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from django.conf import settings

from accounts.services.gunicorn import free_port

MANAGE = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]

pytestmark = pytest.mark.xdist_group("cluster")


def environment(**extra: str) -> dict[str, str]:
    """A plain shell's: without what the tests have set for themselves."""
    ours = {"DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "STATIC_ROOT": str(settings.STATIC_ROOT), **extra}


@contextmanager
def started(*arguments: str, **extra: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A cluster that has said what to open, and all that it said until then."""
    # As in a terminal: a shell's background job, and its children, would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*MANAGE, "cluster", *arguments],
        env=environment(**extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not any("/cluster/" in line for line in lines):
            line = process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        yield process, "".join(lines)
    finally:
        process.terminate()
        process.communicate()


def test_killed_without_a_chance_to_clean_up_it_leaves_nothing_behind_and_starts_again(
    tmp_path: Path,
) -> None:
    port = str(free_port())
    arguments = ("--port", port, "--data", str(tmp_path))
    with started(*arguments) as (process, said):
        assert "follows the primary" in said
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        children = psutil.Process(process.pid).children(recursive=True)
        assert {"postgres"} <= {child.name() for child in children}
        process.kill()
        assert psutil.wait_procs(children, timeout=30)[1] == []
    with started(*arguments) as (process, _):
        assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert psutil.wait_procs(children, timeout=10)[1] == []
