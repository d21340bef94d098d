"""Strict single use logs people out whose answers got lost; other rules have a price."""

import random

import pytest

from accounts.claims import Kind, single_use_on_real_networks
from accounts.claims.single_use_on_real_networks import (
    RULES,
    SingleUseOnRealNetworks,
)
from tests.claims.case import Case, play


def few_refreshes(patch: pytest.MonkeyPatch) -> None:
    """Enough that strict single use logs somebody out, at the share that decides."""
    patch.setattr(single_use_on_real_networks, "LOST", (single_use_on_real_networks.USUAL,))
    patch.setattr(single_use_on_real_networks, "REFRESHES", 6)


def no_answer_gets_lost(patch: pytest.MonkeyPatch) -> None:
    few_refreshes(patch)
    patch.setattr(random.Random, "random", lambda _: 1.0)


def every_rule_is_strict(patch: pytest.MonkeyPatch) -> None:
    few_refreshes(patch)
    for rule, (title, _) in [*RULES.items()]:
        patch.setitem(RULES, rule, (title, RULES["strict"][1]))


CASES = [
    Case("as it is", Kind.DEPENDS, few_refreshes),
    Case("no answer gets lost", Kind.HOLDS, no_answer_gets_lost),
    Case("every server is strict", Kind.FAILS, every_rule_is_strict),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db
def test_strict_single_use_alone_logs_out_whose_answers_got_lost_and_grace_alone_keeps_a_thief(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(single_use_on_real_networks, "REFRESHES", 10)
    evidence, _ = play(SingleUseOnRealNetworks)
    stay = {rule: evidence[f"thief-{rule}"].median for rule in RULES}
    assert stay == {"strict": 0, "again": 0, "grace": 100}
    strict = [evidence[f"out-{percent}-strict"].median for percent in (1, 5, 10)]
    assert strict == sorted(strict)
    assert strict[-1] > 0
    for rule in ("again", "grace"):
        assert not [one for one in evidence.named("out-") if one.name.endswith(rule) and one.median]
