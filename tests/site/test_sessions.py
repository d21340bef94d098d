"""Cookie sessions: a new key for each log-in, limits in time, and how seldom they are written."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel

import pytest
import time_machine
from django.conf import settings as site_settings
from django.contrib.auth import BACKEND_SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, Session, User
from accounts.strategies import Refused
from accounts.strategies.session_joined import SessionStore
from tests.cast import PASSWORD
from tests.devices import CARRIERS, Carrier, Device, stolen

pytestmark = pytest.mark.django_db


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    """A clock to shift; it stands still otherwise."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


def browser_of(user: User, *, remember: bool) -> Client:
    """Logged in by the form of the page."""
    browser = Client()
    form = {"username": user.username, "password": PASSWORD, "remember": "on"}
    if not remember:
        del form["remember"]
    assert browser.post("/login/", form).status_code == 302
    return browser


def cookie_of(browser: Client) -> "Morsel[str]":
    return browser.cookies[site_settings.SESSION_COOKIE_NAME]


def is_in(browser: Client) -> bool:
    return browser.get("/api/me/").status_code == 200


def verdict_code(key: str) -> str:
    store = SessionStore(key)
    store.keys()
    assert isinstance(store.verdict, Refused)
    return store.verdict.code


class TestRememberMe:
    def test_without_it_the_cookie_goes_with_the_browser(self, alice: User) -> None:
        cookie = cookie_of(browser_of(alice, remember=False))
        assert cookie["max-age"] == cookie["expires"] == ""

    def test_and_the_login_ends_sooner(self, alice: User, later: time_machine.Traveller) -> None:
        browser = browser_of(alice, remember=False)
        later.shift(timedelta(hours=12) - timedelta(seconds=1))
        assert is_in(browser)
        later.shift(timedelta(seconds=1))
        assert not is_in(browser)

    def test_with_it_the_cookie_lives_as_long_as_the_login(self, alice: User) -> None:
        cookie = cookie_of(browser_of(alice, remember=True))
        assert abs(int(cookie["max-age"]) - timedelta(days=14).total_seconds()) <= 1
        left = Login.objects.get().expires - datetime.now(UTC)
        assert abs(left - timedelta(days=14)) < timedelta(minutes=1)

    def test_the_api_asks_for_it_in_the_body(self, alice: User) -> None:
        short = Device("session").log_in(alice)
        long = Device("session").log_in(alice, remember=True)
        assert short.client.cookies[site_settings.SESSION_COOKIE_NAME]["max-age"] == ""
        assert long.client.cookies[site_settings.SESSION_COOKIE_NAME]["max-age"]
        assert long.login.expires - short.login.expires > timedelta(days=13)

    def test_a_new_account_is_not_remembered(self) -> None:
        browser = Client()
        form = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD}
        browser.post("/signup/", form)
        assert cookie_of(browser)["max-age"] == ""


class TestKey:
    def test_each_log_in_has_a_new_one_and_the_row_only_a_digest(self, alice: User) -> None:
        keys = {Device("session").log_in(alice).cookie for _ in range(3)}
        assert len(keys) == 3
        rows = "".join(f"{row.digest} {row.digest.hex} {row.data}" for row in Session.objects.all())
        assert [key for key in keys if key in rows] == []

    def test_a_new_password_on_the_page_changes_it(self, alice: User) -> None:
        browser = Device("session").log_in(alice)
        thief = stolen(browser)
        form = {"old_password": PASSWORD, "csrfmiddlewaretoken": browser.csrf()}
        for field in ("new_password1", "new_password2"):
            form[field] = "eight brown barrels"
        assert browser.client.post("/password/", form).status_code == 302
        assert browser.is_in()
        assert not thief.is_in()


class TestLimits:
    def test_a_session_that_is_used_lives_until_its_fixed_end(
        self, alice: User, later: time_machine.Traveller
    ) -> None:
        browser = browser_of(alice, remember=True)
        for _ in range(13):
            later.shift(timedelta(days=1))
            assert is_in(browser)
        later.shift(timedelta(days=1))
        key = cookie_of(browser).value
        assert not is_in(browser)
        assert verdict_code(key) in ("login_expired", "session_expired")

    def test_one_that_is_not_used_ends_before(
        self, alice: User, later: time_machine.Traveller, settings: Settings
    ) -> None:
        settings.SESSION_IDLE = timedelta(hours=1)
        browser = browser_of(alice, remember=True)
        key = cookie_of(browser).value
        later.shift(timedelta(minutes=59))
        assert is_in(browser)
        later.shift(timedelta(minutes=59))
        assert is_in(browser)
        later.shift(timedelta(hours=1))
        assert verdict_code(key) == "login_unused"
        assert not is_in(browser)

    def test_both_limits_are_judged_in_the_one_query(self, alice: User) -> None:
        browser = browser_of(alice, remember=True)
        with CaptureQueriesContext(connection) as queries:
            assert is_in(browser)
        assert len(queries) == 1

    def test_a_dead_one_is_not_revived_by_trying(
        self, alice: User, later: time_machine.Traveller, settings: Settings
    ) -> None:
        settings.SESSION_IDLE = timedelta(hours=1)
        browser = browser_of(alice, remember=True)
        key = cookie_of(browser).value
        later.shift(timedelta(hours=1))
        for _ in range(2):
            assert verdict_code(key) == "login_unused"
            assert not is_in(browser)
            browser.cookies[site_settings.SESSION_COOKIE_NAME] = key

    def test_one_that_nobody_signed_in_to_ends_too(self, later: time_machine.Traveller) -> None:
        session = SessionStore()
        session["basket"] = ["a book"]
        session.set_expiry(60)
        session.create()
        later.shift(timedelta(seconds=59))
        assert SessionStore(session.session_key)["basket"] == ["a book"]
        later.shift(timedelta(seconds=1))
        assert "basket" not in SessionStore(session.session_key)


@pytest.mark.parametrize("carrier", CARRIERS)
class TestLastSeen:
    def writes(self, device: Device) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert device.is_in()
        return [q["sql"] for q in queries if not q["sql"].startswith("SELECT")]

    def test_it_is_written_at_most_once_a_minute(
        self, alice: User, carrier: Carrier, later: time_machine.Traveller
    ) -> None:
        device = Device(carrier).log_in(alice)
        login = device.login
        assert self.writes(device) == []
        later.shift(timedelta(seconds=61))
        [write] = self.writes(device)
        assert write.startswith('UPDATE "accounts_login" SET "last_seen"')
        assert self.writes(device) == []
        later.shift(timedelta(seconds=59))
        assert self.writes(device) == []
        login.refresh_from_db()
        assert login.last_seen == datetime.now(UTC) - timedelta(seconds=59)

    def test_a_refused_request_is_no_use(
        self, alice: User, carrier: Carrier, later: time_machine.Traveller
    ) -> None:
        device = Device(carrier).log_in(alice)
        login = device.login
        alice.end_logins(EndReason.STAFF)
        later.shift(timedelta(minutes=2))
        assert not device.is_in()
        login.refresh_from_db()
        assert login.last_seen < datetime.now(UTC) - timedelta(minutes=1)


def test_a_session_from_before_its_backend_moved_goes_on(alice: User) -> None:
    browser = browser_of(alice, remember=True)
    session = SessionStore(cookie_of(browser).value)
    session[BACKEND_SESSION_KEY] = "accounts.backends.SiteBackend"
    session.save()
    assert is_in(browser)
