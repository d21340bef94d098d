"""Revocation, introspection and public keys, as an OAuth client meets them."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from django.test.utils import override_settings
from joserfc import jwt
from joserfc.jwk import KeySet

from accounts.models import User
from tests.cast import PASSWORD
from tests.conftest import Live

Key = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
FORM = "application/x-www-form-urlencoded"


def pem(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: Key) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


KEYS: dict[str, Key] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
}
SMALL_RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 (its point)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture(params=KEYS)
def algorithm(request: pytest.FixtureRequest) -> Iterator[str]:
    name: str = request.param
    with override_settings(JWT_ALGORITHM=name, JWT_SIGNING_KEY=pem(KEYS[name])):
        yield name


def log_in(client: Client, name: str) -> dict[str, str]:
    body = {"username": name, "password": PASSWORD}
    answer = client.post("/api/token/", body, content_type="application/json")
    assert answer.status_code == 200
    return dict(answer.json())


def me(client: Client, access: str) -> int:
    return client.get("/api/me/", headers={"Authorization": f"Bearer {access}"}).status_code


def introspect(client: Client, token: str, access: str) -> Any:
    headers = {"Authorization": f"Bearer {access}"}
    return client.post("/oauth/introspect/", f"token={token}", content_type=FORM, headers=headers)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # RFC 9864 renames it
def test_a_jose_library_verifies_a_token_from_the_published_keys(
    live: Live, alice: User, algorithm: str
) -> None:
    pair = httpx.post(
        f"{live.url}/api/token/", json={"username": "alice", "password": PASSWORD}
    ).json()
    keys = KeySet.import_key_set(httpx.get(f"{live.url}/.well-known/jwks.json").json())

    token = jwt.decode(pair["access"], keys, algorithms=[algorithm])

    assert token.header["alg"] == algorithm
    assert token.claims["sub"] == token.claims["user_id"] == str(alice.pk)
    assert token.claims["iss"] == settings.JWT_ISSUER
    assert token.claims["aud"] == f"{settings.JWT_ISSUER}:site"


def test_an_oauth_library_introspects_and_revokes(live: Live, alice: User) -> None:
    pair = httpx.post(
        f"{live.url}/api/token/", json={"username": "alice", "password": PASSWORD}
    ).json()
    bearer = {"Authorization": f"Bearer {pair['access']}"}
    with OAuth2Session("cli", token_endpoint_auth_method="none") as client:
        seen = client.introspect_token(
            f"{live.url}/oauth/introspect/", token=pair["refresh"], headers=bearer
        ).json()
        revoked = client.revoke_token(f"{live.url}/oauth/revoke/", token=pair["refresh"])

    assert seen["active"] is True
    assert seen["username"] == "alice"
    assert revoked.status_code == 200
    assert httpx.get(f"{live.url}/api/me/", headers=bearer).status_code == 401


def test_the_keys_published_are_public(client: Client, algorithm: str) -> None:
    [key] = client.get("/.well-known/jwks.json").json()["keys"]

    assert key["alg"] == algorithm
    assert key["use"] == "sig"
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(key)


def test_a_secret_is_not_published(client: Client) -> None:
    answer = client.get("/.well-known/jwks.json")

    assert answer.json() == {"keys": []}
    assert answer["Cache-Control"] == "public, max-age=300"


def test_rotating_the_key_with_overlap_logs_nobody_out(client: Client, alice: User) -> None:
    old, new = pem(KEYS["ES256"]), pem(KEYS["EdDSA"])
    with override_settings(JWT_ALGORITHM="ES256", JWT_SIGNING_KEY=old):
        before = log_in(client, "alice")["access"]
    with override_settings(JWT_ALGORITHM="EdDSA", JWT_SIGNING_KEY=new, JWT_RETIRED_KEYS=[old]):
        assert me(client, before) == 200
        assert me(client, log_in(client, "alice")["access"]) == 200
        assert len(client.get("/.well-known/jwks.json").json()["keys"]) == 2
    with override_settings(JWT_ALGORITHM="EdDSA", JWT_SIGNING_KEY=new):
        assert me(client, before) == 401


def test_revoking_an_access_token_leaves_the_login_alone(client: Client, alice: User) -> None:
    pair = log_in(client, "alice")

    answer = client.post("/oauth/revoke/", f"token={pair['access']}", content_type=FORM)

    assert (answer.status_code, answer.content) == (200, b"")
    assert me(client, pair["access"]) == 401
    body = {"refresh": pair["refresh"]}
    renewed = client.post("/api/token/refresh/", body, content_type="application/json")
    assert me(client, renewed.json()["access"]) == 200


@pytest.mark.parametrize("kind", ["access", "refresh"])
def test_a_user_does_not_revoke_the_token_of_another(
    client: Client, alice: User, bob: User, kind: str
) -> None:
    pair, bobs = log_in(client, "alice"), log_in(client, "bob")
    headers = {"Authorization": f"Bearer {bobs['access']}"}

    answer = client.post(
        "/oauth/revoke/", f"token={pair[kind]}", content_type=FORM, headers=headers
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert me(client, pair["access"]) == 200


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "%F0%9F%92%A9"])
def test_revoking_an_unknown_token_is_answered_alike(client: Client, db: None, token: str) -> None:
    for _ in range(2):
        answer = client.post("/oauth/revoke/", f"token={token}", content_type=FORM)
        assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    "body",
    [
        *("", "token=", "token=a&token=b", "other=a", "token=%00"),
        "token=a&token_type_hint=access_token&token_type_hint=refresh_token",
    ],
)
def test_a_request_without_exactly_one_token_is_invalid(
    client: Client, db: None, body: str
) -> None:
    answer = client.post("/oauth/revoke/", body, content_type=FORM)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "content_type", ["application/json", f"{FORM}; charset=utf-7", f"{FORM}; charset=nonsense"]
)
def test_a_form_of_another_kind_is_refused(client: Client, db: None, content_type: str) -> None:
    answer = client.generic("POST", "/oauth/revoke/", b"token=a", content_type=content_type)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"


def test_the_owner_and_staff_see_what_a_token_is_worth(
    client: Client, alice: User, bob: User
) -> None:
    User.objects.create_user("grace", password=PASSWORD, is_staff=True)
    pair = log_in(client, "alice")
    owner = introspect(client, pair["access"], pair["access"]).json()
    staff = introspect(client, pair["access"], log_in(client, "grace")["access"]).json()

    assert owner == staff
    assert owner["active"] is True
    assert owner["token_type"] == "Bearer"
    assert owner["exp"] - owner["iat"] == 300


@pytest.mark.parametrize("hint", ["", "access_token", "refresh_token", "saml_assertion"])
def test_a_hint_of_any_kind_changes_nothing(client: Client, alice: User, hint: str) -> None:
    pair = log_in(client, "alice")
    body = f"{pair['refresh']}&token_type_hint={hint}"

    assert introspect(client, body, pair["access"]).json()["active"] is True


def test_to_a_stranger_every_token_is_inactive(client: Client, alice: User, bob: User) -> None:
    pair = log_in(client, "alice")

    answer = introspect(client, pair["access"], log_in(client, "bob")["access"])

    assert answer.json() == {"active": False}


def test_a_revoked_token_is_inactive(client: Client, alice: User) -> None:
    pair, other = log_in(client, "alice"), log_in(client, "alice")
    client.post("/oauth/revoke/", f"token={pair['refresh']}", content_type=FORM)

    for token in pair.values():
        assert introspect(client, token, other["access"]).json() == {"active": False}


def test_nobody_introspects_without_a_credential(client: Client, alice: User) -> None:
    token = log_in(client, "alice")["access"]

    answer = client.post("/oauth/introspect/", f"token={token}", content_type=FORM)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


SECRET = "the secret of reports: + %"
RESOURCE_SERVERS = {"reports": hashlib.sha256(SECRET.encode()).hexdigest()}


def basic(secret: str) -> str:
    """The header of a resource server (RFC 6749, section 2.3.1)."""
    return f"Basic {b64encode(f'reports:{quote(secret)}'.encode()).decode()}"


@pytest.fixture
def reports() -> Iterator[OAuth2Session]:
    """A resource server whose name and secret the site knows."""
    method = "client_secret_basic"
    with (
        override_settings(RESOURCE_SERVERS=RESOURCE_SERVERS),
        OAuth2Session("reports", quote(SECRET), token_endpoint_auth_method=method) as session,
    ):
        yield session


def test_a_resource_server_sees_what_any_token_is_worth_and_revokes_it(
    live: Live, alice: User, reports: OAuth2Session
) -> None:
    sent = {"username": "alice", "password": PASSWORD}
    token = httpx.post(f"{live.url}/api/token/", json=sent).json()["refresh"]
    url = f"{live.url}/oauth/introspect/"

    assert reports.introspect_token(url, token=token).json()["sub"] == str(alice.pk)
    assert reports.revoke_token(f"{live.url}/oauth/revoke/", token=token).status_code == 200
    assert reports.introspect_token(url, token=token).json() == {"active": False}


@pytest.mark.parametrize("path", ["/oauth/introspect/", "/oauth/revoke/"])
@pytest.mark.parametrize(
    "said",
    [
        *(b"reports:wrong", b"reports", b"reports:", b":", b"", b"other:secret", b"\xff:\xff"),
        hashlib.sha256(SECRET.encode()).hexdigest().encode(),
    ],
)
def test_a_resource_server_with_a_wrong_secret_is_refused(
    client: Client, alice: User, path: str, said: bytes
) -> None:
    access = log_in(client, "alice")["access"]
    headers = {"Authorization": f"Basic {b64encode(said).decode()}"}
    with override_settings(RESOURCE_SERVERS=RESOURCE_SERVERS):
        answer = client.post(path, f"token={access}", content_type=FORM, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"] == 'Basic realm="oauth"'
    assert me(client, access) == 200


@pytest.mark.parametrize("header", ["Basic", "Basic é", "Basic a", "basic "])
def test_a_header_that_cannot_be_read_is_no_resource_server(
    client: Client, db: None, header: str
) -> None:
    headers = {"Authorization": header}
    answer = client.post("/oauth/revoke/", "token=x", content_type=FORM, headers=headers)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_resource_server_is_no_user_elsewhere(client: Client, db: None) -> None:
    with override_settings(RESOURCE_SERVERS=RESOURCE_SERVERS):
        answer = client.get("/api/me/", headers={"Authorization": basic(SECRET)})

    assert (answer.status_code, answer.json()["code"]) == (401, "unsupported_scheme")


METADATA = "/.well-known/oauth-authorization-server"
ISSUER = "https://example.org"


class TestMetadata:
    def test_an_oauth_library_finds_nothing_wrong_in_it(self, client: Client) -> None:
        with override_settings(JWT_ISSUER=ISSUER):
            metadata = AuthorizationServerMetadata(client.get(METADATA).json())

        # It takes an empty list for one that is missing, and wants a token endpoint of everybody.
        for name in (name for name, value in metadata.items() if value):
            getattr(metadata, f"validate_{name}", lambda: None)()
        assert metadata["issuer"] == ISSUER
        assert metadata["grant_types_supported"] == []

    def test_its_addresses_are_there_and_take_what_it_says(
        self, client: Client, alice: User, algorithm: str
    ) -> None:
        with override_settings(JWT_ISSUER=ISSUER, RESOURCE_SERVERS=RESOURCE_SERVERS):
            told = client.get(METADATA).json()
            token = log_in(client, "alice")["access"]
            keys = client.get(urlsplit(told["jwks_uri"]).path).json()["keys"]
            says = [
                client.post(
                    urlsplit(told["introspection_endpoint"]).path,
                    f"token={token}",
                    content_type=FORM,
                    headers={"Authorization": credential},
                ).json()["iss"]
                for credential in (f"Bearer {token}", basic(SECRET))
            ]
            revoked = client.post(
                urlsplit(told["revocation_endpoint"]).path, f"token={token}", content_type=FORM
            )
            assert client.get(urlsplit(told["service_documentation"]).path).status_code == 200
            assert me(client, token) == 401

        assert [key["alg"] for key in keys] == [algorithm]
        assert says == [told["issuer"]] * 2
        assert revoked.status_code == 200
        assert told["introspection_endpoint_auth_methods_supported"] == [
            *("Bearer", "client_secret_basic")
        ]
        assert told["revocation_endpoint_auth_methods_supported"] == ["none", "client_secret_basic"]
        assert told["jwks_uri"].startswith(f"{ISSUER}/")

    def test_it_names_no_keys_and_no_secrets_where_there_are_none(self, client: Client) -> None:
        with override_settings(JWT_ISSUER=ISSUER):
            told = client.get(METADATA).json()

        assert "jwks_uri" not in told
        assert told["introspection_endpoint_auth_methods_supported"] == ["Bearer"]

    def test_there_is_none_where_the_issuer_is_no_address(self, client: Client) -> None:
        assert client.get(METADATA).status_code == 404


@pytest.mark.parametrize("path", ["/.well-known/jwks.json", METADATA])
def test_a_page_of_any_origin_may_read_what_is_public(client: Client, path: str) -> None:
    with override_settings(JWT_ISSUER=ISSUER):
        answer = client.get(path, headers={"Origin": "https://elsewhere.example"})

    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    "wrong",
    [
        {"JWT_ALGORITHM": "HS256", "JWT_SIGNING_KEY": "short"},
        {"JWT_ALGORITHM": "HS256", "JWT_RETIRED_KEYS": ["short"]},
        {"JWT_ALGORITHM": "HS256", "JWT_SIGNING_KEY": pem(KEYS["RS256"])},
        {"JWT_ALGORITHM": "HS256", "JWT_RETIRED_KEYS": [public_pem(KEYS["RS256"])]},
        {"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": ""},
        {"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": pem(KEYS["RS256"])},
        {
            "JWT_ALGORITHM": "RS256",
            "JWT_SIGNING_KEY": pem(SMALL_RSA),
        },
        {"JWT_ALGORITHM": "none", "JWT_SIGNING_KEY": pem(KEYS["EdDSA"])},
        {"JWT_ALGORITHM": "EdDSA", "JWT_SIGNING_KEY": public_pem(KEYS["EdDSA"])},
        {
            "JWT_ALGORITHM": "ES256",
            "JWT_SIGNING_KEY": pem(ec.generate_private_key(ec.SECP384R1())),
        },
    ],
    ids=[
        *("short secret", "short retired secret", "private key as secret", "public key as secret"),
        *("no key", "another algorithm's key", "small RSA key", "no algorithm", "no private key"),
        "another curve",
    ],
)
def test_a_key_that_does_not_fit_is_told_at_the_start(wrong: dict[str, Any]) -> None:
    with override_settings(**wrong), pytest.raises(SystemCheckError, match=r"accounts\.E00"):
        call_command("check")
