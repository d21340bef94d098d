"""The strict decoder: what the site signs is accepted, anything else is refused with a reason."""

import base64
import json
import re
import time
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, example, given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from accounts.models import Login
from accounts.tokens.codec import MAX_BYTES, MAX_DEPTH, decode, issue, peek
from accounts.tokens.keys import Key, Keyring
from accounts.tokens.realm import Realm, TokenRefused, TokenType, lab_realm, site_realm
from tests.tokens.forge import base64url, claims_of, forged, header_of, part, signed

MINUTE = timedelta(minutes=1)
HEX = "0123456789abcdef0123456789abcdef"
HUGE = "9" * 5000


@pytest.fixture
def realm() -> Realm:
    return site_realm()


@pytest.fixture
def login() -> Login:
    return Login(user_id=7, expires=datetime.now(UTC) + timedelta(days=1))


def sign(
    realm: Realm, login: Login, token_type: TokenType = "access", jti: uuid.UUID | None = None
) -> str:
    """A token of a login as the site signs it, of one minute."""
    return issue(
        replace(realm, access_lifetime=MINUTE, refresh_lifetime=MINUTE),
        token_type=token_type,
        user_id=login.user_id,
        sid=login.id,
        login_expires=login.expires,
        jti=jti,
    )


def refusal(realm: Realm, token: str, token_type: TokenType | None = "access") -> TokenRefused:
    with pytest.raises(TokenRefused) as caught:
        decode(realm, token, token_type=token_type)
    return caught.value


class TestWhatTheSiteSigns:
    def test_it_accepts_and_reads_its_own_token(self, realm: Realm, login: Login) -> None:
        jti = uuid.uuid4()
        token = sign(realm, login, jti=jti)
        claims = decode(realm, token)
        assert (claims.user_id, claims.sid, claims.jti) == (7, login.id, jti)
        assert claims.expires - claims.issued == 60

    def test_it_has_the_claims_that_simplejwt_has(self, realm: Realm, login: Login) -> None:
        token = sign(realm, login, "refresh")
        header, claims = peek(token)
        assert set(header) == {"alg", "kid", "typ"}
        assert {"token_type", "exp", "iat", "jti", "user_id"} <= set(claims)
        assert claims["token_type"] == "refresh"

    def test_it_never_outlives_its_login(self, realm: Realm, login: Login) -> None:
        login.expires = datetime.now(UTC) + timedelta(seconds=30)
        token = sign(realm, login)
        assert decode(realm, token).expires == int(login.expires.timestamp())

    def test_the_other_realm_refuses_it(self, realm: Realm, login: Login) -> None:
        token = sign(realm, login)
        assert refusal(lab_realm(), token).code == "unknown_key"
        theirs = sign(lab_realm(), login)
        assert refusal(realm, theirs).code == "unknown_key"

    def test_two_tokens_of_one_second_differ(self, realm: Realm, login: Login) -> None:
        pair = {sign(realm, login) for _ in range(2)}
        assert len(pair) == 2

    def test_a_forged_token_of_the_usual_form_is_what_this_module_means(self, realm: Realm) -> None:
        assert decode(realm, forged(realm)).user_id == 1


class TestTimes:
    def test_it_lives_until_its_end_and_the_leeway(self, realm: Realm, login: Login) -> None:
        with time_machine.travel(datetime.now(UTC), tick=False) as clock:
            token = sign(realm, login)
            clock.shift(MINUTE + realm.leeway - timedelta(seconds=1))
            assert decode(realm, token)
            clock.shift(timedelta(seconds=1))
            assert refusal(realm, token).code == "expired"

    def test_a_retired_key_still_verifies_and_a_removed_one_does_not(
        self, realm: Realm, login: Login
    ) -> None:
        token = sign(realm, login)
        new = Key.symmetric(b"n" * 32)
        overlap = with_keys(realm, new, realm.keyring.signing)
        assert decode(overlap, token)
        assert refusal(with_keys(realm, new), token).code == "unknown_key"


def with_keys(realm: Realm, signing: Key, *retired: Key) -> Realm:
    return Realm(
        name=realm.name,
        issuer=realm.issuer,
        audience=realm.audience,
        keyring=Keyring(signing, retired),
        pepper=realm.pepper,
        access_lifetime=realm.access_lifetime,
        refresh_lifetime=realm.refresh_lifetime,
        login_lifetime=realm.login_lifetime,
        leeway=realm.leeway,
    )


NOW = int(time.time())

