"""Every session needs to stick to its process, none does, or those that are in its memory do.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

from collections.abc import Collection, Iterator

import pytest

from accounts.claims import Kind, Laboratory, sticky_sessions
from accounts.claims.sticky_sessions import OWN, SHARED, WAYS, StickySessions, Wrong
from tests.claims.case import Case, play

SESSIONS = [way for way in WAYS if way not in ("listed", "jwt-blacklist-joined")]


def where(patch: pytest.MonkeyPatch, wrong: Collection[str]) -> None:
    def answers(_: Laboratory) -> Iterator[tuple[str, Wrong]]:
        for way in WAYS:
            yield way, Wrong(66.7, 0) if way in wrong else Wrong(0, 0)

    patch.setattr(sticky_sessions, "answers", answers)


CASES = [
    Case("as it is", Kind.DEPENDS, lambda patch: where(patch, OWN)),
    Case("no store is shared", Kind.HOLDS, lambda patch: where(patch, SESSIONS)),
    Case("nothing is in memory alone", Kind.FAILS, lambda patch: where(patch, ())),
]


def test_it_counts_those_that_share_and_those_that_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch, OWN)
    _, verdict = play(StickySessions)
    assert f"of {len(OWN)} ways that keep something in their memory {len(OWN)} went wrong" in (
        verdict.tipping_point
    )
    assert f"of {len(SHARED)} that share it 0." in verdict.tipping_point
    assert "67 of 100 requests were refused" in verdict.words
