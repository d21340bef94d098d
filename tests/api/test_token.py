"""Logging in and out of the API by token, on simplejwt's own paths."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django.fixtures import Settings

from accounts.management.commands.prepare import missing_step
from accounts.models import EndReason, Login, User, login_begin
from accounts.site.signin import token_strategy
from accounts.tokens.codec import peek
from accounts.tokens.realm import site_realm
from tests.cast import PASSWORD
from tests.clients import Api, bearer
from tests.tokens.forge import claims_of, forged


def refresh(client: Api, token: str) -> httpx.Response:
    return client.post("/api/token/refresh/", json={"refresh": token})


def verify(client: Api, token: str) -> httpx.Response:
    return client.post("/api/token/verify/", json={"token": token})


def blacklist(client: Api, token: str) -> httpx.Response:
    return client.post("/api/token/blacklist/", json={"refresh": token})


def test_the_whole_story(client: Api, alice: User) -> None:
    answer = client.log_in_by_token("alice")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh", "expires_in"}
    access, spare = answer.json()["access"], answer.json()["refresh"]
    assert client.me(access).json() == {
        "id": alice.pk,
        "username": "alice",
        "role": "member",
        "login": str(Login.objects.get().pk),
        "carrier": "jwt",
    }
    assert verify(client, access).json() == {}
    assert verify(client, spare).json() == {}
    renewed = refresh(client, spare).json()
    assert client.me(renewed["access"]).status_code == 200
    assert blacklist(client, renewed.get("refresh", spare)).json() == {}
    for dead in (access, renewed["access"]):
        assert client.me(dead).status_code == 401
        assert verify(client, dead).status_code == 401
    assert verify(client, dead).json()["detail"] == "Token is blacklisted: logged out"
    assert refresh(client, renewed.get("refresh", spare)).status_code == 401
    assert Login.objects.get().end_reason == EndReason.LOGGED_OUT


def test_logging_in_by_token_sets_no_cookie(client: Api, alice: User) -> None:
    client.pair("alice")
    assert not client.cookies


def test_both_tokens_of_a_login_carry_its_id(client: Api, alice: User) -> None:
    sids = {peek(token)[1]["sid"] for token in client.pair("alice")}
    assert sids == {Login.objects.get().pk.hex}


class TestBlacklist:
    def test_it_works_twice(self, client: Api, alice: User) -> None:
        _, spare = client.pair("alice")
        assert blacklist(client, spare).status_code == 200
        assert blacklist(client, spare).status_code == 200

    def test_it_needs_no_other_credential(self, client: Api, mallory: Api, alice: User) -> None:
        access, spare = client.pair("alice")
        assert blacklist(mallory, spare).status_code == 200
        assert client.me(access).status_code == 401

    def test_the_bearer_token_of_another_user_beside_it_is_refused(
        self, client: Api, mallory: Api, alice: User, bob: User
    ) -> None:
        access, spare = client.pair("alice")
        bobs, _ = mallory.pair("bob")
        body = {"refresh": spare}
        answer = mallory.post("/api/token/blacklist/", json=body, headers=bearer(bobs))
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_token")
        assert client.me(access).status_code == 200

    @pytest.mark.parametrize("header", ["Bearer x.y.z", "Bearer", "Basic x"])
    def test_a_header_that_means_nobody_does_not_hinder_it(
        self, client: Api, alice: User, header: str
    ) -> None:
        access, spare = client.pair("alice")
        headers = {"Authorization": header}
        answer = client.post("/api/token/blacklist/", json={"refresh": spare}, headers=headers)
        assert answer.status_code == 200
        assert client.me(access).status_code == 401

    def test_the_own_bearer_token_beside_it_does_not_hinder_it(
        self, client: Api, alice: User
    ) -> None:
        access, spare = client.pair("alice")
        body = {"refresh": spare}
        answer = client.post("/api/token/blacklist/", json=body, headers=bearer(access))
        assert answer.status_code == 200
        assert client.me(access).status_code == 401

    def test_it_ends_no_other_login(self, client: Api, alice: User, bob: User) -> None:
        phone, _ = client.pair("alice")
        bobs, _ = client.pair("bob")
        _, laptop = client.pair("alice")
        blacklist(client, laptop)
        assert client.me(phone).status_code == 200
        assert client.me(bobs).status_code == 200

    def test_an_access_token_does_not_do(self, client: Api, alice: User) -> None:
        access, _ = client.pair("alice")
        answer = blacklist(client, access)
        assert answer.status_code == 401
        assert answer.json()["detail"] == "Token has wrong type"
        assert answer.json()["code"] == "token_not_valid"
        assert client.me(access).status_code == 200

    def test_the_cookie_of_the_same_user_goes_on(self, client: Api, alice: User) -> None:
        client.log_in("alice")
        _, spare = client.pair("alice")
        blacklist(client, spare)
        assert client.me().status_code == 200

    def test_a_cookie_log_out_leaves_the_tokens(self, client: Api, alice: User) -> None:
        client.log_in("alice")
        access, _ = client.pair("alice")
        client.log_out()
        assert client.me(access).status_code == 200


class TestTime:
    def test_an_access_token_lives_five_minutes_and_a_refresh_token_a_day(
        self, client: Api, alice: User
    ) -> None:
        access, spare = (peek(token)[1] for token in client.pair("alice"))
        assert access["exp"] - access["iat"] == 300
        assert spare["exp"] - spare["iat"] == 86_400

    def test_the_answer_tells_how_long_the_access_token_lives(
        self, client: Api, alice: User
    ) -> None:
        first = client.log_in_by_token("alice").json()
        renewed = refresh(client, first["refresh"]).json()
        assert first["expires_in"] == renewed["expires_in"] == 300

    def test_near_the_fixed_end_of_the_login_it_lives_shorter(
        self, client: Api, alice: User
    ) -> None:
        first = client.log_in_by_token("alice").json()
        Login.objects.update(expires=datetime.now(UTC) + timedelta(seconds=60))
        assert refresh(client, first["refresh"]).json()["expires_in"] in (59, 60)

    def test_what_has_expired_is_refused(self, client: Api, alice: User) -> None:
        access, spare = client.pair("alice")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            assert client.me(access).status_code == 401
            assert verify(client, access).json()["detail"] == "Token is expired"
            assert refresh(client, spare).status_code == 200
        with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
            assert refresh(client, spare).status_code == 401
            assert blacklist(client, spare).status_code == 401


class TestWhatToDo:
    """A 401 tells the client whether to send its refresh token or to log in again."""

    @pytest.fixture(autouse=True)
    def alice_has_tokens(self, client: Api, alice: User) -> None:
        self.access, self.refresh = client.pair("alice")

    def actions(self, client: Api) -> list[str]:
        answers = [client.me(self.access), verify(client, self.access)]
        assert [answer.status_code for answer in answers] == [401, 401]
        assert 'error="invalid_token"' in answers[0].headers["www-authenticate"]
        return [answer.json()["action"] for answer in answers]

    def test_an_expired_access_token_is_refreshed(self, client: Api) -> None:
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            assert self.actions(client) == ["refresh"] * 2
            assert refresh(client, self.refresh).status_code == 200

    def test_an_access_token_that_was_revoked_alone_is_refreshed(self, client: Api) -> None:
        client.post("/oauth/revoke/", data={"token": self.access})
        assert self.actions(client) == ["refresh"] * 2
        assert refresh(client, self.refresh).status_code == 200

    def test_where_the_login_has_ended_it_is_a_log_in(self, client: Api) -> None:
        blacklist(client, self.refresh)
        assert self.actions(client) == ["log_in"] * 2
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
            assert self.actions(client) == ["log_in"] * 2

    def test_where_everything_was_ended_it_is_a_log_in(self, client: Api, alice: User) -> None:
        alice.end_logins(EndReason.EVERYWHERE)
        assert self.actions(client) == ["log_in"] * 2

    def test_where_the_refresh_token_has_expired_too_it_is_a_log_in(self, client: Api) -> None:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
            assert self.actions(client) == ["log_in"] * 2
            assert refresh(client, self.refresh).json()["action"] == "log_in"
            assert verify(client, self.refresh).json()["action"] == "log_in"

    def test_where_the_account_is_disabled_it_is_a_log_in(self, client: Api, alice: User) -> None:
        alice.is_active = False
        alice.save()
        assert self.actions(client) == ["log_in"] * 2

    def test_a_token_that_is_none_is_a_log_in(self, client: Api) -> None:
        self.access = "x.y.z"
        assert self.actions(client) == ["log_in"] * 2

    def test_a_cookie_whose_login_has_ended_is_a_log_in(self, client: Api, alice: User) -> None:
        client.log_in("alice")
        alice.end_logins(EndReason.EVERYWHERE)
        answer = client.me()
        assert answer.status_code == 401
        assert answer.json()["action"] == "log_in"

    @pytest.mark.parametrize("sid", [None, "x", 1])
    def test_an_expired_token_without_a_login_is_a_log_in(self, client: Api, sid: object) -> None:
        claims = claims_of(site_realm(), sid=sid, iat=1, exp=2)
        self.access = forged(site_realm(), payload=claims)
        assert self.actions(client) == ["log_in"] * 2


def email_of(user: User) -> str:
    """A claim of an operator's own."""
    return user.email


