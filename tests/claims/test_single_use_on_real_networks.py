"""Strict single use logs people out whose answers got lost; other rules have a price."""

import random

import pytest

from accounts.claims import Kind
from accounts.claims.single_use_on_real_networks import (
    RULES,
    SingleUseOnRealNetworks,
)
from tests.claims.case import Case, play


def no_answer_gets_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(random.Random, "random", lambda _: 1.0)


def every_rule_is_strict(patch: pytest.MonkeyPatch) -> None:
    for rule, (title, _) in [*RULES.items()]:
        patch.setitem(RULES, rule, (title, RULES["strict"][1]))


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("no answer gets lost", Kind.HOLDS, no_answer_gets_lost),
    Case("every server is strict", Kind.FAILS, every_rule_is_strict),
]


@pytest.mark.django_db
def test_only_the_grace_lets_a_thief_stay_who_comes_right_after_the_owner() -> None:
    evidence, _ = play(SingleUseOnRealNetworks)
    stay = {rule: evidence[f"thief-{rule}"].median for rule in RULES}
    assert stay == {"strict": 0, "again": 0, "grace": 100}


@pytest.mark.django_db
def test_the_more_answers_get_lost_the_more_are_logged_out_and_by_strict_single_use_alone() -> None:
    evidence, _ = play(SingleUseOnRealNetworks)
    strict = [evidence[f"out-{percent}-strict"].median for percent in (1, 5, 10)]
    assert strict == sorted(strict)
    assert strict[-1] > 0
    for rule in ("again", "grace"):
        assert not [one for one in evidence.named("out-") if one.name.endswith(rule) and one.median]
