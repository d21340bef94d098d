"""A blacklist in the cache is right under every policy, under none, or under the one with a table.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

from collections.abc import Iterator

import pytest

from accounts.claims import Kind, Laboratory, blacklist_in_redis
from accounts.claims.blacklist_in_redis import PHASES, POLICIES, Answers
from tests.claims.case import Case, play

OPEN, CLOSED, TABLE = POLICIES
RIGHT = Answers(0, 0)
AS_IT_IS = {
    ("away", OPEN): Answers(100, 0),
    ("back", OPEN): Answers(100, 0),
    ("away", CLOSED): Answers(0, 100),
    ("back", CLOSED): Answers(100, 0),
}


def where(patch: pytest.MonkeyPatch, wrong: dict[tuple[str, str], Answers]) -> None:
    """A world in which these are wrong, and all others right."""

    def answers(_: Laboratory) -> Iterator[tuple[str, str, Answers]]:
        for phase in PHASES:
            for policy in POLICIES:
                yield phase, policy, wrong.get((phase, policy), RIGHT)

    patch.setattr(blacklist_in_redis, "answers", answers)


CASES = [
    Case("as it is", Kind.DEPENDS, lambda patch: where(patch, AS_IT_IS)),
    Case("a cache never stops", Kind.HOLDS, lambda patch: where(patch, {})),
    Case(
        "the table is forgotten as well",
        Kind.FAILS,
        lambda patch: where(patch, {**AS_IT_IS, ("back", TABLE): Answers(1, 0)}),
    ),
]


def test_it_says_when_who_was_let_in_and_who_kept_out(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch, AS_IT_IS)
    _, verdict = play(blacklist_in_redis.BlacklistInRedis)
    assert verdict.words == (
        "“Let in”: while the cache is away 100 of 100 copies were let in; after it is back, empty "
        "100 of 100 copies were let in. “Keep out”: while the cache is away 100 of 100 who are "
        "logged in were kept out; after it is back, empty 100 of 100 copies were let in. "
        "“Ask the database”: nothing was wrong."
    )
    assert "“Ask the database” was right" in verdict.tipping_point
