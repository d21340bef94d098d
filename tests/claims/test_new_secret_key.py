"""A new key ends every login, unless the old one is kept to verify."""

from functools import partial

import pytest

from accounts.claims import Kind
from accounts.claims.new_secret_key import NewSecretKey
from accounts.strategies import Accepted
from accounts.strategies.session_db import SessionDb
from accounts.tokens.realm import Realm
from tests.claims.case import Case, play


def rows_are_not_signed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SessionDb, "check", lambda *_: Accepted(None, "member"))


def nothing_verifies_with_an_old_key(patch: pytest.MonkeyPatch) -> None:
    rotated = partial(Realm.rotated, overlap=False)
    patch.setattr(Realm, "rotated", lambda self, **_: rotated(self))


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("rows are not signed", Kind.FAILS, rows_are_not_signed),
    Case("nothing verifies with an old key", Kind.HOLDS, nothing_verifies_with_an_old_key),
]


@pytest.mark.django_db
def test_simplejwt_knows_one_key_and_the_strict_decoder_both() -> None:
    evidence, _ = play(NewSecretKey)
    assert evidence["kept-jwt-user"].median == 0
    assert evidence["kept-jwt-blacklist-joined"].median == 100
    assert evidence["kept-session-db"].median == 100
