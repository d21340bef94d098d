"""The footer tells what the server runs on, and asks for it once."""

import subprocess
from pathlib import Path

import django
import pytest
from django.db import OperationalError, connection

from accounts.pages import versions


@pytest.fixture(autouse=True)
def _forget_what_was_read() -> None:
    versions.software.cache_clear()
    versions._database.cache_clear()


@pytest.mark.django_db
def test_the_database_and_its_version_are_named() -> None:
    name = versions.database()
    assert name is not None
    assert name.startswith(f"{connection.display_name} ")
    assert name.split()[1][0].isdigit()


@pytest.mark.django_db
def test_no_page_asks_again() -> None:
    first = versions.versions()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "get_database_version", unreachable)
        patch.setattr(subprocess, "run", unreachable)
        assert versions.versions() == first


def test_a_page_renders_while_the_database_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "get_database_version", unreachable)
    assert versions.database() is None


def unreachable(*args: object, **kwargs: object) -> None:
    raise OperationalError


def test_the_versions_are_those_that_run() -> None:
    assert versions.software()["django"] == django.get_version()


def test_the_commit_is_the_one_checked_out(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = [
            "git",
            "-C",
            str(tmp_path),
            "-c",
            "user.name=Alice",
            "-c",
            "user.email=a@b.example",
        ]
        answer = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True)
        return answer.stdout

    git("init", "--quiet")
    git("commit", "--quiet", "--allow-empty", "--message", "Begin")
    short = versions.commit(tmp_path)
    assert short
    assert git("rev-parse", "HEAD").startswith(short)


def test_a_copy_without_its_history_has_no_commit(tmp_path: Path) -> None:
    assert versions.commit(tmp_path) is None


def test_a_copy_inside_another_project_does_not_show_that_ones_commit(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    inside = tmp_path / "copy"
    inside.mkdir()
    assert versions.commit(inside) is None
