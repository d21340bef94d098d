"""A pushed list is enough, is not, or is with a table behind it.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

import pytest

from accounts.claims import Kind, Laboratory, pushed_list
from accounts.claims.pushed_list import Seen
from tests.claims.case import Case, play

GOOD, DEAF = Seen([0.0, 1.5, 3.0], 0, 0), Seen([0.4, 0.6, 0.9], 100, 100)
SLOW = Seen([2.0, 900.0, 1000.0], 0, 0)


def where(patch: pytest.MonkeyPatch, table: Seen, heard: Seen) -> None:
    found = {"table": table, "heard": heard}

    def seen(_: Laboratory, name: str) -> Seen:
        return found[name]

    patch.setattr(pushed_list, "seen", seen)


CASES = [
    Case("as it is", Kind.DEPENDS, lambda patch: where(patch, GOOD, DEAF)),
    Case("nothing is ever cut or restarted", Kind.HOLDS, lambda patch: where(patch, GOOD, GOOD)),
    Case("the news is slow", Kind.FAILS, lambda patch: where(patch, SLOW, DEAF)),
]


def test_it_says_how_fast_it_was_and_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch, GOOD, DEAF)
    _, verdict = play(pushed_list.PushedList)
    assert (
        "“Redis tells of it, nothing behind the list”: 99 of 100 log-outs were known within 0.9 "
        "ms; of 100 copies 100 were let in while the news was cut, and 100 after a restart."
    ) in verdict.words
    assert "“PostgreSQL tells of it, a table behind the list” missed nothing" in (
        verdict.tipping_point
    )
