"""The Makefile: it has the commands that the README names, and it fails in one clear line."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TARGET = re.compile(r"^([a-z][a-z-]*)[a-z -]*:(?!=)", re.MULTILINE)


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_make_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", (ROOT / "README.md").read_text()))
    assert {"demo", "test", "help"} <= named
    assert named <= set(TARGET.findall((ROOT / "Makefile").read_text()))


def test_help_lists_what_people_use_with_a_line_each() -> None:
    lines = make("help").stdout.splitlines()
    assert {line.split()[1] for line in lines} >= {"help", "demo", "test", "lint", "lock"}
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)


@pytest.mark.parametrize(
    ("python", "line"),
    [
        ("", "Python 3.11 or newer was not found"),
        ("no-such-python", "PYTHON=no-such-python does not start"),
    ],
)
def test_a_python_that_will_not_do_is_one_line(python: str, line: str) -> None:
    done = make("check-python", f"PYTHON={python}")
    assert done.returncode != 0
    assert done.stderr.startswith(line)
    assert "Traceback" not in done.stderr


def old(tmp_path: Path, *, fails_at: str) -> Path:
    """A Python that starts and then fails at code that contains this text."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\ncase "$2" in *{fails_at}*) exit 1;; esac\n')
    program.chmod(0o755)
    return program


def test_a_python_that_is_too_old_is_one_line(tmp_path: Path) -> None:
    done = make("check-python", f"PYTHON={old(tmp_path, fails_at='version_info')}")
    assert "is too old: 3.11 or newer is needed." in done.stderr


def test_a_python_without_venv_is_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    done = make("check-python", f"PYTHON={old(tmp_path, fails_at='ensurepip')}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


def test_an_unknown_database_is_one_line() -> None:
    done = make("check-database", "DB=oracle")
    assert done.returncode != 0
    assert "DB=oracle is not known: use DB=sqlite or DB=postgres." in done.stderr
