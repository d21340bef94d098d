"""Whether a token from a clock that is ahead is let in, the leeway decides."""

import pytest

from accounts.claims import Kind, clocks_must_agree
from accounts.claims.clocks_must_agree import ClocksMustAgree, token_is_let_in
from tests.claims.case import Case, play


def no_leeway_helps(patch: pytest.MonkeyPatch) -> None:
    real = token_is_let_in
    patch.setattr(clocks_must_agree, "token_is_let_in", lambda lab, skew, _: real(lab, skew, 0))


def nobody_looks_when_it_was_issued(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks_must_agree, "TOKEN", "opaque")


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("no leeway helps", Kind.HOLDS, no_leeway_helps),
    Case("nobody looks when it was issued", Kind.FAILS, nobody_looks_when_it_was_issued),
]


@pytest.mark.django_db
def test_a_token_is_let_in_as_far_as_the_leeway_reaches() -> None:
    evidence, _ = play(ClocksMustAgree)
    most = {one.name: one.median for one in evidence.measurements}
    assert most == {
        "most-session": 300,
        "most-leeway-0": 1,  # the second that times are rounded by
        "most-leeway-5": 3,
        "most-leeway-60": 60,
    }
