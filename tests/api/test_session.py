"""Logging in and out of the API by cookie."""

from collections.abc import Callable

import pytest
from django.conf import settings

from accounts.models import EndReason, Login, Session, User
from tests.cast import PASSWORD
from tests.clients import Api

COOKIE = settings.SESSION_COOKIE_NAME


def test_the_whole_story(client: Api, mallory: Api, alice: User) -> None:
    assert client.me().status_code == 401
    answer = client.log_in("alice")
    assert answer.status_code == 200
    assert answer.json() == {
        "id": alice.pk,
        "username": "alice",
        "role": "member",
        "login": str(Login.objects.get().pk),
        "carrier": "session",
        "csrf_token": answer.json()["csrf_token"],
    }
    assert client.me().json().items() <= answer.json().items()
    mallory.cookies[COOKIE] = client.cookies[COOKIE]
    assert mallory.me().json()["username"] == "alice"
    assert client.log_out().status_code == 204
    assert client.me().status_code == 401
    assert mallory.me().status_code == 401
    assert Login.objects.get().end_reason == EndReason.LOGGED_OUT


def test_the_cookie_is_out_of_a_scripts_reach(client: Api, alice: User) -> None:
    [cookie] = [
        value
        for value in client.log_in("alice").headers.get_list("set-cookie")
        if value.startswith(f"{COOKIE}=")
    ]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_logging_out_works_twice_and_without_a_login(client: Api, alice: User) -> None:
    assert client.log_out().status_code == 204
    client.log_in("alice")
    assert client.log_out().status_code == 204
    assert client.log_out().status_code == 204


def test_logging_out_ends_nobody_elses_login(
    client: Api, new_client: Callable[[], Api], alice: User, bob: User
) -> None:
    phone, bobs = new_client(), new_client()
    client.log_in("alice")
    phone.log_in("alice")
    bobs.log_in("bob")
    client.log_out()
    assert phone.me().json()["username"] == "alice"
    assert bobs.me().json()["username"] == "bob"


class TestCsrf:
    def test_a_log_in_without_the_token_is_refused(self, client: Api, alice: User) -> None:
        body = {"username": "alice", "password": PASSWORD}
        answer = client.post("/api/session/login/", json=body)
        assert answer.status_code == 403
        assert answer.json()["code"] == "csrf_failed"
        assert COOKIE not in client.cookies

    def test_a_log_out_without_the_token_is_refused(self, client: Api, alice: User) -> None:
        client.log_in("alice")
        assert client.post("/api/session/logout/").status_code == 403
        assert client.me().status_code == 200

    def test_a_token_of_another_browser_is_refused(
        self, client: Api, mallory: Api, alice: User
    ) -> None:
        body = {"username": "alice", "password": PASSWORD}
        client.csrf()
        answer = client.post("/api/session/login/", json=body, headers=mallory.csrf())
        assert answer.status_code == 403

    @pytest.mark.parametrize("origin", ["https://mallory.example", "null", "http://127.0.0.1:1"])
    def test_another_origin_is_refused_even_with_the_token(
        self, client: Api, alice: User, origin: str
    ) -> None:
        body = {"username": "alice", "password": PASSWORD}
        headers = {**client.csrf(), "Origin": origin}
        assert client.post("/api/session/login/", json=body, headers=headers).status_code == 403

    def test_the_token_from_before_the_log_in_is_void_after_it(
        self, client: Api, alice: User
    ) -> None:
        before = client.csrf()
        client.log_in("alice")
        assert client.post("/api/session/logout/", headers=before).status_code == 403

    def test_the_log_in_gives_the_token_for_the_next_request(
        self, client: Api, alice: User
    ) -> None:
        headers = {"X-CSRFToken": client.log_in("alice").json()["csrf_token"]}
        assert client.post("/api/session/logout/", headers=headers).status_code == 204
        assert client.me().status_code == 401


class TestFixation:
    def test_a_key_planted_by_mallory_is_not_the_key_of_the_login(
        self, client: Api, mallory: Api, alice: User, bob: User
    ) -> None:
        mallory.log_in("bob")
        client.cookies.set(COOKIE, mallory.cookies[COOKIE], domain="127.0.0.1")
        assert client.log_in("alice").status_code == 200
        assert client.me().json()["username"] == "alice"
        assert mallory.me().status_code == 401

    def test_logging_in_again_as_the_same_user_ends_the_login_before(
        self, client: Api, mallory: Api, alice: User
    ) -> None:
        client.log_in("alice")
        mallory.cookies[COOKIE] = client.cookies[COOKIE]
        assert client.log_in("alice").status_code == 200
        assert mallory.me().status_code == 401
        assert Login.objects.live().count() == 1
        assert Session.objects.count() == 1

    def test_an_invented_key_is_not_taken_over(self, client: Api, alice: User) -> None:
        client.cookies.set(COOKIE, "m" * 32, domain="127.0.0.1")
        client.log_in("alice")
        assert "m" * 32 not in [cookie.value for cookie in client.cookies.jar]


class TestRefusal:
    def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(
        self, client: Api, alice: User
    ) -> None:
        wrong, unknown = client.log_in("alice", "wrong"), client.log_in("nobody", "wrong")
        assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
        assert wrong.status_code == 401
        assert wrong.json()["code"] == "no_active_account"
        assert wrong.headers["www-authenticate"] == 'Bearer realm="api"'

    def test_a_disabled_account_gets_it_too(self, client: Api, alice: User, bob: User) -> None:
        User.objects.filter(pk=bob.pk).update(is_active=False)
        disabled, wrong = client.log_in("bob"), client.log_in("alice", "wrong")
        assert (disabled.status_code, disabled.content) == (wrong.status_code, wrong.content)

    def test_a_refused_log_in_leaves_the_login_before_as_it_was(
        self, client: Api, alice: User
    ) -> None:
        client.log_in("alice")
        client.log_in("alice", "wrong")
        assert client.me().status_code == 200
