"""A service without a database goes on, or does not; or lets in whatever it is sent.

On the real cluster: ``tests/cluster/test_claims.py``.
"""

import base64
import json

import pytest

from accounts.claims import Kind, verified_elsewhere
from accounts.claims.verified_elsewhere import VerifiedElsewhere, WithoutDatabase, forged_of
from accounts.cluster.clients import Device
from tests.claims.case import Case, play

BLIND = {"resource": 298.0, "asker": 0.0}


def where(patch: pytest.MonkeyPatch, *, good: int = 50, forged: int = 0) -> None:
    answers = {"resource": good, "asker": 0, "site-1": 0}
    away = WithoutDatabase(50, answers, forged)
    patch.setattr(verified_elsewhere, "without_database", lambda _: away)
    patch.setattr(verified_elsewhere, "blind_for", lambda _: BLIND)


CASES = [
    Case("as it is", Kind.HOLDS, where),
    Case("it has to ask after all", Kind.FAILS, lambda patch: where(patch, good=49)),
    Case("it believes what it is sent", Kind.FAILS, lambda patch: where(patch, forged=1)),
]


def test_it_names_the_price(monkeypatch: pytest.MonkeyPatch) -> None:
    where(monkeypatch)
    _, verdict = play(VerifiedElsewhere)
    assert "answered 50 of 50 requests well and let 0 forged tokens in" in verdict.words
    assert "who has the keys let a copy in for 4 min 58 s, until the token expired" in verdict.words


def test_a_forged_token_has_the_same_signature_under_another_user() -> None:
    def encoded(content: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

    token = f"{encoded({'alg': 'EdDSA'})}.{encoded({'sub': '7', 'exp': 9})}.signature"
    device = Device("", "/", {"Authorization": f"Bearer {token}"}, lambda _: None)
    header, payload, signature = forged_of(device)["Authorization"].split(" ")[1].split(".")
    assert (header, signature) == (encoded({"alg": "EdDSA"}), "signature")
    changed = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert (changed["sub"], changed["exp"]) == ("1", 9)
