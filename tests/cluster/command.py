"""A cluster as ``manage.py cluster`` starts it at a terminal."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from django.conf import settings

from accounts.services._base import _LAUNCHER
from accounts.services.gunicorn import free_port

MANAGE = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]


@dataclass(frozen=True)
class Started:
    """Where it is, what it said, and its process."""

    folder: Path
    port: int
    said: str
    process: "subprocess.Popen[str]"

    def children(self) -> list[psutil.Process]:
        """All that it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def started(folder: Path) -> Iterator[Started]:
    """One on an empty folder, stopped in good order unless the block has killed it."""
    port = free_port()
    process = _start("--port", str(port), "--data", str(folder))
    try:
        yield Started(folder, port, _said_until(process, "/cluster/"), process)
    finally:
        process.terminate()
        process.communicate()


def _start(*arguments: str) -> "subprocess.Popen[str]":
    # As in a terminal: a shell's background job, and its children, would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Where these tests are killed, it ends as well.
    launcher = [sys.executable, "-IS", str(_LAUNCHER), str(os.getpid()), "SIGTERM", ""]
    return subprocess.Popen(
        [*launcher, *MANAGE, "cluster", *arguments],
        env=_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


def _environment() -> dict[str, str]:
    """A plain shell's: without what the tests have set for themselves."""
    ours = {"DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "STATIC_ROOT": str(settings.STATIC_ROOT)}


def _said_until(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stdout is not None
    lines: list[str] = []
    while not any(words in line for line in lines):
        line = process.stdout.readline()
        assert line, "".join(lines)
        lines.append(line)
    return "".join(lines)
