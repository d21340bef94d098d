"""What a forged token costs beside an invented key depends on what the server has to compute."""

from collections.abc import Callable

import pytest

from accounts.claims import Kind, Laboratory, forged_tokens_flood
from accounts.claims.forged_tokens_flood import KEYS, ForgedTokensFlood
from accounts.tokens.codec import Claims
from tests.claims.case import Case, play


def takes(**us: float) -> Callable[[pytest.MonkeyPatch], None]:
    """A case where these take so long, and every other refusal 100 µs."""

    def cpu_us(name: str, act: Callable[[], object]) -> float:
        act()
        return us.get(name, us.get("tokens", 100) if name not in KEYS else 100)

    return lambda patch: patch.setattr(forged_tokens_flood, "cpu_us", cpu_us)


CASES = [
    Case("all are refused alike", Kind.FAILS, takes()),
    Case("a forged EdDSA signature is dear", Kind.DEPENDS, takes(EdDSA=250)),
    Case("every forged token is dear", Kind.HOLDS, takes(tokens=250)),
]


@pytest.mark.database("sqlite")  # its first case asks the other one
@pytest.mark.django_db
def test_nobody_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence, _ = play(ForgedTokensFlood)
    assert [one.title for one in evidence.named("token-")] == [
        f"Forged token, {name}" for name in ("HS256", "too long", "EdDSA", "ES256", "RS256")
    ]
    monkeypatch.setattr(forged_tokens_flood, "decode", lambda *_: Claims)
    with pytest.raises(RuntimeError, match=r"^A forged token was accepted$"):
        [*ForgedTokensFlood().run(Laboratory(share=0.01))]
