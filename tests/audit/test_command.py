"""``manage.py audit``: what it prints, writes and asks for, without this site's database."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.audit.toy import PROFILE, Toy, answers

# No test here asks for a database, so each query of the command would be an error.


@pytest.fixture
def profile(tmp_path: Path) -> str:
    """A file with the toy's profile."""
    file = tmp_path / "toy.toml"
    file.write_text(PROFILE)
    return str(file)


def audit(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("audit", *arguments, stdout=out, **options)
    return out.getvalue()


def test_it_needs_no_database_and_no_secret_key(toy: Toy, profile: str) -> None:
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://nobody@127.0.0.1:1/no"}
    command = [sys.executable, "manage.py", "audit", toy.url, "--profile", profile, "--json"]
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["requests"] == len(toy.asked)
    thiefs = {cell["event"]: cell["thief"] for cell in found["cells"]}
    assert thiefs["log-out"] == "refused"
    assert thiefs["password-change"] == "accepted"
    assert thiefs["key-rotated"] == "not-applicable"


def test_the_table_says_what_the_copy_got(
    toy: Toy, profile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    audit(toy.url, "--profile", profile)
    lines = {
        line.split("  ")[1]: line for line in capsys.readouterr().out.splitlines() if "  " in line
    }
    assert "● refused at once" in lines["Log out"]
    assert "stays logged in" in lines["Log out"]
    assert "▲ still works" in lines["Password change"]


def test_what_is_required_decides_the_status(toy: Toy, profile: str) -> None:
    audit(toy.url, "--profile", profile, "--require", "log-out", "--event", "log-out")
    with pytest.raises(CommandError, match=r"^password-change: still works"):
        audit(toy.url, "--profile", profile, "--require", "log-out,password-change")
    with pytest.raises(CommandError, match=r"log-out-everywhere: required, but it does not apply"):
        audit(toy.url, "--profile", profile, "--require", "log-out-everywhere")
    with pytest.raises(CommandError, match="--require: lunch is none of log-out"):
        audit(toy.url, "--profile", profile, "--require", "lunch")
    toy.faults["/me"] = answers(500)
    with pytest.raises(CommandError, match="log-out: cannot tell"):
        audit(toy.url, "--profile", profile, "--require", "log-out")


def test_the_page_needs_nothing_else_and_holds_no_secret(
    toy: Toy, profile: str, tmp_path: Path
) -> None:
    file = tmp_path / "audit.html"
    audit(toy.url, "--profile", profile, "--html", str(file))
    page = file.read_text()
    assert "The thief replays its copy" in page
    assert "curl -i -X POST" in page
    assert "Authorization: Bearer $CREDENTIAL" in page
    assert "src=" not in page
    assert "http://127" in page
    assert not [secret for secret in (*toy.tokens, *toy.passwords.values()) if secret in page]


def test_junit_tells_failures_from_what_does_not_apply(
    toy: Toy, profile: str, tmp_path: Path
) -> None:
    file = tmp_path / "audit.xml"
    audit(toy.url, "--profile", profile, "--junit", str(file))
    suite = ET.fromstring(file.read_text())  # noqa: S314 - our own
    kinds = {case.get("name"): [child.tag for child in case] for case in suite}
    assert kinds["log-out"] == []
    assert kinds["password-change"] == ["failure"]
    assert kinds["key-rotated"] == ["skipped"]
    assert (suite.get("failures"), suite.get("errors")) == ("1", "0")


def test_check_logs_in_and_says_what_is_wrong(toy: Toy, profile: str) -> None:
    assert "The log-in works" in audit(toy.url, "--profile", profile, "--check")
    assert toy.asked == ["/signup", "/login", "/me"]
    toy.faults["/login"] = answers(404)
    with pytest.raises(CommandError, match=r"^log_in: /login answered 404: it was not done$"):
        audit(toy.url, "--profile", profile, "--check")


def test_explain_sends_nothing(toy: Toy, profile: str) -> None:
    told = audit("--profile", profile, "--explain")
    assert "Log out: POST /logout." in told
    assert "Log out everywhere: does not apply, the profile has no log_out_everywhere." in told
    assert toy.asked == []


def test_a_mistake_in_the_profile_and_a_foreign_host_are_one_line(toy: Toy, profile: str) -> None:
    with pytest.raises(CommandError, match=r"^example.org is not this machine"):
        audit("http://example.org", "--profile", profile)
    Path(profile).write_text(PROFILE.replace("[who]", "[whom]"))
    with pytest.raises(CommandError, match=r"^whom: there is no such key$"):
        audit(toy.url, "--profile", profile)
    assert toy.asked == []


class TestNamedUser:
    """Where nobody can sign up, a user of the environment is played, and left as it was."""

    @pytest.fixture(autouse=True)
    def _named(self, toy: Toy, profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
        begins, ends = PROFILE.index("[sign_up]"), PROFILE.index("[log_in]")
        Path(profile).write_text(PROFILE[:begins] + PROFILE[ends:])
        toy.passwords["alice"] = "her old password"
        monkeypatch.setenv("AUDIT_USER", "alice")
        monkeypatch.setenv("AUDIT_PASSWORD", "her old password")

    def test_its_password_is_set_back(
        self, toy: Toy, profile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AUDIT_NEW_PASSWORD", "for a moment only")
        told = audit(toy.url, "--profile", profile, "--json")
        assert toy.asked.count("/password") == 2
        assert toy.passwords["alice"] == "her old password"
        assert "her old password" not in told
        assert "for a moment only" not in told

    def test_without_a_password_it_says_which_variable(
        self, toy: Toy, profile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("AUDIT_PASSWORD")
        with pytest.raises(CommandError, match=r"^AUDIT_PASSWORD is not set"):
            audit(toy.url, "--profile", profile)

    def test_a_password_that_cannot_be_set_back_is_told(
        self, toy: Toy, profile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AUDIT_NEW_PASSWORD", "for a moment only")
        toy.once = True
        found = json.loads(
            audit(toy.url, "--profile", profile, "--json", "--event", "password-change")
        )
        assert found["cells"][0]["error"] == (
            "The password of alice could not be set back: it is the one of AUDIT_NEW_PASSWORD now"
        )
