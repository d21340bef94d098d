"""Whose problem tabs are, a grace on the server decides."""

from datetime import timedelta

import pytest

from accounts.claims import Kind, tabs_are_the_clients_problem
from accounts.claims.tabs_are_the_clients_problem import SETUPS, TabsAreTheClientsProblem
from tests.claims.case import Case, play


def without_the_other_server(patch: pytest.MonkeyPatch) -> None:
    """Start no program: it decides nothing."""
    told = {"turns": [1.0], "together": [2.0]}
    patch.setattr(tabs_are_the_clients_problem, "stock_refreshes", lambda _: told)


def no_server_has_a_grace(patch: pytest.MonkeyPatch) -> None:
    without_the_other_server(patch)
    title, _, refresh = SETUPS["grace"]
    patch.setitem(SETUPS, "grace", (title, timedelta(0), refresh))


def refresh_tokens_work_again_and_again(patch: pytest.MonkeyPatch) -> None:
    without_the_other_server(patch)
    patch.setattr(tabs_are_the_clients_problem, "STRATEGY", "jwt-user")


CASES = [
    Case("as it is", Kind.DEPENDS, without_the_other_server),
    Case("no server has a grace", Kind.HOLDS, no_server_has_a_grace),
    Case("refresh tokens work again", Kind.FAILS, refresh_tokens_work_again_and_again),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_grace_and_the_lock_keep_every_tab() -> None:
    evidence, verdict = play(TabsAreTheClientsProblem)
    assert evidence["alive-grace"].median == evidence["alive-lock"].median == 3
    assert evidence["alive-strict"].median < 3
    assert evidence["stock-turns"].median == 1
    # More than one, where the machine lets two threads ask before either writes.
    assert evidence["stock-together"].median >= 1
    assert "simplejwt's own rotation accepts 1 one after the other" in verdict.words
