"""Whether tokens are much bigger depends on who packs them."""

from functools import partial

import pytest

from accounts.claims import Kind, tokens_are_bigger
from accounts.claims.tokens_are_bigger import TokensAreBigger
from tests.claims.case import Case, play


def tokens_are_short(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(tokens_are_bigger.WAYS, "jwt", "opaque")


def nobody_indexes_a_header(patch: pytest.MonkeyPatch) -> None:
    packed = partial(tokens_are_bigger._packed, secret=True)
    patch.setattr(tokens_are_bigger, "_packed", lambda headers, url, **_: packed(headers, url))


KEY = 32  # characters

CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("tokens are short", Kind.FAILS, tokens_are_short),
    Case("nobody indexes a header", Kind.HOLDS, nobody_indexes_a_header),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_sizes_are_those_of_the_headers() -> None:
    evidence, _ = play(TokensAreBigger)
    assert evidence["plain-session"].median == len("cookie: session=\r\n") + KEY
    # From the second request on each header is a number of the table.
    assert evidence["later-jwt"].median == evidence["later-session"].median == 1
