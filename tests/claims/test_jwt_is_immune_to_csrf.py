"""What a browser adds by itself, another page can use."""

import pytest

from accounts.claims import Kind, jwt_is_immune_to_csrf
from accounts.claims._shop import Answer, Headers
from accounts.claims.jwt_is_immune_to_csrf import JwtIsImmuneToCsrf
from tests.claims.case import Case, play


def browsers_add_no_cookie(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jwt_is_immune_to_csrf, "arrived", lambda *_: False)


def browsers_add_headers(patch: pytest.MonkeyPatch) -> None:
    def by_itself(login: Answer) -> Headers:
        return {"Authorization": f"Bearer {login.body.get('access')}", **login.sent_along}

    patch.setattr(jwt_is_immune_to_csrf, "by_itself", by_itself)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("browsers add no cookie to another page's form", Kind.HOLDS, browsers_add_no_cookie),
    Case("browsers add the header by themselves", Kind.FAILS, browsers_add_headers),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_a_jwt_in_a_cookie_is_ridden_as_a_session_is() -> None:
    evidence, _ = play(JwtIsImmuneToCsrf)
    ridden = {one.name: one.median for one in evidence.named("ridden-")}
    assert ridden == {
        "ridden-local-storage": 0,
        "ridden-jwt-cookie": 2,
        "ridden-session-cookie": 2,
    }
    for browser in ("Chromium", "Firefox"):
        assert [one.median for one in evidence.named(f"added-{browser}")] == [2, 0]
        replaced = [one.median for one in evidence.named(f"replaced-{browser}")]
        assert replaced == [0, 1, 1]
