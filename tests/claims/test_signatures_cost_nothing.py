"""What a signature costs beside a look-up depends on where the database is."""

from collections.abc import Callable

import pytest

from accounts.claims import Kind, signatures_cost_nothing
from accounts.claims.signatures_cost_nothing import LOOKUP, SignaturesCostNothing
from tests.claims.case import Case, play


def takes(lookup_us: float) -> Callable[[pytest.MonkeyPatch], None]:
    """A world where a look-up takes so long, and each signature 100 µs."""

    def wall_us(name: str, act: Callable[[], object]) -> float:
        act()
        return lookup_us if name == LOOKUP else 100

    return lambda patch: patch.setattr(signatures_cost_nothing, "wall_us", wall_us)


CASES = [
    Case("the database is within the process", Kind.FAILS, takes(80)),
    Case("the database is on the machine", Kind.DEPENDS, takes(300)),
    Case("the database is far away", Kind.HOLDS, takes(5000)),
]


@pytest.mark.django_db
def test_the_tipping_point_is_where_a_signature_is_a_tenth_of_a_look_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    takes(300)(monkeypatch)
    evidence, verdict = play(SignaturesCostNothing)
    assert [one.title for one in evidence.named("verify-")] == [
        f"Signature, {name}" for name in ("HS256", "EdDSA", "ES256", "RS256")
    ]
    assert "takes 0.7 ms more" in verdict.tipping_point  # 10 × 100 µs - 300 µs
