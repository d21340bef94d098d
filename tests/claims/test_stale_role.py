"""Who reads the row serves the new role; who trusts the token, the old one."""

import time
from types import SimpleNamespace

import pytest

from accounts.claims import Kind, stale_role
from accounts.claims.stale_role import StaleRole
from accounts.strategies import Strategy, strategies
from tests.claims.case import Case, play


def only(*slugs: str) -> list[type[Strategy]]:
    """The strategies of a world in which there are no others."""
    return [strategies[slug] for slug in slugs]


def short(patch: pytest.MonkeyPatch, *slugs: str) -> None:
    """With tokens that outlive what is watched, on a busy machine as well."""
    patch.setattr(stale_role, "time", SimpleNamespace(monotonic=time.time))  # which leaps
    patch.setattr(stale_role, "LIFE", 600)
    patch.setattr(stale_role, "WATCHED", 30)
    patch.setattr(stale_role, "POLL", 5)
    patch.setattr(stale_role, "strategies", only(*slugs))


CASES = [
    Case("as it is", Kind.DEPENDS, lambda patch: short(patch, "jwt-user", "jwt-stateless")),
    Case("all trust the token", Kind.HOLDS, lambda patch: short(patch, "opaque", "jwt-stateless")),
    Case("all read the row", Kind.FAILS, lambda patch: short(patch, "jwt-user", "session-db")),
]


@pytest.mark.database("sqlite")  # the clock decides
@pytest.mark.django_db
def test_a_refresh_that_copies_the_role_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch, "jwt-stateless", "jwt-rotating")
    monkeypatch.setattr(stale_role, "LIFE", 10)
    evidence, _ = play(StaleRole)
    copied, read = evidence["stale-jwt-stateless"].median, evidence["stale-jwt-rotating"].median
    assert copied > read
