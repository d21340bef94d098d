"""A short expiry bounds what a thief can do, and does not end it."""

import pytest

from accounts.claims import Kind, short_expiry
from accounts.claims.short_expiry import ShortExpiry
from tests.claims.case import Case, play


def a_minute(patch: pytest.MonkeyPatch) -> None:
    """A busy machine takes less to log out. The clock leaps from one request to the next."""
    patch.setattr(short_expiry, "LIFETIMES", (60,))
    patch.setattr(short_expiry, "POLL", 5)


def tokens_are_looked_up(patch: pytest.MonkeyPatch) -> None:
    a_minute(patch)
    patch.setattr(ShortExpiry, "strategy", "jwt-blacklist-joined")


CASES = [
    Case("as it is", Kind.FAILS, a_minute),
    Case("tokens are looked up", Kind.HOLDS, tokens_are_looked_up),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_copy_lives_as_long_as_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    a_minute(monkeypatch)
    evidence, _ = play(ShortExpiry)
    assert evidence["requests-60"].low > 0
    assert evidence["seconds-60"].high == pytest.approx(60, rel=0.3)
