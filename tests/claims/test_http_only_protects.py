"""A script uses what it cannot take along, unless the shop asks for the password."""

import pytest
from django.http import JsonResponse

from accounts.attacks.stage.houses import House
from accounts.claims import Kind, http_only_protects
from accounts.claims.http_only_protects import HTTP_ONLY, PAGE, HttpOnlyProtects
from tests.claims.case import Case, play


def cookies_do_not_say_it(patch: pytest.MonkeyPatch) -> None:
    def keep(self: House, answer: JsonResponse, name: str, value: str) -> None:
        answer.set_cookie(name, value, path=self.path)

    patch.setattr(House, "keep_cookie", keep)


def the_shop_asks_for_the_password(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http_only_protects, "DEFENCES", ("password",))


def a_browser_hands_them_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http_only_protects, "lost", lambda *_: 1)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("cookies do not say HttpOnly", Kind.FAILS, cookies_do_not_say_it),
    Case("a browser hands them out", Kind.FAILS, a_browser_hands_them_out),
    Case("the shop asks for the password", Kind.HOLDS, the_shop_asks_for_the_password),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_every_login_is_ridden_and_those_of_the_page_are_carried_away() -> None:
    evidence, verdict = play(HttpOnlyProtects)
    assert all(one.median == 2 for one in evidence.named("open-"))
    later = {one.name.removeprefix("closed-"): one.median for one in evidence.named("closed-")}
    assert later == {**{house.slug: 20 for house in PAGE}, **{house.slug: 0 for house in HTTP_ONLY}}
    assert "Chromium" in verdict.words
    assert "Firefox" in verdict.words
