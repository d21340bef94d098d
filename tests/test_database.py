"""The plugin that chooses the tests' database, seen from a run of pytest of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SKIPPED = "import pytest\ndef test_it(): pytest.skip('no Chromium')\n"
MARKED = """
import os, pytest
@pytest.fixture
def db(): pass
def test_of_both(db): pass
def test_of_none(): pass
@pytest.mark.database("postgres")
def test_of_postgres(): assert os.environ["DATABASE_URL"].startswith("postgres:")
@pytest.mark.database("sqlite")
def test_of_sqlite(): assert os.environ["DATABASE_URL"].startswith("sqlite:")
"""
ENVIRONMENT = """
import os
def test_it():
    assert "CACHE_URL" not in os.environ
    assert "production" not in os.environ["DATABASE_URL"] + os.environ["SECRET_KEY"]
"""
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def run(tmp_path: Path, code: str, *arguments: str, **extra: str) -> tuple[int, str]:
    """Exit code and output of pytest with our plugin alone on a file with this code."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = database: of one alone\n")
    (tmp_path / "test_it.py").write_text(code)
    kept = {k: v for k, v in os.environ.items() if k not in {"CI", "PYTEST_XDIST_WORKER"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.database", *arguments],
        cwd=tmp_path,
        env={**kept, **ALONE, "PYTHONPATH": str(settings.BASE_DIR), **extra},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_a_skipped_test_is_a_failure_in_ci_alone(tmp_path: Path) -> None:
    assert run(tmp_path, SKIPPED)[0] == 0
    code, output = run(tmp_path, SKIPPED, CI="true")
    assert code == 1
    assert "Skipped tests are failures in CI." in output


@pytest.mark.parametrize(
    ("database", "names"),
    [("sqlite", {"both", "none", "sqlite"}), ("postgres", {"both", "postgres"})],
)
def test_a_test_runs_on_the_databases_that_it_asks_for(
    tmp_path: Path, database: str, names: set[str]
) -> None:
    code, output = run(tmp_path, MARKED, "--verbose", "--database", database)
    assert code == 0, output
    assert set(re.findall(r"test_of_(\w+) PASSED", output)) == names


def test_what_the_shell_has_set_reaches_no_test(tmp_path: Path) -> None:
    mine = {"DATABASE_URL": "sqlite:///production", "SECRET_KEY": "production", "CACHE_URL": "x"}
    code, output = run(tmp_path, ENVIRONMENT, **mine)
    assert code == 0, output
