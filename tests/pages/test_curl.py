"""A request as a command: what a shell makes of it is what was sent, with the reader's secrets."""

import json
import subprocess
from typing import Any

import pytest

from accounts.pages.lab.curl import curl

SHELL = 'curl() { printf "%%s\\n" "$@"; }\n%s'


def typed(request: dict[str, Any], **variables: str) -> list[str]:
    """What curl is given when a shell reads the command."""
    command = curl(request, "http://site.example")
    done = subprocess.run(
        ["/bin/sh", "-c", SHELL % command],
        env={"PATH": "/bin:/usr/bin", **variables},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def post(body: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
    return {"method": "POST", "path": "/api/x/", "headers": headers, "body": body}


def test_the_readers_secrets_are_filled_in() -> None:
    headers = {"Authorization": "Bearer eyJh….eyJh….a…", "Content-Type": "application/json"}
    found = typed(post({"refresh": "eyJh…"}, headers), TOKEN="mine", REFRESH="spare")
    assert found == [
        *("-X", "POST", "http://site.example/api/x/"),
        *("-H", "Authorization: Bearer mine", "-H", "Content-Type: application/json"),
        *("-d", '{"refresh": "spare"}'),
    ]


@pytest.mark.parametrize("text", ["`id`", "$(id)", "$HOME", "a\\b", '"', "'", "$TOKENS"])
def test_a_shell_runs_nothing_that_was_sent(text: str) -> None:
    *_, body = typed(post({"note": text}, {}), TOKEN="mine", HOME="/home")
    assert json.loads(body) == {"note": text}


def test_a_cookie_is_named_and_left_to_the_reader() -> None:
    headers = {"Cookie": "lab-session-db=abcd…; csrftoken=efgh…", "X-CSRFToken": "efgh…"}
    found = typed(post({}, headers), COOKIE="key", CSRF="proof")
    assert "Cookie: lab-session-db=key; csrftoken=proof" in found
    assert "X-CSRFToken: proof" in found
