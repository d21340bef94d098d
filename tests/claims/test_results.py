"""The shipped results: each claim on each database, judged as the program judges today."""

from pathlib import Path

import pytest

from accounts.claims import Claim, Kind, Played, _results, claims, ship, shipped
from accounts.conf import DATABASES
from tests.claims.sample import SLUG, played

each_claim = pytest.mark.parametrize("claim", [*claims], ids=lambda cls: cls.slug)
each_database = pytest.mark.parametrize("database", DATABASES)


@each_database
@each_claim
def test_it_is_shipped_with_the_verdict_that_its_evidence_has(
    claim: type[Claim], database: str
) -> None:
    result = shipped(database)[claim.slug].played
    assert claim().judge(result.evidence) == result.verdict
    assert result.verdict.kind is not Kind.UNDECIDED
    assert result.database == DATABASES[database]


def test_shipping_one_leaves_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_results, "SHIPPED", tmp_path)
    shipped.cache_clear()
    first = Played.from_json(played("tokens-are-bigger"))
    ship([first], "sqlite")
    ship([Played.from_json(played(SLUG))], "sqlite")
    assert {*shipped("sqlite")} == {"tokens-are-bigger", SLUG}
    assert shipped("sqlite")["tokens-are-bigger"].played == first
    shipped.cache_clear()
