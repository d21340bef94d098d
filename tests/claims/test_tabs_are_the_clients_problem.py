"""Whose problem tabs are, a grace on the server decides."""

from datetime import timedelta

import pytest

from accounts.claims import tabs_are_the_clients_problem
from accounts.claims._evidence import Kind
from accounts.claims.tabs_are_the_clients_problem import CASES, TabsAreTheClientsProblem
from tests.claims.world import World, play


def no_server_has_a_grace(patch: pytest.MonkeyPatch) -> None:
    title, _, refresh = CASES["grace"]
    patch.setitem(CASES, "grace", (title, timedelta(0), refresh))


def refresh_tokens_work_again_and_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tabs_are_the_clients_problem, "STRATEGY", "jwt-user")


WORLDS = [
    World("as it is", Kind.DEPENDS),
    World("no server has a grace", Kind.HOLDS, no_server_has_a_grace),
    World("refresh tokens work again", Kind.FAILS, refresh_tokens_work_again_and_again),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_grace_and_the_lock_keep_every_tab() -> None:
    evidence, _ = play(TabsAreTheClientsProblem)
    assert evidence["alive-grace"].median == evidence["alive-lock"].median == 3
    assert evidence["alive-strict"].median < 3
