"""There is no JWT to plant before the log-in, but the thief's own."""

import pytest

from accounts.attacks import planted_cookie
from accounts.claims import Kind, no_fixation_with_jwt
from accounts.claims._shop import Answer, Headers
from accounts.claims.no_fixation_with_jwt import NoFixationWithJwt
from tests.claims.case import Case, play


def a_planted_jwt_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planted_cookie, "_customer", lambda *_: "victim")


def no_login_can_be_planted(patch: pytest.MonkeyPatch) -> None:
    def own(victim: Answer, thief: Answer) -> Headers:
        return victim.sent_along

    patch.setattr(no_fixation_with_jwt, "in_the_browser", own)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("a planted JWT is believed", Kind.FAILS, a_planted_jwt_is_believed),
    Case("no login can be planted", Kind.HOLDS, no_login_can_be_planted),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_a_new_key_stops_what_was_planted_and_a_second_login_ends_no_copy() -> None:
    evidence, _ = play(NoFixationWithJwt)
    found = {one.name: one.median for one in evidence.measurements}
    assert found["planted-careless"] == 2
    assert found["planted-renewed"] == found["planted-django"] == found["planted-jwt"] == 0
    assert found["own-session-cookie"] == found["own-jwt-cookie"] == 2
    assert found["again-django"] == found["again-jwt-user"] == 2
    seen = [one.median for one in evidence.named("recorded-")]
    assert seen == [1, 0, 1, 0]  # a session and a JWT, in two browsers