# What the key's owner would have to sign by mistake: the name of a claim, its value, the code.
BAD_CLAIMS: list[tuple[str, Any, str]] = [
    ("token_type", None, "wrong_type"),
    ("token_type", "refresh", "wrong_type"),
    ("token_type", "Access", "wrong_type"),
    ("token_type", ["access"], "wrong_type"),
    ("token_type", {"access": 1}, "wrong_type"),
    ("iss", None, "wrong_issuer"),
    ("iss", "mallory", "wrong_issuer"),
    ("aud", None, "wrong_audience"),
    ("aud", "authdemo:lab", "wrong_audience"),
    ("aud", ["authdemo:site"], "wrong_audience"),
    ("exp", None, "bad_times"),
    ("exp", True, "bad_times"),
    ("exp", float(NOW + 60), "bad_times"),
    ("exp", str(NOW + 60), "bad_times"),
    ("exp", float("inf"), "bad_times"),
    ("exp", float("nan"), "bad_times"),
    ("exp", 10**400, "too_long"),
    ("exp", -(10**400), "expired"),
    ("exp", NOW - 3600, "expired"),
    ("exp", NOW + 10**6, "too_long"),
    ("iat", None, "bad_times"),
    ("iat", False, "bad_times"),
    ("iat", float(NOW), "bad_times"),
    ("iat", -(10**400), "too_long"),
    ("iat", 10**400, "not_yet"),
    ("iat", NOW + 3600, "not_yet"),
    ("nbf", NOW + 3600, "not_yet"),
    ("nbf", str(NOW), "bad_times"),
    ("nbf", float(NOW), "bad_times"),
    ("jti", None, "bad_id"),
    ("jti", "", "bad_id"),
    ("jti", HEX.upper(), "bad_id"),
    ("jti", str(uuid.UUID(HEX)), "bad_id"),
    ("jti", HEX + "0", "bad_id"),
    ("jti", HEX + "\n", "bad_id"),
    ("jti", 7, "bad_id"),
    ("jti", [HEX], "bad_id"),
    ("sid", None, "bad_id"),
    ("sid", "urn:uuid:" + HEX, "bad_id"),
    ("sid", "{" + HEX + "}", "bad_id"),
    ("sid", {"hex": HEX}, "bad_id"),
    ("user_id", None, "bad_id"),
    ("user_id", 1, "bad_id"),
    ("user_id", True, "bad_id"),
    ("user_id", "", "bad_id"),
    ("user_id", "0", "bad_id"),
    ("user_id", "-1", "bad_id"),
    ("user_id", "01", "bad_id"),
    ("user_id", "1.0", "bad_id"),
    ("user_id", " 1", "bad_id"),
    ("user_id", "1\n", "bad_id"),
    ("user_id", "\N{ARABIC-INDIC DIGIT ONE}", "bad_id"),
    ("user_id", "9" * 19, "bad_id"),
    ("user_id", HUGE, "bad_id"),
]


def short(value: object) -> str:
    """A value as the name of a test, the same in every worker: without the time."""
    text = re.sub(r"1[0-9]{9}", "now", repr(value))
    return text if len(text) < 24 else f"{text[:12]}...{len(text)}"


class TestClaims:
    def test_a_claim_that_the_site_would_not_write_is_refused_under_any_signature(
        self, realm: Realm
    ) -> None:
        for name, value, code in BAD_CLAIMS:
            token = forged(realm, payload=claims_of(realm, **{name: value}))
            # An oversize value is stopped earlier still, before anything is parsed.
            expected = "too_large" if len(token) > MAX_BYTES else code
            assert refusal(realm, token).code == expected, f"{name}: {short(value)}"

    @pytest.mark.parametrize(
        "payload",
        [b"", b"\xff\xfe", b"[]", b'"x"', b"1", b"null", b"{", b"{}x", b'{"exp":1}', b"{}"],
        ids=repr,
    )
    def test_a_payload_that_is_no_object_of_claims_is_refused(
        self, realm: Realm, payload: bytes
    ) -> None:
        assert refusal(realm, forged(realm, payload=payload)).code in (
            "malformed",
            "bad_payload",
            "wrong_issuer",
        )

    def test_a_payload_nested_too_deep_is_refused(self, realm: Realm) -> None:
        assert refusal(realm, forged(realm, payload=b"[" * 2900)).code == "bad_payload"

    def test_a_number_of_thousands_of_digits_is_refused(self, realm: Realm) -> None:
        payload = b'{"exp":' + b"9" * 4500 + b"}"
        short_key = b'{"exp":' + b"9" * 2000 + b"}"
        assert refusal(realm, forged(realm, payload=payload)).code == "too_large"
        assert refusal(realm, forged(realm, payload=short_key)).code == "wrong_issuer"

    def test_of_a_name_said_twice_the_last_counts_as_it_does_in_json(self, realm: Realm) -> None:
        claims = json.dumps(claims_of(realm))
        twice = claims[:-1] + ', "aud": "somebody else"}'
        assert refusal(realm, forged(realm, payload=twice.encode())).code == "wrong_audience"

    def test_a_refresh_token_is_no_access_token_and_the_other_way_round(self, realm: Realm) -> None:
        refresh = forged(realm, payload=claims_of(realm, token_type="refresh"))
        assert refusal(realm, refresh, "access").reason == "Token has wrong type"
        assert refusal(realm, forged(realm), "refresh").reason == "Token has wrong type"
        assert decode(realm, refresh, token_type=None).token_type == "refresh"


