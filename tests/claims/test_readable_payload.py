"""What is written into a credential can be read by anybody who holds it."""

from base64 import urlsafe_b64encode

import pytest

from accounts.claims import Kind, readable_payload
from accounts.claims.readable_payload import ReadablePayload, legible, said_in
from accounts.strategies import Strategy, strategies
from tests.claims.case import Case, play


def only(*slugs: str) -> list[type[Strategy]]:
    return [strategies[slug] for slug in slugs]


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case(
        "no session is in its cookie",
        Kind.HOLDS,
        lambda patch: patch.setattr(
            readable_payload, "strategies", only("session-db", "jwt-user", "opaque")
        ),
    ),
    Case(
        "tokens are encrypted",
        Kind.FAILS,
        lambda patch: patch.setattr(readable_payload, "legible", lambda _: "…"),
    ),
]


@pytest.mark.django_db
def test_a_cookie_that_holds_the_session_tells_as_much_as_a_token() -> None:
    evidence, _ = play(ReadablePayload)
    assert evidence["facts-session-signed"].median > 0
    assert evidence["facts-session-db"].median == evidence["facts-opaque"].median == 0


def test_a_fact_is_found_as_a_word_alone() -> None:
    assert said_in("12", '{"user_id":"12"}')
    assert not said_in("12", '{"exp":1234}')


def test_what_is_no_base64_is_read_as_it_is() -> None:
    assert legible("plain=äöü").startswith("plain=äöü")


def test_a_number_among_random_bytes_is_no_fact() -> None:
    assert not said_in("7", legible(urlsafe_b64encode(b"\xff\x00 7 \xff").decode()))
