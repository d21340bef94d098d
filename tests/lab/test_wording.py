"""A cell of the matrix in words: the same for the page, the API and the terminal."""

from typing import Any

import pytest

from accounts.lab.wording import LEGEND, SIGNS, describe, duration

PLAYED: dict[str, Any] = {
    "strategy": "jwt-user",
    "event": "log-out",
    "thief": "accepted",
    "thief_after_s": 298,
    "at_once": False,
    "usual_lifetime_s": 300,
    "other": "untouched",
    "role": "editor",
    "expected": {"thief": "accepted", "other": "untouched"},
    "matches": True,
    "error": None,
    "why": "",
}


def words(**changes: Any) -> tuple[str, str, str]:
    found = describe(PLAYED | changes)
    return found.sign, found.word, found.detail


@pytest.mark.parametrize("outcome", ["refused", "refused-later"])
def test_who_is_logged_out_by_a_routine_rotation_is_not_called_safe(outcome: str) -> None:
    routine = {"event": "key-rotated-overlap", "thief": outcome, "other": "collateral"}
    found = describe(PLAYED | routine)

    assert (found.tone, found.sign, found.word) == ("collateral", "◆", "refused")
    assert found.also == "the other device, too"


def test_a_copy_that_works_on_is_an_open_door() -> None:
    assert words() == ("▲", "still works", "for 4 min 58 s")


def test_a_copy_that_works_on_after_a_routine_rotation_is_as_it_is_meant_to_be() -> None:
    found = describe(PLAYED | {"event": "key-rotated-overlap"})

    assert (found.tone, found.sign, found.word) == ("expected", "○", "still works")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"thief": "refused", "at_once": True}, ("●", "refused", "at once")),
        (
            {"thief": "refused-later", "thief_after_s": 1.6},
            ("◐", "refused", "within 5 min: its token has to run out"),
        ),
        ({"thief": "new-role"}, ("●", "accepted", "with the new role")),
        ({"thief": "stale-role"}, ("▲", "accepted", "with the old role, for 4 min 58 s")),
        ({"thief": "not-applicable", "why": "no refresh"}, ("—", "not applicable", "no refresh")),
        ({"error": "it broke"}, ("✕", "experiment failed", "it broke")),
    ],
)
def test_each_outcome_has_a_sign_and_words(
    changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert words(**changes) == expected


@pytest.mark.parametrize(
    ("event", "at_once", "detail"),
    [
        ("log-out", True, "at once, within 1.9 ms"),
        ("log-out", False, "after 1.9 ms"),
        ("key-rotated", True, "at once"),
    ],
)
def test_a_lag_is_told_only_where_somebody_has_to_be_told(
    event: str,
    at_once: bool,  # noqa: FBT001
    detail: str,
) -> None:
    changes = {"thief": "refused", "at_once": at_once, "thief_after_s": 0.0019, "event": event}

    assert words(**changes, strategy="jwt-blacklist-memory") == ("●", "refused", detail)


def test_a_cell_says_when_it_measured_something_else_than_declared() -> None:
    expected = {"thief": "refused", "other": "untouched"}

    assert "expected" in describe(PLAYED | {"matches": False, "expected": expected}).differs


def test_a_run_that_was_kept_under_the_old_names_can_still_be_read() -> None:
    old = {"thief": "stale-facts", "expected": {"thief": "new-facts", "other": "untouched"}}
    assert words(**old) == ("▲", "accepted", "with the old role, for 4 min 58 s")
    differs = describe(PLAYED | old | {"matches": False}).differs
    assert differs == "expected: accepted with the new role"


def test_the_other_device_is_collateral() -> None:
    assert describe(PLAYED | {"other": "collateral"}).also == "the other device, too"


def test_no_two_signs_are_alike_and_each_is_in_the_legend() -> None:
    assert len(set(SIGNS.values())) == len(SIGNS)
    assert set(SIGNS) == set(LEGEND)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0004, "0.4 ms"), (0.8, "0.8 s"), (12.4, "12 s"), (298, "4 min 58 s"), (3599, "59 min")],
)
def test_a_duration_is_as_exact_as_one_needs_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text
