"""A log-out at a provider reaches every site, none, or those that keep what can be ended."""

from collections.abc import Iterator, Mapping

import pytest

from accounts.claims import Kind, Laboratory, provider_log_out
from accounts.claims.provider_log_out import PARTIES, PHASES, ProviderLogOut
from tests.claims.case import Case, play

AS_IT_IS = {
    "front": (100, 100, 100),
    "back": (0, 100, 100),
    "again": (0, 0, 100),
    "expired": (0, 0, 0),
}


def where(patch: pytest.MonkeyPatch, **changes: tuple[int, int, int]) -> None:
    def steps(_: Laboratory) -> Iterator[tuple[str, Mapping[str, float]]]:
        for phase in PHASES:
            yield phase, dict(zip(PARTIES, {**AS_IT_IS, **changes}[phase], strict=True))

    patch.setattr(provider_log_out, "steps", steps)


CASES = [
    Case("as it is", Kind.DEPENDS, where),
    Case("all keep rows and are there", Kind.HOLDS, lambda patch: where(patch, back=(0, 0, 0))),
    Case("nobody keeps a row", Kind.FAILS, lambda patch: where(patch, back=(100, 100, 100))),
]


def test_played_for_real_each_site_lets_in_as_long_as_it_has_to() -> None:
    evidence, verdict = play(ProviderLogOut)
    assert verdict.kind is Kind.DEPENDS
    for phase, still in AS_IT_IS.items():
        assert tuple(evidence[f"{phase}-{party}"].median for party in PARTIES) == still
