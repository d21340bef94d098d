"""A cluster that ``manage.py cluster`` started at a terminal, and that was killed."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
from django.conf import settings

from accounts.services.gunicorn import free_port

MANAGE = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py")]


@dataclass(frozen=True)
class Killed:
    """What it said and was, and what has outlived it."""

    folder: Path
    port: int
    said: str
    status: int  # of a request at its address
    names: set[str]  # of its processes
    left: list[psutil.Process]


def killed(folder: Path) -> Killed:
    """Start one on a folder, ask it once, and kill it without a chance to clean up."""
    port = free_port()
    process = _started("--port", str(port), "--data", str(folder))
    try:
        said = _said_until(process, "/cluster/")
        status = httpx.get(f"http://127.0.0.1:{port}/readyz").status_code
        children = psutil.Process(process.pid).children(recursive=True)
        names = {child.name() for child in children}
    finally:
        process.kill()
        process.communicate()
    return Killed(folder, port, said, status, names, psutil.wait_procs(children, timeout=30)[1])


def _started(*arguments: str) -> "subprocess.Popen[str]":
    # As in a terminal: a shell's background job, and its children, would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [*MANAGE, "cluster", *arguments],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
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
