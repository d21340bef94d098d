"""The recipes for a strategy, an event, a page and a claim, followed in a copy of the project."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from accounts.lab.events import events
from accounts.strategies import strategies

ROOT: Path = settings.BASE_DIR
# The bytecode goes along: to compile everything again would take a third of the time.
LEFT_OUT = shutil.ignore_patterns(".*", "*.sqlite3*", "staticfiles")

STRATEGY_TEST = """
from tests.strategies.conftest import TablesAsked


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    {}
"""
GET_HELLO = """
import django
django.setup()
from django.test import Client
print(Client(SERVER_NAME="localhost").get("/hello/").content.decode())
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project whose virtual environment is the one that runs this test."""
    copy = shutil.copytree(ROOT, tmp_path / "project", ignore=LEFT_OUT)
    python = copy / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    for lock in sorted(copy.glob("*.lock"), reverse=True):  # the second one builds on the first
        shutil.copy(lock, python.parents[1])
    # Collecting the static files again would take most of the time.
    collected = Path(settings.STATIC_ROOT)
    (copy / ".pytest_cache" / "d" / "static").mkdir(parents=True)
    (copy / ".pytest_cache" / "d" / "static" / collected.name).symlink_to(collected)
    return copy


def recipe(heading: str) -> str:
    """A section of the README."""
    readme = (ROOT / "README.md").read_text()
    found = re.search(rf"^## {heading}\n(.*?)^## ", readme, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def file_in(folder: str, text: str) -> str:
    """The file in a folder that a recipe is about."""
    names: list[str] = re.findall(rf"`({folder}/\w+\.\w+)`", text)
    return names[-1]


def code_in(text: str) -> str:
    """The Python file that a recipe shows."""
    code: str
    [code] = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return code


def lines_in(text: str) -> list[str]:
    """What a recipe shows in indented lines."""
    return [line.strip() for line in text.partition("```")[0].splitlines() if line[:4].isspace()]


def run_make(target: str, text: str, tree: Path) -> str:
    """Run a command that a recipe names; what it prints."""
    [arguments] = re.findall(rf"make ({target} [^\n`]*)", text)
    return run("make", *shlex.split(arguments), tree=tree)


def run(*command: str, tree: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    kept["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "0"  # other tests keep the cores busy
    done = subprocess.run(
        command, cwd=tree, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_strategy_is_one_file_and_its_tests(tree: Path) -> None:
    text = recipe("Add a strategy")
    [statement] = re.findall(r"`(assert [^`]+)`", text)
    (tree / file_in("accounts/strategies", text)).write_text(code_in(text))
    (tree / file_in("tests/strategies", text)).write_text(STRATEGY_TEST.format(statement))
    assert re.search(r"\d\d+ passed", run_make("test-sqlite", text, tree))
    assert f"\n{len(events)} played" in run_make("matrix", text, tree)


def test_an_event_is_one_file(tree: Path) -> None:
    text = recipe("Add an event")
    (tree / file_in("accounts/lab/events", text)).write_text(code_in(text))
    assert re.search(r"\d passed", run_make("test-sqlite", text, tree))
    assert f"\n{len(strategies)} played" in run_make("matrix", text, tree)


def test_a_claim_is_one_file_and_its_cases(tree: Path) -> None:
    text = (ROOT / "accounts" / "claims" / "README.md").read_text()
    files = re.findall(r"`([\w/]+\.py)`[^`]*^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert len(files) == len({"the claim", "its test"})
    for name, code in files:
        (tree / name).write_text(code)
    assert re.search(r"\d passed", run_make("test-sqlite", text, tree))
    printed = run_make("claims", text, tree)
    assert "A cookie is shorter than a token." in printed
    assert "holds: The cookie has 32 bytes" in printed


def test_a_page_is_an_entry_and_its_template(tree: Path) -> None:
    text = recipe("Add a page")
    entry, *template = lines_in(text)
    urls = tree / file_in("accounts/pages", text)
    listed = urls.read_text().replace("PAGES = [", f"PAGES = [{entry}")
    urls.write_text(f"from django.views.generic import TemplateView\n{listed}")
    (tree / file_in("templates/pages", text)).write_text("\n".join(template))
    environment = {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "authdemo.settings"}
    page = run(
        *(sys.executable, "-c", GET_HELLO),
        tree=tree,
        **environment,
        STATIC_ROOT=str(settings.STATIC_ROOT),
    )
    assert "<title>Hello · Sessions vs JWT</title>" in page
    assert "<h1>Hello</h1>" in page
    assert '<a href="/hello/" aria-current="page">Hi</a>' in page