class TestHeader:
    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "nOnE"])
    def test_no_algorithm_is_no_signature(self, realm: Realm, algorithm: str) -> None:
        text = f"{part(header_of(realm, alg=algorithm))}.{part(claims_of(realm))}"
        genuine = forged(realm, header=header_of(realm, alg=algorithm))
        for token in (f"{text}.", f"{text}.AA", genuine):
            assert refusal(realm, token).code == "wrong_algorithm"

    def test_a_public_key_is_no_secret(self, realm: Realm) -> None:
        private = rsa.generate_private_key(65537, 2048)
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        key = Key(kid="rsa", algorithm="RS256", jwk=RSAKey.import_key(pem))
        asymmetric = with_keys(realm, key)
        for algorithm in ("HS256", "HS512"):
            header = {"alg": algorithm, "kid": "rsa", "typ": "JWT"}
            for secret in (pem, pem.strip(), base64.b64encode(pem)):
                token = signed(header, claims_of(realm), secret)
                assert refusal(asymmetric, token).code == "wrong_algorithm"

    @pytest.mark.parametrize("algorithm", ["HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256"])
    def test_the_key_says_which_algorithm(self, realm: Realm, algorithm: str) -> None:
        header = header_of(realm, alg=algorithm)
        assert refusal(realm, forged(realm, header=header)).code == "wrong_algorithm"

    @pytest.mark.parametrize("algorithm", [None, 1, ["HS256"], {"HS256": 1}, True], ids=repr)
    def test_an_algorithm_is_a_name(self, realm: Realm, algorithm: object) -> None:
        header = header_of(realm, alg=algorithm)
        assert refusal(realm, forged(realm, header=header)).step in ("parse token", "find key")

    @pytest.mark.parametrize(
        "kid",
        [None, "", "../../../../dev/null", "/dev/null", "' OR 1=1 --", 0, True, ["x"], {"x": 1}],
        ids=repr,
    )
    def test_a_key_is_only_found_by_its_own_id(self, realm: Realm, kid: object) -> None:
        header = header_of(realm, kid=kid)
        assert refusal(realm, forged(realm, header=header, secret=b"")).code in (
            "unknown_key",
            "malformed",
        )

    @pytest.mark.parametrize(
        "more",
        [
            {"jwk": {"kty": "oct", "k": base64url(b"m" * 32)}},
            {"jku": "https://mallory.example/jwks.json"},
            {"x5u": "https://mallory.example/cert.pem"},
            {"x5c": ["MIIB"]},
            {"crit": ["exp"], "exp": 1},
            {"crit": []},
            {"b64": False, "crit": ["b64"]},
            {"zip": "DEF"},
            {"cty": "JWT"},
        ],
        ids="+".join,
    )
    def test_no_key_and_no_extension_is_taken_from_a_token(
        self, realm: Realm, more: dict[str, Any]
    ) -> None:
        by_mallory = forged(realm, header=header_of(realm, **more), secret=b"m" * 32)
        by_the_site = forged(realm, header=header_of(realm, **more))
        assert refusal(realm, by_mallory).code == "malformed"
        assert refusal(realm, by_the_site).code == "malformed"

    @pytest.mark.parametrize("typ", [None, "jwt", "at+jwt", "JWE", ["JWT"], 1], ids=repr)
    def test_the_type_is_jwt(self, realm: Realm, typ: object) -> None:
        token = forged(realm, header=header_of(realm, typ=typ))
        assert refusal(realm, token).code in ("wrong_typ", "malformed")

    @pytest.mark.parametrize(
        "header",
        [b"", b"[]", b"1", b"null", b'"alg"', b"{", b"\xff", b"{}", b"[" * 2000, b'["alg"]'],
        ids=short,
    )
    def test_a_header_is_an_object(self, realm: Realm, header: bytes) -> None:
        assert refusal(realm, forged(realm, header=header)).code == "malformed"

    def test_of_a_name_said_twice_in_the_header_the_last_counts(self, realm: Realm) -> None:
        usual = json.dumps(header_of(realm))
        twice = usual[:-1] + ', "alg": "none"}'
        assert refusal(realm, forged(realm, header=twice.encode())).code == "wrong_algorithm"


