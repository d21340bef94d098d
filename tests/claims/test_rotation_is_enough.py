"""Rotation notices a theft when both copies are shown."""

import pytest

from accounts.claims import Kind
from accounts.claims.rotation_is_enough import RotationIsEnough
from accounts.lab.client import Client
from accounts.strategies import _rotation
from tests.claims.case import Case, play


def nobody_notices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(_rotation, "_shown", lambda *_: _rotation._Shown.LIVE)


def a_copy_is_worth_nothing(patch: pytest.MonkeyPatch) -> None:
    def steal(thief: Client, victim: Client) -> None:
        thief.access = thief.refresh_token = "e30.e30.e30"

    patch.setattr(Client, "steal_from", steal)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("nobody notices a spent token", Kind.FAILS, nobody_notices),
    Case("a copy is worth nothing", Kind.HOLDS, a_copy_is_worth_nothing),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_who_comes_second_is_noticed_and_who_is_alone_is_not() -> None:
    evidence, _ = play(RotationIsEnough)
    inside = {one.name: bool(one.median) for one in evidence.named("thief-")}
    assert inside == {
        "thief-owner-first": False,
        "thief-thief-first": False,
        "thief-grace": True,
        "thief-owner-gone": True,
    }
    assert evidence["owner-owner-first"].median == 1  # the innocent one is logged out as well
