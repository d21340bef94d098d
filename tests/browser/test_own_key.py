"""A token of another site, checked in the browser with the visitor's own key; nothing is sent."""

import base64
import json
import re
import time
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from playwright.sync_api import Locator, Page, expect

from tests.tokens.test_wycheproof import ALL, BAD_KEYS, MISTAKEN, OURS, STRICTER, Case, known

pytestmark = [
    pytest.mark.usefixtures("live"),
    # EdDSA is the name that clients know; RFC 9864 calls it Ed25519.
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated"),
]

SECRET = "correct horse battery staple, and then some more words so that 512 bits are there"
SHORT = "sixteen letters."
EXPIRES = int(time.time()) + 3600
CLAIMS = {"iss": "https://elsewhere.example", "exp": EXPIRES, "plan": "gold"}
KNOWN_HERE = (OURS | {"HS384", "HS512"}) - {"EdDSA"}


Pair = RSAKey | ECKey | OKPKey


class Keys(NamedTuple):
    """Fresh ones: RSA, P-256, Ed25519 and P-384."""

    rsa: RSAKey
    curve: ECKey
    edwards: OKPKey
    other: ECKey


def signed(alg: str, key: Key, **header: str) -> str:
    return jwt.encode({"alg": alg, **header}, CLAIMS, key, algorithms=[alg])


def pem(key: Pair, *, private: bool = False) -> str:
    return key.as_pem(private=private).decode()


def jwk(key: Pair, **more: object) -> str:
    return json.dumps(key.as_dict(private=False) | more)


def with_secret(alg: str, secret: str | bytes = SECRET) -> str:
    return signed(alg, OctKey.import_key(secret))


VERIFY = """async (asked) => {
  const { verify } = await import("/static/js/inspector/verify.js");
  const { Draft } = await import("/static/js/inspector/token.js");
  const said = async ([token, key, encoded = false]) => {
    try {
      const { genuine, warning } = await verify(new Draft(token), key, { encoded });
      return genuine ? `genuine ${warning}`.trim() : "not genuine";
    } catch (error) {
      return error.constructor.name === "KeyProblem" ? error.message : `${error}`;
    }
  };
  return Promise.all(asked.map(said));
}"""


def check(page: Page, token: str, key: str) -> Locator:
    """What the page says of a token and a key."""
    page.get_by_label("Or paste one").fill(token)
    page.get_by_label("Shared secret").fill(key)
    page.get_by_role("button", name="Check it here").click()
    return page.locator("[data-key-verdict]")


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(
        RSAKey.generate_key(2048),
        ECKey.generate_key("P-256"),
        OKPKey.generate_key("Ed25519"),
        ECKey.generate_key("P-384"),
    )


def several(key: Pair) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) | {"kid": kid} for kid in ("a", "b")]})


def genuine(keys: Keys) -> list[tuple[str, str]]:
    """A token, and the key as it is pasted."""
    return [
        *((with_secret(alg), SECRET) for alg in ("HS256", "HS384", "HS512")),
        (with_secret("HS256"), json.dumps(OctKey.import_key(SECRET).as_dict())),
        (signed("RS256", keys.rsa), pem(keys.rsa)),
        (signed("RS256", keys.rsa), jwk(keys.rsa, alg="RS256", use="sig")),
        (signed("ES256", keys.curve), f"Here it is:\n{pem(keys.curve)}"),
        (signed("ES256", keys.curve, kid="b"), several(keys.curve)),
        (signed("EdDSA", keys.edwards), pem(keys.edwards)),
        (signed("EdDSA", keys.edwards), jwk(keys.edwards)),
    ]


EMPTY_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"


