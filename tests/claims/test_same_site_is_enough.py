"""SameSite tells sites apart, and no neighbours."""

from collections.abc import Callable

import pytest

from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.recorded import Recorded
from accounts.claims import Kind, same_site_is_enough
from accounts.claims.same_site_is_enough import SameSiteIsEnough, arrived
from tests.claims.case import Case, play

NOTHING = "no SameSite"


def arrives(which: Callable[[Party, str], bool]) -> Callable[[pytest.MonkeyPatch], None]:
    """A browser that adds only some of the cookies that the recorded ones add."""

    def change(patch: pytest.MonkeyPatch) -> None:
        def fewer(one: Recorded, party: Party, kept: str, way: str) -> bool:
            return arrived(one, party, kept, way) and which(party, kept)

        patch.setattr(same_site_is_enough, "arrived", fewer)

    return change


CASES = [
    Case("as it is", Kind.FAILS),
    Case(
        "there are no neighbours",
        Kind.DEPENDS,
        arrives(lambda party, _: party is Party.THIEF),
    ),
    Case(
        "and browsers take Lax where a cookie says nothing",
        Kind.HOLDS,
        arrives(lambda party, kept: party is Party.THIEF and kept != NOTHING),
    ),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_a_shop_that_asks_for_more_than_the_cookie_refuses_all_but_the_owner() -> None:
    evidence, _ = play(SameSiteIsEnough)
    let = [int(one.median) for one in evidence.named("let-")]
    assert let == [10, 0, 0, 0]
    assert [one.median for one in evidence.named("own-")] == [1, 1, 1, 1]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)
def test_browsers_differ_in_a_cookie_that_says_nothing_and_is_two_minutes_old() -> None:
    evidence, verdict = play(SameSiteIsEnough)
    old = [one for one in evidence.named("silent-") if "2 minutes later" in one.title]
    assert {one.title.split(": ")[1]: one.median for one in old} == {
        "Chromium": 0,
        "Firefox": 1,
    }
    assert "1 from another site, 2 minutes later" in verdict.words
