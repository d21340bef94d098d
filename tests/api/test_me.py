"""Who am I: one answer under either credential, and never one credential in place of the other."""

import httpx
import pytest
from django.conf import settings

from accounts.models import User
from tests.clients import Api, bearer

COOKIE = settings.SESSION_COOKIE_NAME


def authorized(client: Api, header: str | bytes) -> httpx.Response:
    raw = header.encode() if isinstance(header, str) else header
    return client.get("/api/me/", headers=[(b"Authorization", raw)])


def test_both_modes_name_the_same_user(client: Api, alice: User) -> None:
    client.log_in("alice")
    access, _ = client.pair("alice")
    cookie, token = client.me().json(), client.me(access).json()
    assert (cookie["carrier"], token["carrier"]) == ("session", "jwt")
    assert cookie["login"] != token["login"]
    assert {**cookie, "carrier": "", "login": ""} == {**token, "carrier": "", "login": ""}


def test_nobody_is_challenged_without_an_error(client: Api) -> None:
    answer = client.me()
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="api"'
    assert answer.json() == {
        "detail": "Authentication credentials were not provided.",
        "code": "not_authenticated",
        "action": "log_in",
    }


def test_every_answer_names_the_methods_of_its_own_address(client: Api) -> None:
    for _ in range(2):
        assert client.me().headers["allow"] == "GET, HEAD, OPTIONS"
        assert client.get("/api/token/").headers["allow"] == "POST, OPTIONS"


def test_a_cookie_that_means_nothing_is_nobody(client: Api) -> None:
    client.cookies.set(COOKIE, "m" * 32, domain="127.0.0.1")
    assert client.me().json()["code"] == "not_authenticated"


class TestBoth:
    @pytest.fixture(autouse=True)
    def alice_has_a_cookie(self, client: Api, alice: User) -> None:
        client.log_in("alice")

    def test_the_header_decides(self, client: Api, bob: User) -> None:
        access, _ = client.pair("bob")
        assert client.me(access).json()["username"] == "bob"

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer x",
            "Bearer x y",
            "Bearer x.y.z",
            "Bearer\tx.y.z",
            "Basic YWxpY2U6cGFzc3dvcmQ=",
            "Token x.y.z",
            "Digest username=alice",
            "bear er x",
            "é",
            b"Bearer \xff\xfe",
            "Bearer é.é.é",
            "Bearer " + "x" * 9000,
            ", Bearer x",
        ],
        ids=lambda header: ascii(header)[:24],
    )
    def test_a_bad_one_is_refused_and_never_means_the_cookies_user(
        self, client: Api, header: str | bytes
    ) -> None:
        answer = authorized(client, header)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="api"')
        assert {"detail", "code"} <= set(answer.json())

    def test_a_dead_token_is_refused_beside_a_live_cookie(self, client: Api) -> None:
        access, refresh = client.pair("alice")
        client.post("/api/token/blacklist/", json={"refresh": refresh})
        assert client.me(access).status_code == 401
        assert client.me().status_code == 200

    def test_two_headers_are_not_a_choice(self, client: Api, bob: User) -> None:
        access, _ = client.pair("bob")
        token = f"Bearer {access}".encode()
        answer = client.get(
            "/api/me/", headers=[(b"Authorization", token), (b"Authorization", b"Bearer x")]
        )
        assert answer.status_code == 401


class TestTheHeader:
    @pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
    def test_the_schemes_case_means_nothing(self, client: Api, alice: User, scheme: str) -> None:
        access, _ = client.pair("alice")
        assert authorized(client, f"{scheme} {access}").status_code == 200

    def test_a_token_anywhere_else_is_ignored(self, client: Api, alice: User) -> None:
        access, _ = client.pair("alice")
        for name in ("access_token", "token", "access", "jwt", "Authorization"):
            assert client.get("/api/me/", params={name: access}).status_code == 401
            client.cookies.set(name, access, domain="127.0.0.1")
        assert client.get("/api/me/", headers={"X-Authorization": f"Bearer {access}"}).is_error
        assert client.request("GET", "/api/me/", json={"access_token": access}).is_error

    def test_a_session_key_is_no_token_and_a_token_no_session(
        self, client: Api, mallory: Api, alice: User
    ) -> None:
        client.log_in("alice")
        access, refresh = client.pair("alice")
        assert mallory.me(client.cookies[COOKIE]).status_code == 401
        assert mallory.me(refresh).status_code == 401
        for token in (access, refresh):
            mallory.cookies.set(COOKIE, token, domain="127.0.0.1")
            assert mallory.me().status_code == 401


class TestTheChallenge:
    """RFC 6750, section 3.1."""

    def test_a_bad_token_is_an_invalid_token(self, client: Api) -> None:
        challenge = authorized(client, "Bearer x.y.z").headers["www-authenticate"]
        assert 'error="invalid_token"' in challenge
        assert 'error_description="' in challenge

    @pytest.mark.parametrize("header", ["Bearer", "Bearer x y"])
    def test_a_malformed_header_is_an_invalid_request(self, client: Api, header: str) -> None:
        answer = authorized(client, header)
        assert 'error="invalid_request"' in answer.headers["www-authenticate"]
        assert answer.json()["code"] == "bad_authorization_header"

    def test_another_scheme_is_told_the_scheme_and_no_error(self, client: Api) -> None:
        answer = authorized(client, "Basic YWxpY2U6cGFzc3dvcmQ=")
        assert answer.headers["www-authenticate"] == 'Bearer realm="api"'

    def test_it_says_why_but_never_repeats_the_token(self, client: Api, alice: User) -> None:
        access, refresh = client.pair("alice")
        client.post("/api/token/blacklist/", json={"refresh": refresh})
        answer = client.get("/api/me/", headers=bearer(access))
        assert "blacklisted" in answer.headers["www-authenticate"]
        assert access not in answer.headers["www-authenticate"] + answer.text


class TestPermission:
    def test_an_unsafe_method_by_cookie_without_csrf_is_a_403(
        self, client: Api, alice: User
    ) -> None:
        client.log_in("alice")
        answer = client.post("/api/me/", json={})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")

    def test_with_it_the_method_is_what_is_wrong(self, client: Api, alice: User) -> None:
        client.log_in("alice")
        answer = client.post("/api/me/", json={}, headers=client.csrf())
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")

    def test_a_token_needs_no_csrf(self, client: Api, alice: User) -> None:
        access, _ = client.pair("alice")
        assert client.post("/api/me/", json={}, headers=bearer(access)).status_code == 405

    def test_a_stranger_is_a_401_whatever_the_method(self, client: Api) -> None:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            assert client.request(method, "/api/me/").status_code == 401
