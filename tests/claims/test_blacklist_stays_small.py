"""How small a blacklist stays depends on how long tokens live, and on rotation."""

from dataclasses import replace

import pytest

from accounts.claims import Kind, blacklist_stays_small
from accounts.claims.blacklist_stays_small import LONG, SCHEMES, SHORT, BlacklistStaysSmall
from tests.claims.case import Case, play


def a_day_is_short(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(blacklist_stays_small, "HOURS", 3)


def every_token_is_short(patch: pytest.MonkeyPatch) -> None:
    a_day_is_short(patch)
    for name in ("long", "rotated"):
        patch.setitem(SCHEMES, name, SCHEMES["short"])


def no_token_is_short(patch: pytest.MonkeyPatch) -> None:
    a_day_is_short(patch)
    patch.setitem(SCHEMES, "short", replace(SCHEMES["short"], life=LONG))


CASES = [
    Case("as it is", Kind.DEPENDS, a_day_is_short),
    Case("every token is short", Kind.HOLDS, every_token_is_short),
    Case("no token is short", Kind.FAILS, no_token_is_short),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db
def test_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    a_day_is_short(monkeypatch)
    assert SHORT < LONG
    evidence, _ = play(BlacklistStaysSmall)
    rows = {one.name: one.median for one in evidence.measurements}
    assert rows["rows-session"] == 90
    assert rows["rows-long"] == 10
    assert rows["rows-rotated"] == 110
    assert rows["rows-short"] == pytest.approx(10 / 3, abs=0.01)  # those of the last hour
