"""SameSite tells sites apart, and no neighbours."""

from collections.abc import Callable

import pytest

from accounts.attacks.another_sites_form import Jar
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.recorded import Recorded
from accounts.claims import Kind, same_site_is_enough
from accounts.claims.same_site_is_enough import SameSiteIsEnough, arrived
from tests.claims.case import Case, play

Arrived = Callable[[Recorded, Party, Jar, str], bool]


def arrives(which: Callable[[Party, Jar], bool]) -> Callable[[pytest.MonkeyPatch], None]:
    """A browser that adds only some of the cookies that the recorded ones add."""

    def change(patch: pytest.MonkeyPatch) -> None:
        def fewer(one: Recorded, party: Party, jar: Jar, way: str) -> bool:
            return arrived(one, party, jar, way) and which(party, jar)

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
        arrives(lambda party, jar: party is Party.THIEF and bool(jar.samesite)),
    ),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_a_shop_that_asks_for_more_than_the_cookie_refuses_all_but_the_owner() -> None:
    evidence, _ = play(SameSiteIsEnough)
    let = [int(one.median) for one in evidence.named("let-")]
    assert let == [10, 0, 0, 0]
    assert [one.median for one in evidence.named("own-")] == [1, 1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_browsers_differ_in_a_cookie_that_says_nothing_and_is_two_minutes_old() -> None:
    evidence, _ = play(SameSiteIsEnough)
    old = {
        one.title.split()[0]: one.median
        for one in evidence.named("silent-")
        if one.title.endswith("another site, after two minutes")
    }
    assert old == {"Chromium": 0, "Firefox": 1}
