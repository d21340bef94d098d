"""What the contract of a claim promises, each keeps; above all that it can come out either way."""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings

from accounts.attacks import attacks
from accounts.claims import Claim, Evidence, Kind, Source, Verdict, claims
from tests.claims.case import Case, play

each_claim = pytest.mark.parametrize("claim", [*claims], ids=lambda cls: cls.slug)


def cases_of(claim: type[Claim]) -> list[Case]:
    """What the test of a claim says of the worlds in which it is played."""
    module = claim.slug.replace("-", "_")
    path = Path(settings.BASE_DIR, "tests", "claims", f"test_{module}.py")
    assert path.exists(), f"{claim.slug} needs {path.name}, with its CASES"
    found: list[Case] = import_module(f"tests.claims.test_{module}").CASES
    return found


# Each world on SQLite; what a claim asks of its database it asks in the first one, too.
PLAYED = [
    pytest.param(
        *(claim, case),
        id=f"{claim.slug}: {case.title}",
        marks=() if case is cases_of(claim)[0] else pytest.mark.database("sqlite"),
    )
    for claim in claims
    for case in cases_of(claim)
]


@each_claim
def test_it_is_played_in_worlds_where_it_comes_out_differently(claim: type[Claim]) -> None:
    assert len({case.kind for case in cases_of(claim)}) > 1


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
@pytest.mark.parametrize(("claim", "case"), PLAYED)
def test_it_comes_out_as_its_world_is(
    claim: type[Claim], case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        case.change(patch)
        evidence, verdict = play(claim)
        kept = json.loads(json.dumps(evidence.as_json()))
        assert claim().judge(Evidence.from_json(kept)) == verdict
    assert verdict.kind is case.kind, verdict.words
    assert verdict.limit in claim.limits
    if verdict.kind is Kind.DEPENDS:
        assert verdict.tipping_point, "what it depends on has a point where it tips"
    assert Verdict.from_json(json.loads(json.dumps(verdict.as_json()))) == verdict


@each_claim
def test_its_names_agree(claim: type[Claim]) -> None:
    module = claim.slug.replace("-", "_")
    assert claim.__module__ == f"accounts.claims.{module}"
    assert claim.__name__ == "".join(part.title() for part in claim.slug.split("-"))


@each_claim
def test_it_says_who_says_so_and_who_denies_it(claim: type[Claim]) -> None:
    for source in (claim.source, claim.against):
        assert isinstance(source, Source)
        assert source.author
        assert re.fullmatch(r"(read in )?20\d\d", source.year)
        assert source.url.startswith(("https://", "http://"))
        assert source.says.endswith(".")
    assert claim.source.url != claim.against.url


@each_claim
def test_it_is_explained(claim: type[Claim]) -> None:
    assert claim.explanation().endswith(".")
    assert claim.said.endswith(".")
    assert claim.caveat.endswith(".")
    assert len(claim.limits) > 1
    assert all(limit.endswith(".") for limit in claim.limits)


@each_claim
def test_the_attack_that_shows_it_is_one(claim: type[Claim]) -> None:
    assert not claim.attack or claim.attack in attacks


def test_no_two_are_alike() -> None:
    for names in (
        [one.slug for one in claims],
        [one.said for one in claims],
        [one.order for one in claims],
    ):
        assert len(set(names)) == len(names)
