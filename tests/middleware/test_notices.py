"""What a visitor is told on the next page, once."""

from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.middleware.notices import _replays
from accounts.models import EndReason, Login, User
from tests.cast import PASSWORD
from tests.devices import Device, stolen

pytestmark = pytest.mark.django_db

REPLAYED = "was sent a second time"


def browser_of(user: User) -> Client:
    browser = Client()
    browser.post("/login/", {"username": user.username, "password": PASSWORD})
    browser.get("/")
    return browser


def page(browser: Client, path: str = "/") -> str:
    return unescape(browser.get(path, follow=True).content.decode())


def replay(user: User) -> Login:
    """Let a refresh token of the user be spent twice, the second time after the grace."""
    program = Device("jwt", "python-httpx/0.28.1").log_in(user)
    thief = stolen(program)
    program.renew()
    assert program.is_in()
    with override_settings(REFRESH_GRACE=timedelta(0)):
        assert thief.renew().status_code == 401
    return program.login


class TestReplay:
    def test_its_user_is_told_on_the_next_page_and_only_once(self, alice: User) -> None:
        browser = browser_of(alice)
        login = replay(alice)
        found = page(browser)
        assert (
            f"A refresh token of one of your logins (python-httpx, 127.0.0.1) {REPLAYED}" in found
        )
        assert "change your password" in found
        assert REPLAYED not in page(browser)
        login.refresh_from_db()
        assert login.replay_notified_at is not None

    def test_the_list_says_it_for_longer(self, alice: User) -> None:
        browser = browser_of(alice)
        replay(alice)
        page(browser)
        assert "refresh token replayed" in page(browser, "/logins/")

    def test_who_was_away_is_told_after_logging_in(self, alice: User) -> None:
        replay(alice)
        browser = Client()
        browser.post("/login/", {"username": "alice", "password": PASSWORD})
        assert REPLAYED in page(browser)

    def test_nobody_else_is_told(self, alice: User, bob: User) -> None:
        bobs, stranger = browser_of(bob), Client()
        replay(alice)
        assert REPLAYED not in page(bobs)
        assert REPLAYED not in page(stranger)

    def test_a_request_to_the_api_does_not_use_the_notice_up(self, alice: User) -> None:
        browser = browser_of(alice)
        replay(alice)
        assert browser.get("/api/me/").status_code == 200
        assert REPLAYED in page(browser)

    def test_two_replays_are_told_together(self, alice: User) -> None:
        browser = browser_of(alice)
        replay(alice)
        replay(alice)
        assert page(browser).count(REPLAYED) == 2

    def test_of_two_pages_at_once_each_replay_is_told_on_one(self, alice: User) -> None:
        replay(alice)
        replay(alice)
        slow, fast = _replays(alice), _replays(alice)
        told = [next(slow), *fast]  # the slow one has read both rows and told one
        assert len([*told, *slow]) == 2


class TestLoggedOut:
    @pytest.mark.parametrize("reason", [EndReason.ELSEWHERE, EndReason.PASSWORD, EndReason.STAFF])
    def test_the_browser_whose_login_ended_is_told_why_once(
        self, alice: User, reason: EndReason
    ) -> None:
        browser = browser_of(alice)
        Login.objects.all().end(reason)
        told = f"You are no longer logged in. This login has ended: {reason.label}."
        assert told in page(browser)
        assert "no longer logged in" not in page(browser)

    def test_a_form_that_comes_too_late_leads_to_the_log_in_with_the_reason(
        self, alice: User
    ) -> None:
        browser = browser_of(alice)
        Login.objects.all().end(EndReason.ELSEWHERE)
        answer = browser.post("/logins/end-others/", follow=True)
        assert answer.redirect_chain == [("/login/?next=/logins/end-others/", 302)]
        assert "You are no longer logged in." in answer.content.decode()

    def test_who_logged_out_here_is_told_nothing_more(self, alice: User) -> None:
        browser = browser_of(alice)
        browser.post("/logout/")
        assert "no longer logged in" not in page(browser)

    def test_an_invented_cookie_is_told_nothing(self, db: None) -> None:
        stranger = Client()
        stranger.cookies[settings.SESSION_COOKIE_NAME] = "m" * 32
        assert "no longer logged in" not in page(stranger)


def test_a_visitor_without_a_cookie_costs_no_query(db: None) -> None:
    page(Client())  # what a process reads once
    with CaptureQueriesContext(connection) as queries:
        page(Client())
    assert len(queries) == 0
