"""How many permissions fit depends on who carries the token."""

from collections.abc import Callable

import pytest

from accounts.claims import Kind, Laboratory, permissions_in_token
from accounts.claims.permissions_in_token import (
    CARRIERS,
    PermissionsInToken,
    fits_cookie,
    fits_header,
    token_with,
)
from tests.claims.case import Case, play


def carriers_take(most: int) -> Callable[[pytest.MonkeyPatch], None]:
    """A world in which each carrier takes tokens of so many bytes."""

    def change(patch: pytest.MonkeyPatch) -> None:
        for name, (title, _) in CARRIERS.items():
            patch.setitem(CARRIERS, name, (title, lambda token: len(token) <= most))

    return change


def names_are_long(patch: pytest.MonkeyPatch) -> None:
    make = token_with
    patch.setattr(
        permissions_in_token, "token_with", lambda subject, number: make(subject, number * 20)
    )


CASES = [
    Case("everybody takes 64 kB", Kind.HOLDS, carriers_take(64_000)),
    Case("everybody takes 3 kB", Kind.DEPENDS, carriers_take(3000)),
    Case("names are long", Kind.FAILS, names_are_long),
]


@pytest.mark.django_db
def test_one_more_than_the_most_does_not_fit() -> None:
    evidence, _ = play(PermissionsInToken)
    subject = Laboratory().sign_in("jwt-user")
    for name, fits in (("header", fits_header), ("cookie", fits_cookie)):
        most = int(evidence[f"most-{name}"].median)
        assert fits(token_with(subject, most))
        assert not fits(token_with(subject, most + 1))


@pytest.mark.django_db
def test_a_token_grows_by_a_third_more_than_the_names() -> None:
    evidence, _ = play(PermissionsInToken)
    added = evidence["bytes-100"].median - evidence["bytes-50"].median
    names = sum(len(f'"shop.change_article{each}",') for each in range(50, 100))
    assert added == pytest.approx(names * 4 / 3, abs=4)