def problems(keys: Keys) -> list[tuple[str, str, str]]:
    """A token, a key, and what is said."""
    return [
        (
            with_secret("HS256"),
            pem(keys.rsa),
            "HS256, which wants a shared secret. This is an RSA public key.",
        ),
        (with_secret("HS256"), jwk(keys.curve), "HS/RS confusion"),
        (
            signed("RS256", keys.rsa),
            SECRET,
            "RS256, which wants an RSA public key. This is a shared secret.",
        ),
        (signed("ES256", keys.curve), pem(keys.other), "P-256. This is a key on the curve P-384."),
        (
            signed("EdDSA", keys.edwards),
            jwk(keys.curve),
            "an Ed25519 public key. This is a public key on the curve P-256",
        ),
        (signed("RS256", keys.rsa), jwk(keys.rsa, alg="PS256"), "This key is for PS256 alone"),
        (
            signed("RS256", keys.rsa),
            jwk(keys.rsa, use="enc"),
            "says itself that it is not for checking signatures",
        ),
        (signed("RS256", keys.rsa), pem(keys.rsa, private=True), "This is a private key."),
        (
            signed("RS256", keys.rsa),
            json.dumps(keys.rsa.as_dict(private=True)),
            "This is a private key.",
        ),
        (signed("RS256", keys.rsa), pem(keys.rsa)[:200], "This PEM has no end."),
        (signed("RS256", keys.rsa), pem(keys.rsa).replace("M", "!", 1), "This PEM is no base64"),
        (signed("RS256", keys.rsa), pem(keys.rsa).replace("AQAB", "", 1), "The key is damaged"),
        (signed("RS256", keys.rsa), EMPTY_CERTIFICATE, "openssl x509 -pubkey"),
        (signed("RS256", keys.rsa), "{keys", "begins like a JWK, but it is no JSON"),
        (
            signed("ES256", keys.curve, kid="c"),
            several(keys.curve),
            "No key of this set has the kid",
        ),
        (signed("ES256", keys.curve), '{"x": "AA"}', "does not say what it is"),
        (with_secret("HS256"), "  ", "Paste a secret or a public key first."),
        (with_secret("HS256")[:-3], SECRET, "not genuine"),
        (
            with_secret("HS512", SHORT),
            SHORT,
            "The secret has 16 bytes, and HS512 wants 64 random ones",
        ),
        (with_secret("HS256")[:-2], SECRET, "The signature is no base64url"),
        (signed("ES256", keys.curve)[:-2], pem(keys.curve), "has 64 bytes, this one 63"),
        (
            signed("PS256", keys.rsa),
            pem(keys.rsa),
            'The token says alg "PS256". This page knows HS256',
        ),
        ("eyJhbGciOiJub25lIn0.e30.", SECRET, "nothing to check"),
    ]


def test_a_token_of_another_site_is_checked_with_ones_own_key_and_nothing_is_sent(
    page: Page, keys: Keys
) -> None:
    page.goto("/inspector/", wait_until="networkidle")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    said = check(page, with_secret("HS256"), SECRET)
    expect(said).to_contain_text(re.compile("^genuine.*It expires .* only its issuer knows"))
    expect(page.locator("[data-verdict]")).to_contain_text("Not sent")
    expect(check(page, with_secret("HS256"), pem(keys.rsa))).to_contain_text("not checked")
    expect(check(page, with_secret("HS256", SHORT), SHORT)).to_contain_text("weak key")
    page.get_by_label("The secret is written in base64url").check()
    expect(said).to_be_empty()
    raw = bytes(range(200, 232))
    coded = base64.urlsafe_b64encode(raw).decode()
    expect(check(page, with_secret("HS256", raw), coded)).to_contain_text(re.compile("^genuine"))

    page.get_by_role("button", name="A longer life").click()
    expect(page.get_by_label("Payload")).to_have_value(re.compile(str(EXPIRES + 31_536_000)))
    expect(said).to_be_empty()
    page.get_by_label("Shared secret").focus()
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(said).to_contain_text("not genuine")
    assert sent == []
    page.get_by_role("button", name="Send it").click()
    expect(page.locator("[data-verdict]")).to_contain_text("refused")
    assert [urlsplit(url).path for url in sent] == ["/api/inspector/"]


def test_each_kind_of_key_is_taken_and_what_is_wrong_with_one_is_said(
    page: Page, keys: Keys
) -> None:
    page.goto("/inspector/")
    assert set(page.evaluate(VERIFY, genuine(keys))) == {"genuine"}
    expected = problems(keys)
    said = page.evaluate(VERIFY, [[token, key] for token, key, _ in expected])
    assert [
        (words, found)
        for (_, _, words), found in zip(expected, said, strict=True)
        if words not in found
    ] == []


def is_genuine_here(case: Case) -> bool:
    if case.comment != "emptyPayload" and known(case, STRICTER):
        return False
    is_valid = case.valid or known(case, MISTAKEN)
    return is_valid and all(key.get("alg") in KNOWN_HERE for key in case.keys)


def test_no_invalid_vector_of_wycheproof_is_called_genuine(page: Page) -> None:
    page.goto("/inspector/")
    tried = [case for case in ALL if isinstance(case.token, str) and not known(case, BAD_KEYS)]
    asked = [[case.token, json.dumps({"keys": case.keys})] for case in tried]
    found = [said == "genuine" for said in page.evaluate(VERIFY, asked)]
    wrong = [
        f"{case} {genuine}"
        for case, genuine in zip(tried, found, strict=True)
        if genuine is not is_genuine_here(case)
    ]
    assert not wrong, "\n".join(wrong)
    assert found.count(True) > 20
