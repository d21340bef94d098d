"""Sign up, log in, log out and change the password at a browser."""

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Login, User
from accounts.models.hashers import SiteHasher
from accounts.pages.account import create_account
from accounts.pages.forms import SignUpForm
from accounts.site import signin
from accounts.site.signin import MAX_PASSWORD_LENGTH
from tests.cast import NO_GUESSES, PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite", "postgres")]

NEW_PASSWORD = "eight brown barrels"
WIDE_ALICE = "".join(chr(ord(letter) + 0xFEE0) for letter in "alice")  # full-width letters


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def alices_client(alice: User) -> Client:
    return logged_in(alice)


def logged_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    assert log_in(client, user.username, password).status_code == 302
    return client


def log_in(client: Client, username: str, password: str, **more: str) -> "Response":
    return client.post("/login/", {"username": username, "password": password, **more})


def sign_up(client: Client, username: str, password: str = PASSWORD, **more: str) -> "Response":
    form = {"username": username, "password1": password, "password2": password, **more}
    return client.post("/signup/", form)


def change(client: Client, old: str, new: str) -> "Response":
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/password/", form)


def who(client: Client) -> str | None:
    """The name in the header of a page, None for a stranger."""
    page = client.get("/login/?next=/nowhere/", follow=True).content.decode()
    found = re.search(r"signed in as</span> <b[^>]*>(.*?)</b>", page)
    return found[1] if found else None


def said(response: "Response") -> str:
    """The newest message; a visitor who has not seen the older ones yet gets them too."""
    return [str(message) for message in get_messages(response.wsgi_request)][-1]


