"""Find the check that stops this: what the verifier says, and what the page shows."""

import re
from hashlib import sha256

import pytest
from django.test import Client

from accounts.attacks.forged_token import FORGERIES
from accounts.attacks.stage.exercises import REASONS, exercise_of
from accounts.attacks.stage.verifier import CHECKS

each = pytest.mark.parametrize("number", range(1, len(REASONS) + 1))


def page(number: int, check: str = "") -> str:
    answer = Client().get(f"/attacks/forged-token/exercises/{number}/", {"check": check})
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_there_is_one_for_each_forgery_and_each_check_stops_one() -> None:
    assert {*REASONS} == {*FORGERIES}
    found = [exercise_of(number) for number in range(1, len(REASONS) + 1)]
    assert {one.stopped_by for one in found if one} == {*CHECKS}


@each
def test_one_check_alone_stops_it_and_every_other_lets_it_in(number: int) -> None:
    found = exercise_of(number)
    assert found
    stopping = [check for check in CHECKS if not found.is_let_in_by(check)]
    assert stopping == [found.stopped_by]


@each
def test_the_right_check_is_told_with_its_reason(number: int) -> None:
    found = exercise_of(number)
    assert found
    right = page(number, found.stopped_by.slug)
    assert f"Right: “{found.stopped_by.title}” stops it" in right
    assert found.title in right
    wrong = page(number, next(one.slug for one in CHECKS if one != found.stopped_by))
    assert "Not this one" in wrong
    assert found.title not in wrong


def test_a_wrong_check_says_what_it_has_seen() -> None:
    made_for_another = 1
    assert "looks at exp, and finds 2026-11-30 13:00:00 UTC" in page(made_for_another, "expired")
    assert "looks at jku, and there is none" in page(made_for_another, "key-address")
    assert "It fits the shop’s public key" in page(made_for_another, "signature")


def test_before_a_choice_nothing_is_given_away() -> None:
    for number in range(1, len(REASONS) + 1):
        found = exercise_of(number)
        assert found
        assert found.title not in page(number)
        assert "Right:" not in page(number, "no-check")


def test_its_address_shows_the_same_token_to_everybody() -> None:
    answer = Client().get("/attacks/forged-token/exercises/3/").content.decode()
    link = "http://testserver/attacks/forged-token/exercises/3/"
    assert f'<a href="{link}">' in answer
    found = exercise_of(3)
    assert found
    # Fixed keys and a fixed clock: the same letters on every server.
    digest = sha256(found.token.encode()).hexdigest()
    assert digest == "800fbe8a85969b05f3dac0ad964e850f84adba7f6485a7ddf8c48a044d1f49ea"


def test_there_is_none_beyond_the_last() -> None:
    for number in (0, len(REASONS) + 1, 10**30):
        assert Client().get(f"/attacks/forged-token/exercises/{number}/").status_code == 404


def test_the_attack_leads_to_all_of_them(db: None) -> None:
    answer = Client().get("/attacks/forged-token/").content.decode()
    for number in range(1, len(REASONS) + 1):
        assert f'href="/attacks/forged-token/exercises/{number}/"' in answer
