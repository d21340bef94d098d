"""A filter is small, and errs as often as it was told to."""

import pytest

from accounts.claims import Kind, bloom_filter_is_free
from accounts.claims.bloom_filter_is_free import Bloom, BloomFilterIsFree
from tests.claims.case import Case, play


def it_errs_once_in_a_billion(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bloom_filter_is_free, "RATES", (1e-9,))


def it_takes_much_memory(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(bloom_filter_is_free, "RATES", (1e-30,))


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("it errs once in a billion", Kind.HOLDS, it_errs_once_in_a_billion),
    Case("it takes much memory", Kind.FAILS, it_takes_much_memory),
]


def test_no_revoked_one_is_ever_missed() -> None:
    revoked = bloom_filter_is_free._ids(500)
    for rate in bloom_filter_is_free.RATES:
        bloom = BloomFilterIsFree().filter(revoked, rate)
        assert all(key in bloom for key in revoked)


def test_it_errs_about_as_often_as_it_was_told_to() -> None:
    evidence, _ = play(BloomFilterIsFree)
    assert 0 < evidence["mistaken-100"].median < 5 * 5000 / 100
    assert evidence["mistaken-1000000"].median <= 1


def test_its_size_is_that_of_the_formula() -> None:
    assert len(Bloom(10_000, 1e-3).bits) == 17_972
