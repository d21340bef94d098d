"""Sign up, log in, log out and change the password at a browser."""

import re

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client

from accounts.models import Login, User
from accounts.pages.account import create
from accounts.pages.forms import PASSWORD_LIMIT, SignUpForm

pytestmark = pytest.mark.django_db

PASSWORD = "seven green bottles"
NEW_PASSWORD = "eight brown barrels"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", password=PASSWORD)


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def alices_browser(alice: User) -> Client:
    return logged_in(alice)


def logged_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    assert log_in(client, user.username, password).status_code == 302
    return client


def log_in(client: Client, username: str, password: str, **more: str) -> HttpResponse:
    return client.post("/login/", {"username": username, "password": password, **more})


def sign_up(client: Client, username: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    form = {"username": username, "password1": password, "password2": password, **more}
    return client.post("/signup/", form)


def change(client: Client, old: str, new: str) -> HttpResponse:
    form = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post("/password/", form)


def who(client: Client) -> str | None:
    """The name in the header of a page, None for a stranger."""
    page = client.get("/login/?next=/nowhere/", follow=True).content.decode()
    found = re.search(r"signed in as <b>(.*?)</b>", page)
    return found[1] if found else None


def messages(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def field(page: str, name: str) -> str:
    """The tag of one input."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert found
    return found[0]


class TestSignUp:
    def test_it_makes_an_account_and_logs_in_to_it(self, browser: Client) -> None:
        response = sign_up(browser, "alice")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert messages(response) == ["Welcome, alice. You are logged in."]
        assert who(browser) == "alice"
        assert User.objects.get(username="alice").check_password(PASSWORD)

    def test_it_goes_on_to_where_the_visitor_was(self, browser: Client) -> None:
        assert sign_up(browser, "alice", next="/lab/")["Location"] == "/lab/"

    @pytest.mark.parametrize("name", ["alice", "ALICE", "ａｌｉｃｅ"])
    def test_a_name_that_is_taken_is_refused_however_it_is_spelt(
        self, browser: Client, alice: User, name: str
    ) -> None:
        response = sign_up(browser, name)
        assert response.status_code == 422
        assert "A user with that username already exists." in response.content.decode()
        assert User.objects.count() == 1

    def test_of_two_who_want_one_name_at_the_same_moment_the_second_is_told(self) -> None:
        form = SignUpForm({"username": "alice", "password1": PASSWORD, "password2": PASSWORD})
        assert form.is_valid()
        User.objects.create_user("alice")
        assert create(form) is None
        assert form.errors["username"] == ["A user with that username already exists."]

    def test_a_weak_password_is_refused_where_it_was_typed(self, browser: Client) -> None:
        response = sign_up(browser, "alice", "12345678")
        page = response.content.decode()
        assert response.status_code == 422
        assert 'aria-describedby="id_password1_helptext id_password1_error"' in page
        assert "This password is too common." in page
        assert {"aria-invalid", "autofocus"} <= set(
            re.findall(r"[\w-]+", field(page, "password1"))
        )
        assert "12345678" not in page

    def test_two_passwords_that_differ_are_refused(self, browser: Client) -> None:
        response = sign_up(browser, "alice", password2=NEW_PASSWORD)
        assert response.status_code == 422
        assert not User.objects.exists()

    def test_a_password_of_any_sensible_length_counts_to_its_end(self, browser: Client) -> None:
        long = "ab cd " * 682 + "wxyz"
        assert len(long) == PASSWORD_LIMIT
        assert sign_up(browser, "alice", long).status_code == 302
        assert log_in(Client(), "alice", long[:-1] + "Z").status_code == 422
        assert log_in(Client(), "alice", long).status_code == 302

    def test_a_longer_one_is_refused_and_not_cut(self, browser: Client) -> None:
        response = sign_up(browser, "alice", "x" * (PASSWORD_LIMIT + 1))
        assert response.status_code == 422
        assert "A password has at most 4096 characters." in response.content.decode()
        assert "maxlength" not in field(response.content.decode(), "password1")

    def test_spaces_around_a_password_belong_to_it(self, browser: Client) -> None:
        sign_up(browser, "alice", f" {PASSWORD} ")
        assert log_in(Client(), "alice", PASSWORD).status_code == 422
        assert log_in(Client(), "alice", f" {PASSWORD} ").status_code == 302

    def test_somebody_logged_in_is_sent_on(self, alices_browser: Client) -> None:
        assert alices_browser.get("/signup/")["Location"] == "/"
        assert sign_up(alices_browser, "mallory")["Location"] == "/"
        assert not User.objects.filter(username="mallory").exists()


class TestLogIn:
    def test_it_begins_a_login_and_says_so(self, browser: Client, alice: User) -> None:
        response = log_in(browser, "alice", PASSWORD)
        assert (response.status_code, response["Location"]) == (302, "/")
        assert messages(response) == ["You are logged in as alice."]
        assert who(browser) == "alice"
        assert Login.objects.get().user == alice

    def test_it_goes_on_to_where_the_visitor_was(self, browser: Client, alice: User) -> None:
        page = browser.get("/login/?next=/lab/%3Frun%3D1").content.decode()
        assert '<input type="hidden" name="next" value="/lab/?run=1">' in page
        assert log_in(browser, "alice", PASSWORD, next="/lab/?run=1")["Location"] == "/lab/?run=1"

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
            "/\x00//mallory.example",
            " //mallory.example",
            "//[",
            "/" + "x" * 20_000,
        ],
    )
    def test_it_never_leads_to_another_site(
        self, browser: Client, alice: User, elsewhere: str
    ) -> None:
        assert elsewhere not in browser.get("/login/", {"next": elsewhere}).content.decode()
        response = log_in(browser, "alice", PASSWORD, next=elsewhere)
        assert response.status_code == 302
        assert response["Location"].startswith("/")
        assert "mallory.example" not in response["Location"].partition("/")[0]
        assert not re.match(r"[/\\]{2}", response["Location"])

    def test_a_wrong_password_and_an_unknown_name_get_the_same_page(
        self, browser: Client, alice: User
    ) -> None:
        known = log_in(browser, "alice", "wrong password")
        unknown = log_in(browser, "nobody", "wrong password")
        assert known.status_code == unknown.status_code == 422
        assert "This username and password do not belong together." in known.content.decode()
        assert without_secrets(known, "alice") == without_secrets(unknown, "nobody")
        assert who(browser) is None

    def test_a_disabled_account_gets_the_same_page_too(self, browser: Client, alice: User) -> None:
        User.objects.filter(id=alice.id).update(is_active=False)
        disabled = log_in(browser, "alice", PASSWORD)
        unknown = log_in(browser, "nobody", PASSWORD)
        assert disabled.status_code == 422
        assert without_secrets(disabled, "alice") == without_secrets(unknown, "nobody")

    def test_the_keyboard_goes_to_what_went_wrong(self, browser: Client, alice: User) -> None:
        refused = log_in(browser, "alice", "wrong password").content.decode()
        assert 'role="alert" tabindex="-1" autofocus' in refused
        assert "autofocus" not in field(refused, "username")
        empty = log_in(browser, "alice", "").content.decode()
        assert "autofocus" in field(empty, "password")
        assert "autofocus" not in field(empty, "username")

    def test_a_name_is_normalised_as_it_was_at_sign_up(self, browser: Client, alice: User) -> None:
        assert log_in(browser, "ａｌｉｃｅ", PASSWORD).status_code == 302

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("", ""),
            ("alice", "x" * (PASSWORD_LIMIT + 1)),
            ("alice", "a\x00b"),
            ("ali\x00ce", PASSWORD),
            ("a" * 151, PASSWORD),
        ],
    )
    def test_what_cannot_be_a_name_and_a_password_is_refused_in_words(
        self, browser: Client, alice: User, username: str, password: str
    ) -> None:
        response = log_in(browser, username, password)
        assert response.status_code == 422
        assert 'class="errorlist"' in response.content.decode()

    def test_after_too_many_guesses_everybody_waits(
        self, browser: Client, alice: User, settings: pytest.FixtureRequest
    ) -> None:
        settings.SIGN_IN_LIMITS = {"pair": 3, "address": 50, "account": 100}
        guesses = [log_in(browser, "alice", f"guess {number}").status_code for number in range(3)]
        assert guesses == [422, 422, 422]
        right = log_in(browser, "alice", PASSWORD)
        assert right.status_code == 429
        assert int(right["Retry-After"]) > 0
        assert "Too many wrong passwords" in right.content.decode()
        assert who(browser) is None

    def test_the_cookie_of_before_is_worth_nothing_after(
        self, browser: Client, alice: User
    ) -> None:
        log_in(browser, "alice", PASSWORD)
        first = browser.cookies[settings.SESSION_COOKIE_NAME].value
        browser.post("/logout/")
        log_in(browser, "alice", PASSWORD)
        assert browser.cookies[settings.SESSION_COOKIE_NAME].value != first
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = first
        assert who(thief) is None

    def test_somebody_logged_in_is_sent_on(self, alices_browser: Client) -> None:
        assert alices_browser.get("/login/?next=/lab/")["Location"] == "/lab/"
        assert alices_browser.get("/login/?next=//mallory.example")["Location"] == "/"


class TestLogOut:
    def test_it_ends_the_login(self, alices_browser: Client) -> None:
        stolen = alices_browser.cookies[settings.SESSION_COOKIE_NAME].value
        response = alices_browser.post("/logout/")
        assert (response.status_code, response["Location"]) == (302, "/")
        assert messages(response) == ["You are logged out."]
        assert who(alices_browser) is None
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = stolen
        assert who(thief) is None

    def test_a_link_cannot_do_it(self, alices_browser: Client) -> None:
        response = alices_browser.get("/logout/")
        assert (response.status_code, response["Allow"]) == (405, "POST")
        assert "Log out alice</button>" in response.content.decode()
        assert who(alices_browser) == "alice"

    def test_another_site_cannot_do_it(self, alice: User) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = logged_in(alice).cookies
        assert strict.post("/logout/").status_code == 403
        assert who(strict) == "alice"

    def test_it_may_be_done_twice(self, alices_browser: Client) -> None:
        alices_browser.post("/logout/")
        assert alices_browser.post("/logout/").status_code == 302


class TestChangePassword:
    def test_only_the_new_password_is_good_afterwards(self, alices_browser: Client) -> None:
        assert change(alices_browser, PASSWORD, NEW_PASSWORD).status_code == 302
        assert log_in(Client(), "alice", PASSWORD).status_code == 422
        assert log_in(Client(), "alice", NEW_PASSWORD).status_code == 302

    def test_this_login_stays_and_the_others_end(self, alice: User) -> None:
        here, elsewhere = logged_in(alice), logged_in(alice)
        response = change(here, PASSWORD, NEW_PASSWORD)
        assert messages(response) == [
            "Your password is changed. You stay logged in here; "
            "all your other logins, cookie sessions and tokens alike, have ended."
        ]
        assert who(here) == "alice"
        assert who(elsewhere) is None

    def test_it_takes_the_current_password(self, alices_browser: Client) -> None:
        response = change(alices_browser, "wrong password", NEW_PASSWORD)
        page = response.content.decode()
        assert response.status_code == 422
        assert "This is not your current password." in page
        assert "autofocus" in field(page, "old_password")
        assert log_in(Client(), "alice", PASSWORD).status_code == 302

    def test_guessing_the_current_password_is_throttled(
        self, alices_browser: Client, settings: pytest.FixtureRequest
    ) -> None:
        settings.SIGN_IN_LIMITS = {"pair": 3, "address": 50, "account": 100}
        for number in range(3):
            change(alices_browser, f"guess {number}", NEW_PASSWORD)
        assert change(alices_browser, PASSWORD, NEW_PASSWORD).status_code == 429

    def test_a_weak_one_is_refused(self, alices_browser: Client) -> None:
        response = change(alices_browser, PASSWORD, "alice123")
        assert response.status_code == 422
        assert "too similar to the username" in response.content.decode()

    def test_a_stranger_logs_in_first(self, browser: Client) -> None:
        assert browser.get("/password/")["Location"] == "/login/?next=/password/"

    def test_a_password_manager_is_told_whose_password_it_is(self, alices_browser: Client) -> None:
        page = alices_browser.get("/password/").content.decode()
        assert 'value="alice" autocomplete="username"' in page
        assert 'autocomplete="current-password"' in field(page, "old_password")
        assert 'autocomplete="new-password"' in field(page, "new_password1")


@pytest.mark.parametrize("address", ["/login/", "/signup/", "/password/", "/logout/", "/nowhere/"])
def test_pages_keep_to_the_content_security_policy(alices_browser: Client, address: str) -> None:
    for client in (Client(), alices_browser):
        page = client.get(address).content.decode()
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)|https?://(?!www\.w3)", page)


def without_secrets(response: HttpResponse, username: str) -> str:
    """A page without what differs between two requests: CSRF tokens and the name typed."""
    page = re.sub(r'(content|value)="\w{64}"', "", response.content.decode())
    return page.replace(username, "")
