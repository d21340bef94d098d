"""The shipped results: each claim on each database, judged as the program judges today."""

from pathlib import Path

import pytest

from accounts.claims import Kind, Played, _results, claims, ship, shipped
from accounts.conf import DATABASES
from tests.claims.sample import SLUG, played


@pytest.mark.parametrize("database", DATABASES)
def test_each_is_shipped_with_the_verdict_that_its_evidence_has(database: str) -> None:
    for claim, result in shipped(database).items():
        found = result.played
        assert claims[claim]().judge(found.evidence) == found.verdict, claim
        assert found.verdict.kind is not Kind.UNDECIDED, claim
        assert found.database == DATABASES[database], claim
        assert database == "postgres" or not claims[claim].needs, claim  # the cluster's own


def test_what_is_shipped_is_shipped_for_both_databases() -> None:
    assert {*shipped("sqlite")} == {slug for slug in shipped("postgres") if not claims[slug].needs}
    assert len(shipped("sqlite")) > len(claims) / 2  # a new one waits for a quiet machine


def test_shipping_one_leaves_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_results, "SHIPPED", tmp_path)
    shipped.cache_clear()
    first = Played.from_json(played("tokens-are-bigger"))
    ship([first], "sqlite")
    ship([Played.from_json(played(SLUG))], "sqlite")
    assert {*shipped("sqlite")} == {"tokens-are-bigger", SLUG}
    assert shipped("sqlite")["tokens-are-bigger"].played == first
    shipped.cache_clear()
