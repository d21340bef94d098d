"""Whose problem tabs are, a grace on the server decides."""

from datetime import timedelta

import pytest

from accounts.claims import Kind, tabs_are_the_clients_problem
from accounts.claims.tabs_are_the_clients_problem import SETUPS, TabsAreTheClientsProblem
from tests.claims.case import Case, play


def no_server_has_a_grace(patch: pytest.MonkeyPatch) -> None:
    title, _, refresh = SETUPS["grace"]
    patch.setitem(SETUPS, "grace", (title, timedelta(0), refresh))


def refresh_tokens_work_again_and_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tabs_are_the_clients_problem, "STRATEGY", "jwt-user")


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("no server has a grace", Kind.HOLDS, no_server_has_a_grace),
    Case("refresh tokens work again", Kind.FAILS, refresh_tokens_work_again_and_again),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_grace_and_the_lock_keep_every_tab() -> None:
    evidence, _ = play(TabsAreTheClientsProblem)
    assert evidence["alive-grace"].median == evidence["alive-lock"].median == 3
    assert evidence["alive-strict"].median < 3
