"""A server that is broken gives a clear line, and never a verdict that nobody saw."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.audit.device import Server
from accounts.audit.limits import Limited
from accounts.audit.masking import Masks
from accounts.audit.player import Cell, play
from accounts.audit.profile import Profile, profile_read
from accounts.lab.events import events
from accounts.strategies import Outcome
from tests.audit.toy import PROFILE, Toy, answers, closes, drips, hangs


def played(toy: Toy, *slugs: str, profile: str = PROFILE, url: str = "") -> list[Cell]:
    found: Profile = profile_read(profile)
    with Limited(is_local=True, timeout=0.4) as limited:
        server = Server(url or toy.url, found, limited, Masks())
        return list(play(server, [events[slug] for slug in slugs]))


def test_a_server_that_does_as_it_should(toy: Toy) -> None:
    [log_out, everywhere, password] = played(
        toy, "log-out", "log-out-everywhere", "password-change"
    )
    assert (log_out.thief, log_out.other, log_out.at_once) == (Outcome.REFUSED, "untouched", True)
    assert log_out.holds
    assert log_out.bytes_sent == 32
    assert (everywhere.thief, everywhere.text.detail) == (
        Outcome.NOT_APPLICABLE,
        "the profile has no log_out_everywhere",
    )
    assert not everywhere.holds
    assert (password.thief, password.text.word) == (Outcome.ACCEPTED, "still works")
    assert not password.holds
    assert password.server_timing == "db;dur=1"


def test_a_server_that_forgets_nothing_lets_the_thief_in(toy: Toy) -> None:
    toy.forgets = False
    [cell] = played(toy, "log-out")
    assert cell.thief is Outcome.ACCEPTED
    assert not cell.holds


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (answers(500, {"error": "x"}), "/me answered 500: neither accepted nor refused"),
        (
            answers(302, b"", Location="/login?next=/me"),
            "redirect to /login?next=/me: if that is its refusal, name it in who.refused.location",
        ),
        (
            answers(200, {"error": "not logged in"}),
            "/me answered 200, but who.name (name) does not name the user in it",
        ),
        (answers(200, b"<html>"), "/me answered 200, but who.name (name) does not name the user"),
        (answers(200, {"name": "somebody else"}), "does not name the user in it"),
        (answers(404), "/me answered 404: neither accepted nor refused"),
        (
            answers(429, {}, Retry_After="600"),
            "/me answered 429, too many requests, and asks for 600 s of rest",
        ),
        (hangs, "GET /me got no whole answer within 0.4 s"),
        (drips, "GET /me got no whole answer within 0.4 s"),
        (closes, "GET /me got no answer"),
        (answers(200, b"x" * 1_000_001), "/me answered more than a megabyte"),
    ],
)
def test_an_answer_that_is_neither_is_no_verdict(
    toy: Toy, fault: Callable[[Any], None], told: str
) -> None:
    toy.faults["/me"], toy.late = fault, True
    [cell] = played(toy, "log-out")
    assert cell.thief is None
    assert not cell.holds
    assert told in (cell.error or "")
    assert cell.text.word == "cannot tell"


def test_a_redirect_that_the_profile_names_is_a_refusal(toy: Toy) -> None:
    toy.faults["/me"], toy.late = answers(302, b"", Location="/login?next=/me"), True
    profile = PROFILE.replace("[log_out]", '[who.refused]\nlocation = "/login"\n[log_out]')
    [cell] = played(toy, "log-out", profile=profile)
    assert (cell.thief, cell.at_once) == (Outcome.REFUSED, True)


def test_a_text_that_the_profile_names_is_a_refusal(toy: Toy) -> None:
    toy.faults["/me"], toy.late = answers(200, {"error": "not logged in"}), True
    profile = PROFILE.replace("[log_out]", '[who.refused]\ncontains = "not logged"\n[log_out]')
    [cell] = played(toy, "log-out", profile=profile)
    assert cell.thief is Outcome.REFUSED


def test_who_asks_for_a_moment_of_rest_is_asked_again(toy: Toy) -> None:
    def busy_once(handler: Any) -> None:
        toy.faults.clear()
        handler.send(429, {}, Retry_After="0")

    toy.faults["/me"], toy.late = busy_once, True
    [cell] = played(toy, "log-out")
    assert cell.thief is Outcome.REFUSED


def test_a_log_out_that_fails_is_no_log_out(toy: Toy) -> None:
    toy.faults["/logout"] = answers(403, {"detail": "CSRF"})
    [cell] = played(toy, "log-out")
    assert cell.error == "log_out: /logout answered 403: it was not done"


def test_a_password_that_was_not_changed_is_noticed(toy: Toy) -> None:
    toy.faults["/password"] = answers(200, {"error": "too short"})
    [cell] = played(toy, "password-change")
    assert cell.error == "change_password: the server agreed, but refuses the new password"


def test_a_log_in_without_the_credential_names_the_key(toy: Toy) -> None:
    [cell] = played(toy, "log-out", profile=PROFILE.replace("json:token", "json:key"))
    assert "log_in: answered 200 without json:key, where credential.access says" in (
        cell.error or ""
    )


def test_a_server_that_hangs_is_not_asked_for_each_event_again(toy: Toy) -> None:
    toy.faults["/login"] = hangs
    first, second, third = played(toy, "log-out", "log-out-everywhere", "password-change")
    assert "within 0.4 s" in (first.error or "")
    assert second.thief is Outcome.NOT_APPLICABLE
    assert third.error == f"not played: {first.error}"
    assert toy.asked == ["/signup", "/login"]


def test_nobody_at_the_address_is_one_line(toy: Toy) -> None:
    [cell] = played(toy, "log-out", url="http://127.0.0.1:1")
    assert cell.error == "POST /signup got no answer: [Errno 111] Connection refused"


def test_hooks_do_what_no_request_can(toy: Toy) -> None:
    profile = PROFILE + "[hooks]\ndisable_account = 'false'\nrotate_key = ['no-such-program']\n"
    disabled, rotated = played(toy, "account-disabled", "key-rotated", profile=profile)
    assert disabled.error == "hooks.disable_account: it ended with status 1"
    assert rotated.error == "hooks.rotate_key: no-such-program: No such file or directory"
    profile = PROFILE + "[hooks]\nrotate_key = 'true'\n[hooks.disable_account]\npath = '/me'\n"
    disabled, rotated = played(
        toy, "account-disabled", "key-rotated", profile=profile + "method = 'GET'\nok = [401]"
    )
    assert (disabled.thief, rotated.thief) == (Outcome.ACCEPTED, Outcome.ACCEPTED)


def test_a_role_that_nobody_took_away_is_noticed(toy: Toy) -> None:
    [cell] = played(toy, "role-removed", profile=PROFILE + "[hooks]\ntake_role_away = 'true'\n")
    assert cell.error == "hooks.take_role_away: a new log-in still has the role editor"


@pytest.mark.parametrize("slug", ["log-out", "password-change"])
def test_no_credential_is_kept_of_what_was_sent(toy: Toy, slug: str) -> None:
    [cell] = played(toy, slug)
    text = str(cell.as_dict())
    assert cell.transcript
    secrets = [*toy.tokens, *toy.passwords.values()]
    assert secrets
    assert not [secret for secret in secrets if secret in text]