def far_too_long(user: User) -> str:
    return "x" * 4000


class TestOwnClaims:
    def test_they_are_in_the_access_token_and_renewed_with_it(
        self, client: Api, alice: User, settings: Settings
    ) -> None:
        settings.TOKEN_CLAIMS = {"email": f"{__name__}.email_of"}
        User.objects.update(email="old@example.org")
        access, spare = client.pair("alice")
        User.objects.update(email="new@example.org")
        renewed = refresh(client, spare).json()["access"]
        assert [peek(token)[1]["email"] for token in (access, renewed)] == [
            *("old@example.org", "new@example.org")
        ]
        assert "email" not in peek(spare)[1]
        sent = {"token": renewed}
        seen = client.post("/oauth/introspect/", data=sent, headers=bearer(renewed)).json()
        assert seen["email"] == "new@example.org"
        assert client.me(renewed).status_code == 200

    @pytest.mark.parametrize(
        "claims",
        [
            {"sub": f"{__name__}.email_of"},
            {"exp": f"{__name__}.email_of"},
            {"email": "nowhere.email_of"},
            {"email": f"{__name__}.not_there"},
            {"email": "email_of"},
        ],
    )
    def test_a_name_that_is_taken_or_a_function_that_is_missing_is_told_at_the_start(
        self, settings: Settings, claims: dict[str, str]
    ) -> None:
        settings.TOKEN_CLAIMS = claims
        with pytest.raises(SystemCheckError, match="TOKEN_CLAIMS"):
            call_command("check")
        assert (missing_step() or "").startswith("TOKEN_CLAIMS")

    def test_none_makes_a_token_that_is_refused_for_its_length(
        self, alice: User, settings: Settings
    ) -> None:
        settings.TOKEN_CLAIMS = {"long": f"{__name__}.far_too_long"}
        login = login_begin(alice, strategy=Login.TOKEN_STRATEGY)
        with pytest.raises(ValueError, match="at most 4096 bytes"):
            token_strategy().issue(login)


