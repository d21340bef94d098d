"""Five libraries, for real: what they document is what is measured."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from accounts.audit.libraries import FOLDER, LIBRARIES, Library
from accounts.audit.player import playable
from accounts.audit.profile import profile_read
from accounts.audit.rows import library_play
from accounts.strategies import Outcome

pytestmark = [pytest.mark.xdist_group("peers"), pytest.mark.database("sqlite")]

LOG_OUT, PASSWORD, DISABLED = "log-out", "password-change", "account-disabled"
OVER = "expiry"
# What the documentation of each says, or leaves to the application.
DOCUMENTED = {
    # The row of the session is deleted; a password is part of what a session is checked with.
    "django-db": {LOG_OUT: Outcome.REFUSED, PASSWORD: Outcome.REFUSED, DISABLED: Outcome.REFUSED},
    # One token for a user, which nothing ends but its deletion.
    "drf-token": {LOG_OUT: Outcome.ACCEPTED, PASSWORD: Outcome.ACCEPTED, DISABLED: Outcome.REFUSED},
    # A token is good until it expires, and a refresh token gets the next one.
    "simplejwt": {LOG_OUT: Outcome.ACCEPTED, PASSWORD: Outcome.ACCEPTED, DISABLED: Outcome.REFUSED},
    # A token is a row with an end, and log-out deletes it; a password is none of its business.
    "knox": {
        LOG_OUT: Outcome.REFUSED,
        PASSWORD: Outcome.ACCEPTED,
        DISABLED: Outcome.REFUSED,
        OVER: Outcome.REFUSED,
    },
    # All of the session is in the cookie.
    "flask-login": {
        LOG_OUT: Outcome.ACCEPTED,
        PASSWORD: Outcome.ACCEPTED,
        DISABLED: Outcome.REFUSED,
    },
}


@pytest.fixture(scope="module")
def venv(pytestconfig: pytest.Config) -> Path:
    """An environment with these five alone, made once for each list of versions."""
    wanted = (FOLDER / "requirements-ci.lock").read_bytes()
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("peers") / sha256(wanted).hexdigest()[:16]
    if not (folder / "made").exists():
        # Our own pip installs into it: to install one more there would take a third of the time.
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)], check=True
        )
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            folder / "bin" / "python",
            "install",
            "--quiet",
            "--no-compile",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            FOLDER / "requirements-ci.lock",
        ]
        subprocess.run(command, check=True)
        (folder / "made").touch()
    return folder


@pytest.mark.parametrize(
    "library", [one for one in LIBRARIES if one.in_ci], ids=lambda library: library.slug
)
def test_a_library_does_what_it_documents(library: Library, venv: Path) -> None:
    documented = DOCUMENTED[library.slug]
    row = library_play(
        library, [event for event in playable() if event.slug in documented], venv=venv
    )
    assert {cell.event: cell.error for cell in row.cells.values() if cell.error} == {}
    assert {slug: cell.thief for slug, cell in row.cells.items()} == documented
    assert row.version[0].isdigit()


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.slug)
def test_each_library_has_a_profile_and_a_page_that_was_followed(library: Library) -> None:
    assert profile_read((FOLDER / f"{library.profile}.toml").read_text()).who.path
    assert library.documentation.startswith("https://")
    assert library.source.startswith(('"""', "// "))
    assert {one.slug for one in LIBRARIES if one.in_ci} == set(DOCUMENTED)
