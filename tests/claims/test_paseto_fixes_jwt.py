"""PASETO leaves nothing to choose, and knows of no log-out; the lines here are the standard's."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.claims import Kind, paseto_fixes_jwt
from accounts.claims.paseto_fixes_jwt import FORGERIES, naive, signed
from tests.claims.case import Case

# https://github.com/paseto-standard/test-vectors, v4.json, 4-S-1
SEED = "b4cbfb43df4ce210727d953e4a713307fa19bb7d9f85041438d9e11b942a3774"
CLAIMS = {"data": "this is a signed message", "exp": "2022-01-01T00:00:00+00:00"}
TOKEN = (
    "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDowMCsw"
    "MDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA"
)


def a_footer_is_believed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paseto_fixes_jwt, "naive", lambda *_: {"sub": "1"})


def nothing_lives_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paseto_fixes_jwt, "naive", lambda *_: None)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("a forged one is believed", Kind.FAILS, a_footer_is_believed),
    Case("no copy lives on", Kind.HOLDS, nothing_lives_on),
]


def test_the_token_is_that_of_the_standard() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED))
    assert signed(CLAIMS, key) == TOKEN


def test_the_genuine_token_is_believed_and_what_has_expired_is_not() -> None:
    key = Ed25519PrivateKey.generate()
    claims = {"sub": "2", "exp": 4_000_000_000}
    assert naive(signed(claims, key), key.public_key()) == claims
    assert naive(signed({**claims, "exp": 1}, key), key.public_key()) is None
    assert len({json.dumps(forge(key)) for forge in FORGERIES.values()}) == len(FORGERIES)