class TestForm:
    @pytest.mark.parametrize(
        "token",
        ["", ".", "..", "...", "a.b", "a.b.c", "a.b.c.d", "a.b.c.d.e", "null", "Bearer x.y.z"],
    )
    def test_what_is_not_three_parts_is_refused(self, realm: Realm, token: str) -> None:
        assert refusal(realm, token).code == "malformed"

    @pytest.mark.parametrize(
        "spoiled",
        [
            " {}",
            "{} ",
            "{}\n",
            "\n{}",
            "{}=",
            "{}==",
            "{}\0",
            "{}é",
            "{}\ud800",
            "{}\u200b",
            "\ufeff{}",
            "{}.",
            ".{}",
            "{}A",
        ],
        ids=ascii,
    )
    def test_nothing_is_forgiven_around_a_token(self, realm: Realm, spoiled: str) -> None:
        refusal(realm, spoiled.format(forged(realm)))

    def test_every_character_of_a_token_counts(self, realm: Realm) -> None:
        token = forged(realm)
        for place, letter in enumerate(token):
            for other in "A.z-":
                if other != letter:
                    refusal(realm, token[:place] + other + token[place + 1 :])

    def test_a_signature_has_one_spelling(self, realm: Realm) -> None:
        # The last of 43 characters carries four bits: three other letters mean the same bytes.
        token = forged(realm)
        signature = token.rpartition(".")[2]
        raw = base64.urlsafe_b64decode(signature + "=")
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        spellings = [
            token[:-1] + letter
            for letter in alphabet
            if base64.urlsafe_b64decode(signature[:-1] + letter + "=") == raw
        ]
        assert len(spellings) == 4
        for spelling in spellings:
            if spelling != token:
                assert refusal(realm, spelling).code == "bad_signature"

    def test_a_cut_or_an_empty_signature_is_refused(self, realm: Realm) -> None:
        token = forged(realm)
        text = token.rpartition(".")[0]
        assert refusal(realm, f"{text}.").code == "bad_signature"
        assert refusal(realm, token[:-4]).code == "bad_signature"
        assert refusal(realm, f"{text}.AAAA").code == "bad_signature"

    def test_what_is_too_large_is_not_even_parsed(self, realm: Realm) -> None:
        assert refusal(realm, "a" * (MAX_BYTES + 1)).code == "too_large"
        long = forged(realm, payload=claims_of(realm, more="x" * MAX_BYTES))
        assert refusal(realm, long).code == "too_large"

    def test_the_refusal_never_repeats_the_token(self, realm: Realm) -> None:
        for token in (forged(realm, secret=b"m"), "secret.secret.secret", "secret"):
            problem = refusal(realm, token)
            assert token not in f"{problem} {problem.reason} {problem!r}"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = ["alg", "kid", "typ", "crit", "b64", "jwk", "zip"]
CLAIMS = ["token_type", "exp", "iat", "jti", "sid", "user_id", "iss", "aud", "nbf"]


class TestWhateverComes:
    """Nothing but ``TokenRefused`` ever leaves the decoder."""

    @given(st.text())
    @example("\ud800.\ud800.\ud800")
    @example("e30.e30.e30")
    def test_text(self, token: str) -> None:
        refusal(site_realm(), token, None)

    @given(st.lists(st.binary(max_size=200), min_size=3, max_size=3))
    def test_three_parts_of_any_bytes(self, parts: list[bytes]) -> None:
        refusal(site_realm(), ".".join(map(base64url, parts)), None)

    @given(st.dictionaries(st.sampled_from(NAMES), JSON))
    def test_a_genuine_signature_under_any_header(self, header: dict[str, Any]) -> None:
        realm = site_realm()
        assume((header_of(realm) | header) != header_of(realm))
        refusal(realm, forged(realm, header=header_of(realm) | header), None)

    @given(st.dictionaries(st.sampled_from(CLAIMS), JSON, min_size=1))
    def test_a_genuine_signature_over_any_claims(self, claims: dict[str, Any]) -> None:
        realm = site_realm()
        with suppress(TokenRefused):
            decode(realm, forged(realm, payload=claims_of(realm) | claims), token_type=None)

    @given(st.text())
    @example("bnVsbA.bnVsbA.AA")
    @example("WyJhbGciXQ.W10.AA")
    def test_a_look_into_it_never_fails(self, token: str) -> None:
        assert peek(token) is not None

    def test_a_look_leaves_out_what_is_too_deep_for_a_page_to_write_again(self) -> None:
        for depth, is_shown in ((MAX_DEPTH - 1, True), (MAX_DEPTH, False)):
            text = '{"a":' + "[" * depth + "]" * depth + "}"
            token = "." + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") + "."
            assert bool(peek(token)[1]) is is_shown
