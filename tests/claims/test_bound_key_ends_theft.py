"""A bound token is worth nothing without its key, and a script in the page has the key sign."""

import pytest

from accounts.attacks.stage import houses
from accounts.claims import Kind
from accounts.claims._shop import Headers, Shop
from accounts.claims.bound_key_ends_theft import (
    ALONE,
    ATTEMPTS,
    HELPED,
    BoundKeyEndsTheft,
    Page,
)
from tests.claims.case import Case, play


def proofs_count_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(houses, "proof_note", lambda *_: True)


def nothing_signs_for_a_script(patch: pytest.MonkeyPatch) -> None:
    def refused(shop: Shop, page: Page) -> Headers:
        return {"Authorization": f"DPoP {page.token}"}

    for name in HELPED:
        patch.setitem(ATTEMPTS, name, (name, refused))


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("proofs count again", Kind.FAILS, proofs_count_again),
    Case("the key signs for no script", Kind.HOLDS, nothing_signs_for_a_script),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_what_gets_through_was_signed_by_the_pages_key_for_this_order() -> None:
    evidence, verdict = play(BoundKeyEndsTheft)
    accepted = {one.name.removeprefix("try-"): one.median for one in evidence.named("try-")}
    assert accepted == {**dict.fromkeys(ALONE, 0), "forgotten": 2, "tab": 2, "later": 2}
    assert all(one.median == 1 for one in evidence.named("recorded-"))
    assert 300 < evidence["proof"].median < 600
    assert "Without the page's key 0 orders got through" in verdict.words
