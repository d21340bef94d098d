"""Clients that generators write from the API's own description log in, refresh and log out."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from accounts.models import Login, User
from tests.cast import PASSWORD
from tests.conftest import Live
from tests.typescript import TOOLS

# What both programs print.
STORY = [
    "alice by session",
    "refused: log_in",
    "alice by jwt",
    "alice by jwt",
    "verified: 200",
    "active: alice",
    "jwt: live",
    "jwt: elsewhere",
    "session: logged-out",
    "refused: log_in",
    "inactive",
]
HERE = Path(__file__).parent
README: Path = settings.BASE_DIR / "authdemo" / "README.md"
SECRET = "the-secret-of-reports"

pytestmark = pytest.mark.database("sqlite")  # the clients are the same on both


def command(start: str, live: Live) -> list[str]:
    """The line of the README that generates a client, for the live server."""
    lines = README.read_text().splitlines()
    [line] = [line for line in lines if line.startswith(start) and "example.org/api" in line]
    return line.removeprefix("npx ").replace("https://example.org", live.url).split()


def run(*line: str, folder: Path) -> str:
    """What a command prints. It finds the tools of this environment and those of npm."""
    done = subprocess.run(
        line,
        cwd=folder,
        env=TOOLS.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture
def arguments(live: Live, alice: User, settings: Settings) -> list[str]:
    """What the programs are told: the site, a user and a resource server."""
    settings.RESOURCE_SERVERS = {"reports": hashlib.sha256(SECRET.encode()).hexdigest()}
    return [live.url, "alice", PASSWORD, "reports", SECRET]


def test_in_python(live: Live, tmp_path: Path, arguments: list[str]) -> None:
    said = run(*command("openapi-python-client", live), folder=tmp_path)
    # Of the whole API it leaves out three answers: two streams of JSON lines, and a signed list.
    left_out = re.findall("^WARNING parsing (.*) within", said, re.MULTILINE)
    assert left_out == [
        "POST /api/claims/runs/",
        "POST /api/lab/runs/",
        "GET /api/lab/status-list/",
    ]
    shutil.copy(HERE / "story.py", tmp_path)
    assert run(sys.executable, "story.py", *arguments, folder=tmp_path).splitlines() == STORY
    assert all(login.end_reason for login in Login.objects.all())


@pytest.mark.skipif(not TOOLS.are_here(), reason="make test-sqlite fetches TypeScript's tools")
def test_in_typescript(live: Live, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "node_modules").symlink_to(TOOLS.folder / "node_modules")
    for file in ("story.ts", "tsconfig.json"):
        shutil.copy(HERE / file, tmp_path)
    run(*command("npx openapi-ts", live), folder=tmp_path)
    run("tsc", folder=tmp_path)
    assert run("node", "program/story.js", *arguments, folder=tmp_path).splitlines() == STORY
    assert all(login.end_reason for login in Login.objects.all())
