"""The README is true: what it says to type does what it says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import Login, User
from tests.cast import PASSWORD
from tests.conftest import Live, user_named
from tests.layers import readme_with_picture

README = (settings.BASE_DIR / "README.md").read_text()
WITHOUT_RECIPES = re.sub(r"^## Add .*?(?=^## (?!Add))", "", README, flags=re.DOTALL | re.MULTILINE)
ROOMS = {
    *(f"accounts/{init.parent.name}" for init in settings.BASE_DIR.glob("accounts/*/__init__.py")),
    *("authdemo", "static", "templates", "tests"),
} - {"accounts/migrations"}


def scripts(under: str) -> list[str]:
    """The blocks of commands under a heading."""
    section = README.partition(f"## {under}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


@pytest.fixture
def shell() -> str:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    return "/bin/sh"


def test_the_api_is_told_in_six_curl_lines() -> None:
    assert len(re.findall(r"^curl ", scripts("Use the API")[0], re.MULTILINE)) == 6


def run(commands: str, live: Live, shell: str, folder: Path) -> str:
    """Type commands; what they print."""
    for written, here in (
        ("http://127.0.0.1:8000", live.url),
        ("PASSWORD=the-one-that-make-demo-prints", f"PASSWORD='{PASSWORD}'"),
        ("'$PASSWORD'", "'\"$PASSWORD\"'"),  # the cast's password has spaces in it
    ):
        assert written in commands
        commands = commands.replace(written, here)
    ran = subprocess.run(
        [shell, "-eu"],
        input=commands,
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_they_log_in_and_out_as_the_text_around_them_says(
    live: Live, shell: str, tmp_path: Path
) -> None:
    user_named("ada")
    printed = run(scripts("Use the API")[0], live, shell, tmp_path)
    first, second, out, refused = re.split(r"(?<=\})(?=\{|HTTP)", printed)
    assert json.loads(first)["username"] == json.loads(second)["username"] == "ada"
    assert json.loads(first)["login"] == json.loads(second)["login"]
    assert out == "{}"
    assert refused.startswith("HTTP/1.1 401")
    assert "token_not_valid" in refused
    assert Login.objects.get().end_reason == "logged-out"


def test_the_lines_about_the_cookie_do_so_too(live: Live, shell: str, tmp_path: Path) -> None:
    user_named("ada")
    by_token, by_cookie = scripts("Use the API")
    names, *_ = by_token.partition("\n\n")
    me, refused = re.split(r"(?<=\})(?=HTTP)", run(f"{names}\n{by_cookie}", live, shell, tmp_path))
    assert json.loads(me)["carrier"] == "session"
    assert refused.startswith("HTTP/1.1 401")
    assert Login.objects.get().end_reason == "logged-out"


def test_every_file_it_names_is_there() -> None:
    own = r"`((?:accounts|authdemo|templates|static|tests)/[^`]*)`"
    named = [*re.findall(own, WITHOUT_RECIPES), *re.findall(r"\]\((static/[^)]+)\)", README)]
    assert len(named) > 20
    assert [path for path in named if not (settings.BASE_DIR / path).exists()] == []


def test_every_room_of_the_tree_is_in_the_table() -> None:
    assert [room for room in ROOMS if f"`{room}/`" not in README] == []


def test_its_picture_of_the_layers_is_that_of_the_contract() -> None:
    assert readme_with_picture() == README, "run make layers"


def test_it_is_short() -> None:
    assert len(README.splitlines()) < 200


def test_every_make_target_it_names_exists() -> None:
    makefile = (settings.BASE_DIR / "Makefile").read_text()
    made = re.findall(r"^(\w+):.*## ", makefile, re.MULTILINE)
    named = set(re.findall(r"\bmake (\w+)", README))
    assert named
    assert named <= {*made}


def test_the_demo_accounts_it_names_are_made(db: None) -> None:
    from accounts.demo.accounts import demo_accounts_make

    names = {account.username for account in demo_accounts_make()}
    assert names == {"ada", "grace", "admin"}
    assert all(f"`{name}`" in README for name in names)
    assert User.objects.get(is_staff=True).username == "admin"
