"""A link works once where a row remembers it."""

import pytest

from accounts.claims import Kind
from accounts.claims.single_use_links import SingleUseLinks
from tests.claims.case import Case, play


def a_signature_remembers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SingleUseLinks, "fetch", SingleUseLinks.fetch_once)


def no_row_remembers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SingleUseLinks, "fetch_once", SingleUseLinks.fetch)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("a signature remembers", Kind.HOLDS, a_signature_remembers),
    Case("no row remembers", Kind.FAILS, no_row_remembers),
]


@pytest.mark.django_db
def test_the_same_link_is_served_again_and_again() -> None:
    evidence, _ = play(SingleUseLinks)
    served = {one.name: one.median for one in evidence.named("served-")}
    assert served == {"served-jwt": 20, "served-signer": 20, "served-row": 1}


@pytest.mark.django_db
def test_a_token_in_an_address_can_be_read_in_the_log_and_one_in_a_header_cannot() -> None:
    evidence, verdict = play(SingleUseLinks)
    assert evidence["logged-address"].median == 1
    assert evidence["logged-header"].median == 0
    assert "Its token could be read in the server's log." in verdict.words


@pytest.mark.django_db
def test_one_browser_tells_an_advert_the_token_where_the_page_asks_for_it() -> None:
    evidence, verdict = play(SingleUseLinks)
    telling = [one.title for one in evidence.named("told-") if one.median]
    assert telling == ["Chromium: unsafe-url"]
    assert verdict.words.endswith("It was told to an advert's server by Chromium: unsafe-url.")
