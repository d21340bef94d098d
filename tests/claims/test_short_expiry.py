"""A short expiry bounds what a thief can do, and does not end it."""

import pytest

from accounts.claims import Kind, short_expiry
from accounts.claims.short_expiry import ShortExpiry
from tests.claims.case import Case, play


@pytest.fixture(autouse=True)
def lives_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_expiry, "LIFETIMES", (2,))


def tokens_are_looked_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(short_expiry, "LIFETIMES", (2,))
    patch.setattr(ShortExpiry, "strategy", "jwt-blacklist-joined")


def lives_are_seconds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(short_expiry, "LIFETIMES", (2,))


CASES = [
    Case("as it is", Kind.FAILS, lives_are_seconds),
    Case("tokens are looked up", Kind.HOLDS, tokens_are_looked_up),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_copy_lives_no_longer_than_its_token() -> None:
    evidence, _ = play(ShortExpiry)
    assert evidence["requests-2"].low > 0
    assert 0 < evidence["seconds-2"].high <= 2 + 1  # and the request that was under way
