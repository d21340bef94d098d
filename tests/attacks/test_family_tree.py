"""The family tree of refresh tokens is drawn from who showed which one."""

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.attacks._base import Cell, Row, Spend
from accounts.attacks.stage.recorded import recorded_of
from accounts.pages.attacks.family_tree import tree_of

A_THIEF_WAS_FIRST = (
    Spend("thief", 1, 2),
    Spend("owner", 1, 3),
    Spend("thief", 2, 0, "refresh_replayed"),
    Spend("owner", 3, 0, "login_ended"),
)
WITHIN_THE_GRACE = (
    Spend("owner", 1, 2),
    Spend("thief", 1, 2),
    Spend("owner", 2, 3),
    Spend("thief", 2, 3),
)


def test_two_that_came_of_one_stand_side_by_side_below_it() -> None:
    tree = tree_of(Row("x", [Cell("")], spends=A_THIEF_WAS_FIRST))
    root, first, second = tree.tokens
    assert first.y == second.y
    assert root.y < first.y
    assert first.x < second.x
    assert [token.holders for token in tree.tokens] == ["owner, thief", "thief", "owner"]
    assert [line.words for line in tree.lines] == ["1 thief", "2 owner"]
    assert [(one.token.number, one.words, one.why) for one in tree.refusals] == [
        (2, "3 thief: refused", "the login ends"),
        (3, "4 owner: refused", "the login is over"),
    ]
    assert tree.steps[0] == "The thief shows R1 and gets R2."
    assert tree.steps[2] == "The thief shows R2 and is refused: the login ends."


def test_one_line_stands_for_all_who_were_given_the_same() -> None:
    tree = tree_of(Row("x", [Cell("")], spends=WITHIN_THE_GRACE))
    assert [line.words for line in tree.lines] == ["1 owner, 2 thief", "3 owner, 4 thief"]
    assert len({token.y for token in tree.tokens}) == len(tree.tokens)
    assert not tree.refusals


@pytest.mark.django_db
def test_the_page_draws_one_for_each_order_of_play(client: Client) -> None:
    page = client.get("/attacks/stolen-refresh-token/").content.decode()
    [recorded] = [one for one in recorded_of("stolen-refresh-token") if "Chromium" in one.browser]
    drawn = [row for row in recorded.result.rows if row.spends]
    assert len(drawn) == 4
    for row in drawn:
        assert f'aria-label="{escape(" ".join(tree_of(row).steps))}"' in page
