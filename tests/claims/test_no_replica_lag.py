"""A token that nobody looks up has the one trouble, the other one, or none.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

import pytest

from accounts.claims import Kind, Laboratory, no_replica_lag
from accounts.claims.no_replica_lag import LOOKED_UP, STATELESS, NoReplicaLag, Seen
from tests.claims.case import Case, play


def where(
    patch: pytest.MonkeyPatch, *, bounce: float = 0, ghost: float = 299, wrong: int = 0
) -> None:
    def seen(_: Laboratory, slug: str) -> Seen:
        return Seen(bounce, ghost) if slug == STATELESS else Seen(0.504, 0.502)

    patch.setattr(no_replica_lag, "seen", seen)
    patch.setattr(
        no_replica_lag, "wrong_with_own_writes", lambda _: dict.fromkeys(LOOKED_UP, wrong)
    )


CASES = [
    Case("as it is", Kind.DEPENDS, where),
    Case("tokens live for a moment", Kind.HOLDS, lambda patch: where(patch, ghost=0.3)),
    Case("the reader looks something up", Kind.FAILS, lambda patch: where(patch, bounce=0.5)),
]


def test_it_says_how_long_each_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch, wrong=1)
    _, verdict = play(NoReplicaLag)
    assert (
        "the log-in bounces for 504 ms, and after the log-out a ghost is let in for 502 ms."
    ) in verdict.words
    assert (
        "the log-in does not bounce, and after the log-out a ghost is let in for 4 min 59 s."
    ) in verdict.words
    assert "then 2 of their answers were wrong" in verdict.tipping_point
