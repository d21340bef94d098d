"""A proof of possession counts for one request, one token, one minute, and once."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from accounts.attacks.stage.hosts import Party
from accounts.tokens.proofs import key_thumbprint, proof_check
from accounts.tokens.realm import TokenRefused
from tests.attacks.stage import VICTIM, at, begin, post
from tests.tokens.forge import base64url

URL, TOKEN = "http://shop.localhost/order/", "a.b.c"
KEY = ECKey.generate_key("P-256")


def public(key: ECKey = KEY) -> dict[str, Any]:
    found = key.as_dict(private=False)
    return {name: found[name] for name in ("kty", "crv", "x", "y")}


def hashed(token: str) -> str:
    return base64url(hashlib.sha256(token.encode()).digest())


def proof(key: ECKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {
        "jti": "12345678-abcd",
        "htm": "POST",
        "htu": URL,
        "iat": int(time.time()),
        "ath": hashed(TOKEN),
        **changes,
    }
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key), **(header or {})}
    return jws.serialize_compact(head, json.dumps(claims), key)


def check(text: str) -> Any:
    return proof_check(text, method="POST", url=URL, token=TOKEN)


def test_a_genuine_proof_names_its_key_and_its_id() -> None:
    found = check(proof())
    assert found.thumbprint == KEY.thumbprint() == key_thumbprint(public())
    assert found.jti == "12345678-abcd"
    assert found.expires > datetime.now(UTC)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"htm": "GET"}, "other_request"),
        ({"htu": f"{URL}x"}, "other_request"),
        ({"ath": hashed("another")}, "other_token"),
        ({"ath": None}, "other_token"),
        ({"iat": 1_700_000_000}, "not_fresh"),
        ({"iat": 4_000_000_000}, "not_fresh"),
        ({"iat": "now"}, "not_fresh"),
        ({"iat": True}, "not_fresh"),
        ({"jti": ""}, "bad_id"),
        ({"jti": 7}, "bad_id"),
        ({"jti": "x" * 500}, "bad_id"),
    ],
)
def test_what_is_wrong_with_a_proof_is_said(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        check(proof(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_signature"),
        ("a.b.c", "bad_signature"),
        ("é", "bad_signature"),
        ("x" * 5000, "too_large"),
        (proof()[:-4] + "AAAA", "bad_signature"),
        (proof(header={"typ": "JWT"}), "malformed"),
        (proof(header={"jwk": {}}), "bad_key"),
        (proof(header={"jwk": public() | {"x": "!"}}), "bad_key"),
        (proof(header={"jwk": public(ECKey.generate_key("P-256"))}), "bad_signature"),
        (proof(header={"jwk": KEY.as_dict(private=True)}), "bad_key"),
    ],
    ids=range(10),
)
def test_what_is_no_proof_is_refused(text: str, code: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        check(text)
    assert refused.value.code == code


@pytest.mark.django_db
def test_a_proof_opens_the_shop_once_and_only_with_the_tokens_own_key() -> None:
    play = begin()
    root = f"/{play.pk}/bound-key/"
    token = post(at(Party.SHOP), f"{root}login/", {**VICTIM, "jwk": public()}).json()["access"]
    told: dict[str, Any] = {"htu": f"http://shop.localhost:8000{root}order/", "ath": hashed(token)}

    def order(text: str) -> tuple[int, str]:
        headers = {"authorization": f"DPoP {token}", "dpop": text}
        answer = post(at(Party.SHOP), f"{root}order/", **headers)
        return answer.status_code, answer.json().get("code", "")

    first = proof(**told)
    other = ECKey.generate_key("P-256")
    assert order(first) == (200, "")
    assert order(first) == (401, "seen")
    assert order(proof(key=other, jti="another-one", **told)) == (401, "other_key")
    assert order("")[0] == 401
    bearer = post(at(Party.SHOP), f"{root}order/", authorization=f"Bearer {token}")
    assert bearer.status_code == 401
