"""Ending all logins of a user is quick where the store knows whose they are."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session

from accounts.claims import Kind, out_everywhere_is_easy
from accounts.claims.out_everywhere_is_easy import OutEverywhereIsEasy
from accounts.models import User
from accounts.strategies import Strategy
from tests.claims.case import Case, play


def cost(*growing: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A world where these ways take a microsecond for each live session, and all others one."""

    def cpu_us(strategy: Strategy, user: User) -> float:
        there = Session.objects.count()
        strategy.revoke_all(user)
        return there if strategy.slug in growing else 1

    return lambda patch: patch.setattr(out_everywhere_is_easy, "cpu_us", cpu_us)


CASES = [
    Case("only Django's store has to search", Kind.DEPENDS, cost("session-db")),
    Case("every store has to search", Kind.FAILS, cost("session-db", "session-joined")),
    Case("no store has to search", Kind.HOLDS, cost()),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db
def test_each_way_has_ended_the_logins_of_the_user_alone() -> None:
    play(OutEverywhereIsEasy)
    assert Session.objects.count() == 100  # those of the crowd