def test_both_credentials_note_when_the_user_last_logged_in(client: Api, alice: User) -> None:
    for log_in in (client.log_in, client.log_in_by_token):
        User.objects.update(last_login=None)
        before = datetime.now(UTC)
        assert log_in("alice").status_code == 200
        alice.refresh_from_db()
        assert alice.last_login is not None
        assert before <= alice.last_login <= datetime.now(UTC)


class TestUser:
    def test_a_disabled_user_is_refused_and_stays_so(self, client: Api, alice: User) -> None:
        access, spare = client.pair("alice")
        alice.is_active = False
        alice.save()
        answer = client.me(access)
        assert (answer.status_code, answer.json()["code"]) == (401, "user_inactive")
        assert verify(client, spare).status_code == refresh(client, spare).status_code == 401
        alice.is_active = True
        alice.save()
        assert client.me(access).status_code == 401
        assert refresh(client, spare).status_code == 401

    def test_a_deleted_user_is_refused(self, client: Api, alice: User) -> None:
        access, spare = client.pair("alice")
        alice.delete()
        answer = client.me(access)
        assert (answer.status_code, answer.json()["code"]) == (401, "user_not_found")
        assert refresh(client, spare).status_code == 401
        assert blacklist(client, spare).status_code == 200

    def test_a_new_password_ends_the_tokens(self, client: Api, alice: User) -> None:
        access, spare = client.pair("alice")
        alice.set_password("eight brown barrels")
        alice.save()
        assert client.me(access).status_code == 401
        assert refresh(client, spare).status_code == 401

    def test_a_role_that_was_taken_away_is_gone_at_once(self, client: Api, alice: User) -> None:
        access, _ = client.pair("alice")
        User.objects.filter(pk=alice.pk).update(role="editor")
        assert client.me(access).json()["role"] == "editor"