def field(page: str, name: str) -> str:
    """The tag of one input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found
    return found[0]


class TestSignUp:
    def test_it_makes_an_account_and_logs_in_to_it(self, visitor: Client) -> None:
        response = sign_up(visitor, "alice")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert said(response) == "Welcome, alice. You are logged in."
        assert who(visitor) == "alice"
        assert User.objects.get(username="alice").check_password(PASSWORD)

    def test_it_goes_on_to_where_the_visitor_was(self, visitor: Client) -> None:
        assert sign_up(visitor, "alice", next="/lab/")["Location"] == "/lab/"

    @pytest.mark.parametrize("name", ["alice", "ALICE", WIDE_ALICE])
    def test_a_name_that_is_taken_is_refused_however_it_is_spelt(
        self, visitor: Client, alice: User, name: str
    ) -> None:
        response = sign_up(visitor, name)
        assert response.status_code == 422
        assert "A user with that username already exists." in response.content.decode()
        assert User.objects.count() == 1

    def test_of_two_who_want_one_name_at_the_same_moment_the_second_is_told(self) -> None:
        form = SignUpForm({"username": "alice", "password1": PASSWORD, "password2": PASSWORD})
        assert form.is_valid()
        User.objects.create_user("alice")
        assert create_account(form) is None
        assert form.errors["username"] == ["A user with that username already exists."]

    @pytest.mark.django_db(transaction=True)
    def test_no_lock_of_the_database_is_held_while_the_password_is_hashed(
        self, visitor: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        encode, held = SiteHasher.encode, []

        def watched(hasher: SiteHasher, password: str, salt: str) -> str:
            held.append(connection.in_atomic_block)
            return encode(hasher, password, salt)

        monkeypatch.setattr(SiteHasher, "encode", watched)
        sign_up(visitor, "pupil")
        assert who(visitor) == "pupil"
        assert held == [False]

    def test_a_weak_password_is_refused_where_it_was_typed(self, visitor: Client) -> None:
        response = sign_up(visitor, "alice", "12345678")
        page = response.content.decode()
        assert response.status_code == 422
        assert 'aria-describedby="id_password1_helptext id_password1_error"' in page
        assert "This password is too common." in page
        assert {"aria-invalid", "autofocus"} <= set(re.findall(r"[\w-]+", field(page, "password1")))
        assert "12345678" not in page

    def test_two_passwords_that_differ_are_refused(self, visitor: Client) -> None:
        response = sign_up(visitor, "alice", password2=NEW_PASSWORD)
        assert response.status_code == 422
        assert not User.objects.exists()

    def test_a_password_of_any_sensible_length_counts_to_its_end(self, visitor: Client) -> None:
        long = "ab cd " * 682 + "wxyz"
        assert len(long) == MAX_PASSWORD_LENGTH
        assert sign_up(visitor, "alice", long).status_code == 302
        assert log_in(Client(), "alice", long[:-1] + "Z").status_code == 422
        assert log_in(Client(), "alice", long).status_code == 302

    def test_a_longer_one_is_refused_and_not_cut(self, visitor: Client) -> None:
        response = sign_up(visitor, "alice", "x" * (MAX_PASSWORD_LENGTH + 1))
        assert response.status_code == 422
        assert "A password has at most 4096 characters." in response.content.decode()
        assert "maxlength" not in field(response.content.decode(), "password1")

    def test_spaces_around_a_password_belong_to_it(self, visitor: Client) -> None:
        sign_up(visitor, "alice", f" {PASSWORD} ")
        assert log_in(Client(), "alice", PASSWORD).status_code == 422
        assert log_in(Client(), "alice", f" {PASSWORD} ").status_code == 302

    def test_somebody_logged_in_is_sent_on(self, alices_client: Client) -> None:
        assert alices_client.get("/signup/")["Location"] == "/"
        assert sign_up(alices_client, "mallory")["Location"] == "/"
        assert not User.objects.filter(username="mallory").exists()

    def test_nobody_fills_the_table_of_users(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "sign-up": (3, 86_400)}
        tries = [sign_up(Client(), name) for name in ("bob", "bob", "carol", "dave", "bob")]
        assert [answer.status_code for answer in tries] == [302, 422, 302, 429, 429]
        assert "Signing up is paused for this address." in tries[3].content.decode()
        assert int(tries[3]["Retry-After"]) > 0
        assert not User.objects.filter(username="dave").exists()
        assert Client().get("/signup/").status_code == 200


class TestLogIn:
    def test_it_begins_a_login_and_says_so(self, visitor: Client, alice: User) -> None:
        response = log_in(visitor, "alice", PASSWORD)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert said(response) == "You are logged in as alice."
        assert who(visitor) == "alice"
        assert Login.objects.get().user == alice

    def test_it_says_how_long_one_stays(self, visitor: Client, settings: Settings) -> None:
        settings.LOGIN_LIFETIME = timedelta(days=30)
        page = unescape(visitor.get("/login/").content.decode()).replace("\xa0", " ")
        assert "Ticked: 30 days, or until it is not used for 2 days." in page
        assert "Not ticked: until you close the browser, 12 hours at most." in page

    def test_it_goes_on_to_where_the_visitor_was(self, visitor: Client, alice: User) -> None:
        page = visitor.get("/login/?next=/lab/%3Frun%3D1").content.decode()
        assert '<input type="hidden" name="next" value="/lab/?run=1">' in page
        assert log_in(visitor, "alice", PASSWORD, next="/lab/?run=1")["Location"] == "/lab/?run=1"

    @pytest.mark.parametrize(
        "elsewhere",
        [
            "https://mallory.example/",
            "//mallory.example/",
            "///mallory.example/",
            "/\\mallory.example/",
            "\\\\mallory.example/",
            "http:///mallory.example/",
            "javascript:alert(1)",
            "mallory.example",
            "http://testserver/",
            "/\t/mallory.example",
            " //mallory.example",
            "//[",
            pytest.param("/" + "x" * 20_000, id="endless"),
        ],
    )
    def test_it_never_leads_to_another_site(
        self, visitor: Client, alice: User, elsewhere: str
    ) -> None:
        assert elsewhere not in visitor.get("/login/", {"next": elsewhere}).content.decode()
        assert log_in(visitor, "alice", PASSWORD, next=elsewhere)["Location"] == "/"

    def test_a_wrong_password_and_an_unknown_name_get_the_same_page(
        self, visitor: Client, alice: User
    ) -> None:
        known = log_in(visitor, "alice", "wrong password")
        unknown = log_in(visitor, "nobody", "wrong password")
        assert known.status_code == unknown.status_code == 422
        assert "Wrong username or password." in known.content.decode()
        assert without_secrets(known, "alice") == without_secrets(unknown, "nobody")
        assert who(visitor) is None

    def test_a_disabled_account_gets_the_same_page_too(self, visitor: Client, alice: User) -> None:
        User.objects.filter(id=alice.id).update(is_active=False)
        disabled = log_in(visitor, "alice", PASSWORD)
        unknown = log_in(visitor, "nobody", PASSWORD)
        assert disabled.status_code == 422
        assert without_secrets(disabled, "alice") == without_secrets(unknown, "nobody")

    def test_the_keyboard_goes_to_what_went_wrong(self, visitor: Client, alice: User) -> None:
        refused = log_in(visitor, "alice", "wrong password").content.decode()
        assert 'role="alert" tabindex="-1" autofocus' in refused
        assert "autofocus" not in field(refused, "username")
        empty = log_in(visitor, "alice", "").content.decode()
        assert "autofocus" in field(empty, "password")
        assert "autofocus" not in field(empty, "username")

    def test_a_name_is_normalised_as_it_was_at_sign_up(self, visitor: Client, alice: User) -> None:
        assert log_in(visitor, WIDE_ALICE, PASSWORD).status_code == 302

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("", ""),
            pytest.param("alice", "x" * (MAX_PASSWORD_LENGTH + 1), id="endless password"),
            ("alice", "a\x00b"),
            ("ali\x00ce", PASSWORD),
            pytest.param("a" * 151, PASSWORD, id="endless name"),
        ],
    )
    def test_what_cannot_be_a_name_and_a_password_is_refused_in_words(
        self, visitor: Client, alice: User, username: str, password: str
    ) -> None:
        response = log_in(visitor, username, password)
        assert response.status_code == 422
        assert 'class="errorlist"' in response.content.decode()

    def test_after_too_many_guesses_everybody_waits(
        self, visitor: Client, alice: User, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, **NO_GUESSES, "sign-in-pair": (3, 86_400)}
        guesses = [log_in(visitor, "alice", f"guess {number}").status_code for number in range(3)]
        assert guesses == [422, 422, 422]
        right = log_in(visitor, "alice", PASSWORD)
        assert right.status_code == 429
        assert int(right["Retry-After"]) > 0
        assert "Too many wrong passwords" in right.content.decode()
        assert who(visitor) is None

    def test_the_cookie_of_before_is_worth_nothing_after(
        self, visitor: Client, alice: User
    ) -> None:
        log_in(visitor, "alice", PASSWORD)
        first = visitor.cookies[settings.SESSION_COOKIE_NAME].value
        visitor.post("/logout/")
        log_in(visitor, "alice", PASSWORD)
        assert visitor.cookies[settings.SESSION_COOKIE_NAME].value != first
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = first
        assert who(thief) is None

    def test_logging_in_while_logged_in_changes_the_user(
        self, alices_client: Client, bob: User
    ) -> None:
        assert "You are logged in as alice." in alices_client.get("/login/").content.decode()
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = alices_client.cookies[
            settings.SESSION_COOKIE_NAME
        ].value
        assert log_in(alices_client, "bob", PASSWORD).status_code == 302
        assert who(alices_client) == "bob"
        assert who(thief) is None


class TestLogOut:
    def test_the_setting_says_where_to_go(self, alices_client: Client, settings: Settings) -> None:
        settings.LOGOUT_REDIRECT_URL = "/lab/"
        assert alices_client.post("/logout/")["Location"] == "/lab/"

    def test_it_ends_the_login(self, alices_client: Client) -> None:
        stolen = alices_client.cookies[settings.SESSION_COOKIE_NAME].value
        response = alices_client.post("/logout/")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert said(response) == "You are logged out."
        assert who(alices_client) is None
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
        assert who(thief) is None

    def test_a_link_cannot_do_it(self, alices_client: Client) -> None:
        response = alices_client.get("/logout/")
        assert (response.status_code, response["Allow"]) == (405, "POST")
        assert "Log out alice</button>" in response.content.decode()
        assert who(alices_client) == "alice"

    def test_another_site_cannot_do_it(self, alice: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = logged_in(alice).cookies
        assert strict.post("/logout/").status_code == 403
        assert who(strict) == "alice"

    def test_it_may_be_done_twice(self, alices_client: Client) -> None:
        alices_client.post("/logout/")
        assert alices_client.post("/logout/").status_code == 302


class TestChangePassword:
    def test_only_the_new_password_is_good_afterwards(self, alices_client: Client) -> None:
        assert change(alices_client, PASSWORD, NEW_PASSWORD).status_code == 302
        assert log_in(Client(), "alice", PASSWORD).status_code == 422
        assert log_in(Client(), "alice", NEW_PASSWORD).status_code == 302

    def test_this_login_stays_and_the_others_end(self, alice: User) -> None:
        here, elsewhere = logged_in(alice), logged_in(alice)
        response = change(here, PASSWORD, NEW_PASSWORD)
        assert (
            said(response)
            == "Your password is changed. You stay logged in here. Your other login has ended."
        )
        assert who(here) == "alice"
        assert who(elsewhere) is None

    def test_it_takes_the_current_password(self, alices_client: Client) -> None:
        response = change(alices_client, "wrong password", NEW_PASSWORD)
        page = response.content.decode()
        assert response.status_code == 422
        assert "This is not your current password." in page
        assert "autofocus" in field(page, "old_password")
        assert log_in(Client(), "alice", PASSWORD).status_code == 302

    def test_of_two_who_change_it_at_once_the_second_is_told(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(*args: Any, **credentials: Any) -> Any:
            """Check the password, while another browser replaces it."""
            checked = authenticate(*args, **credentials)
            monkeypatch.undo()
            assert change(first, PASSWORD, NEW_PASSWORD).status_code == 302
            return checked

        first, second = logged_in(alice), logged_in(alice)
        monkeypatch.setattr(signin, "authenticate", slow)
        response = change(second, PASSWORD, "seven sour oranges")
        assert response.status_code == 422
        assert "This is not your current password." in response.content.decode()
        assert who(first) == "alice"
        assert log_in(Client(), "alice", NEW_PASSWORD).status_code == 302

    def test_guessing_the_current_password_is_throttled(
        self, alices_client: Client, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, **NO_GUESSES, "sign-in-pair": (3, 86_400)}
        for number in range(3):
            change(alices_client, f"guess {number}", NEW_PASSWORD)
        assert change(alices_client, PASSWORD, NEW_PASSWORD).status_code == 429

    def test_a_weak_one_is_refused(self, alices_client: Client) -> None:
        response = change(alices_client, PASSWORD, "alice123")
        assert response.status_code == 422
        assert "too similar to the username" in response.content.decode()

    def test_a_stranger_logs_in_first(self, visitor: Client) -> None:
        assert visitor.get("/password/")["Location"] == "/login/?next=/password/"

    def test_a_password_manager_is_told_whose_password_it_is(self, alices_client: Client) -> None:
        page = alices_client.get("/password/").content.decode()
        assert 'value="alice" autocomplete="username"' in page
        assert 'autocomplete="current-password"' in field(page, "old_password")
        assert 'autocomplete="new-password"' in field(page, "new_password1")


@pytest.mark.parametrize("address", ["/login/", "/signup/", "/password/", "/logout/", "/nowhere/"])
def test_pages_keep_to_the_content_security_policy(alices_client: Client, address: str) -> None:
    for client in (Client(), alices_client):
        page = client.get(address).content.decode()
        assert not re.search(
            r"<style|\sstyle=|\son\w+=|<script(?! src=)|https?://(?!www\.w3)", page
        )


def without_secrets(response: "Response", username: str) -> str:
    """A page without what differs between two requests: CSRF tokens and the name typed."""
    page = re.sub(r'(content|value)="\w{64}"', "", response.content.decode())
    return page.replace(username, "")
