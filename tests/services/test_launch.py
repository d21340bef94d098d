"""Children that end with whoever started them."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

PARENT = """
import subprocess, sys
from accounts.services.json_lines import JsonLines
child = JsonLines([sys.executable, "-c", sys.argv[1]])
child.start()
for line in child.lines():
    print(line["pid"], flush=True)
"""
CHILD = "import os, time; print('{\"pid\": %d}' % os.getpid(), flush=True); time.sleep(60)"


def launched(*command: str, parent: int | None = None) -> "subprocess.CompletedProcess[str]":
    """A command as the launcher runs it."""
    launcher = Path("accounts/services/_launch.py")
    me = str(psutil.Process().pid if parent is None else parent)
    return subprocess.run(
        [sys.executable, "-IS", launcher, me, "SIGTERM", "", *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of this")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_does_not_outlive_a_parent_that_is_killed(sign: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    child = psutil.Process(int(parent.stdout.readline()))
    parent.send_signal(sign)
    parent.communicate()
    child.wait(10)
    assert not child.is_running()


def test_a_parent_that_has_gone_before_the_child_began_is_noticed() -> None:
    done = launched("echo", "started", parent=1 << 30)
    assert done.stdout == ""
    assert "The parent has gone already." in done.stderr


def test_the_child_ignores_no_signal_that_python_ignores() -> None:
    status = launched("grep", "SigIgn", "/proc/self/status").stdout
    ignored = int(status.split()[1], 16)
    assert not ignored & 1 << (signal.SIGPIPE - 1)


def test_the_child_gets_the_arguments_as_they_are() -> None:
    assert launched("printf", "%s|", "a b", "", "ü").stdout == "a b||ü|"
