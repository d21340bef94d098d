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


def arguments(target: str, text: str) -> list[str]:
    """What a recipe says to run a target of make with."""
    [line] = re.findall(rf"make {target} ([^\n`]*)", text)
    [(_, _, found)] = [word.partition("ARGS=") for word in shlex.split(line)]
    return shlex.split(found)


def run(*command: str, tree: Path, **environment: str) -> str:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    kept["PYTEST_XDIST_AUTO_NUM_WORKERS"] = "0"  # other tests keep the cores busy
    done = subprocess.run(
        command, cwd=tree, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_strategy_an_event_and_a_claim_are_a_file_each_and_its_tests(tree: Path) -> None:
    """All three at once, for to start the tests takes longer than to run them."""
    strategy, event = recipe("Add a strategy"), recipe("Add an event")
    claim = (ROOT / "accounts" / "claims" / "README.md").read_text()
    [statement] = re.findall(r"`(assert [^`]+)`", strategy)
    (tree / file_in("accounts/strategies", strategy)).write_text(code_in(strategy))
    (tree / file_in("tests/strategies", strategy)).write_text(STRATEGY_TEST.format(statement))
    (tree / file_in("accounts/lab/events", event)).write_text(code_in(event))
    of_claim = r"`([\w/]+\.py)`[^`]*^```python\n(.*?)^```$"
    files = re.findall(of_claim, claim, re.DOTALL | re.MULTILINE)
    assert len(files) == len({"the claim", "its test"})
    for name, code in files:
        (tree / name).write_text(code)

    asked = [arguments("test-sqlite", text) for text in (strategy, event, claim)]
    folders = [folder for *some, _, _ in asked for folder in some]
    words = [word for *_, _, word in asked]
    run_tests = ["test-sqlite", f"ARGS=-v {' '.join(folders)} -k '{' or '.join(words)}'"]
    passed = re.findall(r"^(\S+) PASSED", run("make", *run_tests, tree=tree), re.MULTILINE)
    found = [
        sum(name.startswith(tuple(some)) and word in name for name in passed)
        for *some, _, word in asked
    ]
    assert found[0] >= 10
    assert all(found)

    played = run("make", "matrix", f"ARGS={' '.join(arguments('matrix', strategy))}", tree=tree)
    assert f"\n{len(events) + 1} played" in played  # the event of the other recipe, too
    assert f'slug = "{arguments("matrix", event)[1]}"' in code_in(event)
    printed = run("make", "claims", f"ARGS={' '.join(arguments('claims', claim))}", tree=tree)
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
