"""A look-up costs much, little, or something in between; what makes more of it is told in figures.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

import pytest

from accounts.claims import Kind, redis_sessions_are_slow
from accounts.claims.redis_sessions_are_slow import JWT, WAYS, Load, RedisSessionsAreSlow
from tests.claims.case import Case, play


def where(patch: pytest.MonkeyPatch, *, session: float = 2.2) -> None:
    alone = {way: [2.0 if way == JWT else session] for way in WAYS}
    module = redis_sessions_are_slow
    patch.setattr(module, "requests", lambda _: alone)
    patch.setattr(module, "under_load", lambda _: {way: Load([9.0, 11.0], 400) for way in WAYS})
    patch.setattr(module, "log_ins_of", lambda _: {"session": [80.0], "token": [78.0]})
    patch.setattr(module, "look_ups_of", lambda _: {"kept": [0.1], "opened": [0.5], "saved": [0.2]})


CASES = [
    Case("as it is", Kind.FAILS, where),
    Case("the cache is far away", Kind.HOLDS, lambda patch: where(patch, session=12)),
    Case("the cache is somewhat away", Kind.DEPENDS, lambda patch: where(patch, session=5)),
]


def test_it_shows_what_makes_such_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch)
    _, verdict = play(RedisSessionsAreSlow)
    assert "1.1 times as long, where the paper has 28" in verdict.words
    assert "a log-in with its hash takes 80 ms, 40 times a request with a JWT" in verdict.words
    assert "a new connection for each look-up takes 0.50 ms, 5.0 times one that is kept" in (
        verdict.words
    )
    assert "saving the session each time, 0.20 ms, 2.0 times" in verdict.words
