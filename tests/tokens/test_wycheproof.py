"""Project Wycheproof's vectors against the decoder: nothing invalid is accepted."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from joserfc.jwk import JWKRegistry

from accounts.tokens import codec
from accounts.tokens.codec import decode
from accounts.tokens.keys import BadKey, Key, Keyring
from accounts.tokens.realm import Realm, TokenRefused, site_realm

VECTORS = Path(__file__).parents[1] / "data" / "wycheproof"
OURS = {"HS256", "RS256", "ES256", "EdDSA"}

# Byte for byte the token that case 357 calls valid.
MISTAKEN = {("json_web_signature_test", 367), ("json_web_signature_test", 370)}
# What is wrong with these is the key, before any token.
BAD_KEYS = {("json_web_crypto_test", 46), ("json_web_crypto_test", 47)}
# Called valid, and refused here: a character outside base64url, an empty payload.
STRICTER = {("json_web_signature_test", case) for case in (259, 372, 373)}


class Case(NamedTuple):
    """One token, the keys that are known, and what Wycheproof says of it."""

    file: str
    number: int
    comment: str
    valid: bool
    keys: list[dict[str, Any]]
    token: object


def cases(file: str) -> Iterator[Case]:
    groups = json.loads((VECTORS / f"{file}.json").read_text())["testGroups"]
    for group in groups:
        known = group.get("public", group["private"])
        keys = known.get("keys", [known])
        for test in group["tests"]:
            token = test.get("jws", test.get("jwe"))
            valid = test["result"] == "valid" and "jws" in test
            yield Case(file, test["tcId"], test["comment"], valid, keys, token)


ALL = [*cases("json_web_signature_test"), *cases("json_web_crypto_test")]


@pytest.fixture(autouse=True)
def no_type_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors are signatures, no JWTs: suppose the one header that they lack."""
    genuine = codec._key_for
    monkeypatch.setattr(
        codec, "_key_for", lambda realm, header: genuine(realm, {"typ": "JWT", **header})
    )


def realm_of(keys: list[dict[str, Any]]) -> Realm:
    first, *others = [Key(key["kid"], key.get("alg", ""), imported(key)) for key in keys]
    return replace(site_realm(), keyring=Keyring(first, tuple(others)))


def imported(key: dict[str, Any]) -> Any:
    return JWKRegistry.import_key({name: value for name, value in key.items() if name != "alg"})


def refused_at(case: Case) -> str:
    """The step at which the decoder stops; the payloads are no claims, so it always does."""
    token = case.token if isinstance(case.token, str) else json.dumps(case.token)
    with pytest.raises(TokenRefused) as caught:
        decode(realm_of(case.keys), token)
    return caught.value.step


def is_ours(case: Case) -> bool:
    return all(key.get("alg") in OURS for key in case.keys)


def known(case: Case, listed: set[tuple[str, int]]) -> bool:
    return (case.file, case.number) in listed


INVALID = [case for case in ALL if not case.valid and not known(case, BAD_KEYS)]


# An assertion that fails prints its case: a test of its own for each would cost more than the case.
def test_an_invalid_signature_is_refused() -> None:
    assert len(INVALID) > 400
    for case in INVALID:
        if known(case, MISTAKEN):
            assert refused_at(case) == "read claims"
        else:
            assert refused_at(case) in ("parse token", "find key", "verify signature")


def test_a_valid_signature_of_our_algorithms_is_accepted() -> None:
    for case in ALL:
        if case.valid and is_ours(case):
            expected = "parse token" if known(case, STRICTER) else "read claims"
            assert refused_at(case) == expected


def test_a_valid_signature_of_another_algorithm_is_refused() -> None:
    for case in ALL:
        if case.valid and not is_ours(case):
            assert refused_at(case) in ("find key", "verify signature", "parse token")


def test_a_key_that_can_be_factored_is_not_taken() -> None:
    [case] = [case for case in ALL if case.comment == "rejectsKeyWithRocaVulnerability"]
    with pytest.raises(BadKey):
        Key.from_pem(imported(case.keys[0]).as_pem(private=False))


def test_secrets_and_public_keys_do_not_stand_side_by_side() -> None:
    [case] = [case for case in ALL if case.comment == "rejectsValid"]
    with pytest.raises(BadKey):
        realm_of(case.keys)


def test_all_vectors_are_here() -> None:
    assert len(ALL) == 401 + 83
    assert sum(case.valid and is_ours(case) for case in ALL) > 20
