"""A leaked key is worth as much as the server believes a signature alone."""

import pytest

from accounts.claims import Kind, leaked_key
from accounts.claims.leaked_key import LeakedKey
from tests.claims.case import Case, play


def signatures_decide(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaked_key, "FORGED", ("jwt-stateless", "jwt-user"))


def logins_have_to_be_there(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(leaked_key, "FORGED", ("jwt-blacklist-joined",))


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("signatures decide", Kind.HOLDS, signatures_decide),
    Case("logins have to be there", Kind.FAILS, logins_have_to_be_there),
]


@pytest.mark.django_db
def test_what_is_taken() -> None:
    evidence, _ = play(LeakedKey)
    assert evidence["secret-jwt-user"].median == 20
    assert evidence["secret-jwt-blacklist-joined"].median == 0
    assert evidence["table-session-db"].median == 10  # those who are logged in
    assert evidence["table-session-joined"].median == evidence["table-opaque"].median == 0
