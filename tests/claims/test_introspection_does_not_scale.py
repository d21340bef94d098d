"""Asking costs little, much, or little with a memory that is as blind as a short-lived JWT.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

import pytest

from accounts.claims import Kind, introspection_does_not_scale
from accounts.claims.introspection_does_not_scale import Blind, IntrospectionDoesNotScale
from tests.claims.case import Case, play


def where(
    patch: pytest.MonkeyPatch, *, asks: float = 6, remembers: float = 1.1, token: float = 2.95
) -> None:
    times = {"keys": [1.0, 1.1], "asks": [asks, asks], "remembers": [remembers, remembers]}
    questions = {"keys": 0.0, "asks": 2.0, "remembers": 1.0}
    patch.setattr(introspection_does_not_scale, "requests_to_each", lambda _: (times, questions))
    patch.setattr(introspection_does_not_scale, "blind_for", lambda _: Blind(3.0, 2.9, token))


CASES = [
    Case("as it is", Kind.DEPENDS, where),
    Case("a question costs nothing", Kind.FAILS, lambda patch: where(patch, asks=1.5)),
    Case("a memory is as slow", Kind.HOLDS, lambda patch: where(patch, remembers=5)),
]


@pytest.mark.parametrize(
    ("token", "words"),
    [(2.95, "That is the same bargain."), (0.5, "Those are two different bargains")],
)
def test_it_says_whether_both_are_as_blind(
    monkeypatch: pytest.MonkeyPatch, token: float, words: str
) -> None:
    where(monkeypatch, token=token)
    _, verdict = play(IntrospectionDoesNotScale)
    assert words in verdict.tipping_point
    assert "1 of 2 questions reached the site" in verdict.tipping_point