class TestForgery:
    """Mallory holds a genuine token of her own, or the site's key by mistake."""

    def test_the_id_of_somebody_elses_login_opens_nothing(
        self, client: Api, alice: User, bob: User
    ) -> None:
        access, _ = client.pair("alice")
        sid = peek(access)[1]["sid"]
        claims = claims_of(site_realm(), sid=sid, user_id=str(bob.pk))
        assert client.me(forged(site_realm(), payload=claims)).status_code == 401

    def test_a_token_without_a_login_opens_nothing(self, client: Api, alice: User) -> None:
        claims = claims_of(site_realm(), sid=uuid.uuid4().hex, user_id=str(alice.pk))
        token = forged(site_realm(), payload=claims)
        assert client.me(token).status_code == 401
        assert verify(client, token).status_code == 401

    def test_blacklisting_with_an_invented_login_ends_nothing(
        self, client: Api, alice: User
    ) -> None:
        claims = claims_of(site_realm(), token_type="refresh", user_id=str(alice.pk))
        access, _ = client.pair("alice")
        assert blacklist(client, forged(site_realm(), payload=claims)).status_code == 200
        assert client.me(access).status_code == 200


class TestRefusal:
    def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(
        self, client: Api, alice: User
    ) -> None:
        wrong = client.log_in_by_token("alice", "wrong")
        unknown = client.log_in_by_token("nobody", "wrong")
        assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
        assert wrong.json() == {
            "detail": "No active account found with the given credentials",
            "code": "no_active_account",
            "action": "log_in",
        }

    @pytest.mark.parametrize("path", ["refresh", "verify", "blacklist"])
    @pytest.mark.parametrize("token", ["x", "a.b.c", "é.é.é", "x" * 5000, "e30.e30.e30"])
    def test_garbage_is_refused_as_simplejwt_does(self, client: Api, path: str, token: str) -> None:
        answer = client.post(f"/api/token/{path}/", json={"refresh": token, "token": token})
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_not_valid"
        assert answer.headers["www-authenticate"].startswith('Bearer realm="api", error="invalid_')

    @pytest.mark.parametrize(("path", "field"), [("refresh", "refresh"), ("verify", "token")])
    def test_a_missing_or_empty_field_is_named(self, client: Api, path: str, field: str) -> None:
        values: list[object] = ["", None, [], {}]
        for body in ({}, *({field: value} for value in values)):
            answer = client.post(f"/api/token/{path}/", json=body)
            assert answer.status_code == 400
            assert list(answer.json()) == [field]


class TestNames:
    def test_the_password_is_neither_trimmed_nor_cut(self, client: Api, alice: User) -> None:
        alice.set_password(f" {PASSWORD}\t")
        alice.save()
        assert client.log_in_by_token("alice", PASSWORD).status_code == 401
        assert client.log_in_by_token("alice", f" {PASSWORD}\t").status_code == 200

    def test_a_name_is_normalised_as_on_the_page(
        self, client: Api, new_client: Callable[[], Api], alice: User
    ) -> None:
        wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "alice")
        assert client.log_in_by_token(wide).status_code == 200
        assert client.log_in(wide).json()["username"] == "alice"

    def test_a_session_cookie_does_not_disturb_a_log_in_by_token(
        self, client: Api, alice: User, bob: User
    ) -> None:
        client.log_in("alice")
        access, _ = client.pair("bob")
        assert client.get("/api/me/", headers=bearer(access)).json()["username"] == "bob"
        assert client.me().json()["username"] == "alice"
