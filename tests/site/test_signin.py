"""One check of name and password, for pages and API: throttled alike, answered alike."""

import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client, RequestFactory
from django.urls import resolve
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.lab import users as lab
from accounts.models import Login, ThrottleCount, User, login_begin
from accounts.models.hashers import HashTurn, SiteHasher
from accounts.site import signin, throttle
from accounts.site.guesses import BadCredentials
from accounts.site.signin import sign_in
from accounts.site.throttle import Limit, Throttled
from accounts.tracing.recorder import tracing
from tests.cast import NO_GUESSES, PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

START = datetime(2030, 1, 1, tzinfo=UTC)
HOME, MALLORY = "198.51.100.7", "203.0.113.66"


def by_page(name: str, password: str, address: str) -> "Response":
    form = {"username": name, "password": password}
    return Client().post("/login/", form, REMOTE_ADDR=address)


def by_token(name: str, password: str, address: str) -> "Response":
    body = {"username": name, "password": password}
    return Client().post("/api/token/", body, content_type="application/json", REMOTE_ADDR=address)


def by_cookie(name: str, password: str, address: str) -> "Response":
    body = {"username": name, "password": password}
    return Client().post(
        "/api/session/login/", body, content_type="application/json", REMOTE_ADDR=address
    )


LogIn = Callable[[str, str, str], "Response"]
REFUSED: dict[LogIn, int] = {by_page: 422, by_token: 401, by_cookie: 401}
DONE: dict[LogIn, int] = {by_page: 302, by_token: 200, by_cookie: 200}


@pytest.fixture(params=REFUSED, ids=["page", "token", "cookie"])
def log_in(request: pytest.FixtureRequest) -> LogIn:
    """Each way in."""
    way: LogIn = request.param
    return way


def attempt(name: str = "alice", password: str = "wrong", address: str = HOME) -> str:
    """Straight at the check, without the HTTP around it."""
    request = RequestFactory().post("/login/", REMOTE_ADDR=address)
    try:
        sign_in(request, username=name, password=password)
    except (BadCredentials, Throttled) as error:
        return type(error).__name__
    return "in"


def guess(count: int, *, name: str = "alice", address: str = MALLORY) -> set[str]:
    return {attempt(name, f"guess {number}", address) for number in range(count)}


class TestThrottle:
    @pytest.fixture(autouse=True)
    def clock(self, settings: Settings) -> Iterator[time_machine.Traveller]:
        """It stands, so that no window ends while a slow machine guesses."""
        settings.LIMITS = {
            "sign-in-pair": (3, 300),
            "sign-in-address": (6, 300),
            "sign-in-account": (9, 300),
            "sign-in-few": (2, 300),
            "sign-in-pair-slowly": (0, 10),
            "sign-in-address-slowly": (0, 10),
            "sign-in-account-slowly": (0, 10),
            "sign-in-account-all": (3, 10),
        }
        with time_machine.travel(START, tick=False) as clock:
            yield clock

    def test_it_is_the_same_for_the_page_and_the_api(self, alice: User, log_in: LogIn) -> None:
        for way in (by_page, by_token, by_cookie):
            assert way("alice", "wrong", MALLORY).status_code == REFUSED[way]
        answer = log_in("alice", PASSWORD, MALLORY)
        assert answer.status_code == 429
        assert 0 < int(answer["Retry-After"]) <= 10

    def test_it_ends_when_it_said(
        self, clock: time_machine.Traveller, alice: User, log_in: LogIn, settings: Settings
    ) -> None:
        settings.LIMITS["sign-in-pair-slowly"] = (1, 10)
        clock.move_to(START + timedelta(seconds=3))
        guess(4)
        answer = log_in("alice", PASSWORD, MALLORY)
        assert answer["Retry-After"] == "7"
        clock.shift(timedelta(seconds=7))
        assert log_in("alice", PASSWORD, MALLORY).status_code == DONE[log_in]

    def test_the_right_password_is_not_counted(self, alice: User) -> None:
        assert [attempt(password=PASSWORD) for _ in range(10)] == ["in"] * 10

    def test_a_right_one_in_between_does_not_clear_the_count(self, alice: User, bob: User) -> None:
        guess(2)
        attempt("bob", PASSWORD, MALLORY)
        attempt("alice", PASSWORD, MALLORY)
        assert guess(1) == {"BadCredentials"}
        assert guess(1) == {"Throttled"}

    def test_one_address_may_not_try_many_accounts(self, alice: User) -> None:
        names = [f"nobody{number}" for number in range(6)]
        assert {attempt(name, "guess", MALLORY) for name in names} == {"BadCredentials"}
        assert attempt("alice", PASSWORD, MALLORY) == "Throttled"
        assert attempt("alice", PASSWORD, HOME) == "in"

    def test_where_the_owner_was_before_strangers_do_not_count(
        self, alice: User, log_in: LogIn
    ) -> None:
        assert log_in("alice", PASSWORD, HOME).status_code == DONE[log_in]
        for number in range(20):
            attempt("alice", "guess", f"203.0.113.{number}")
        assert log_in("alice", PASSWORD, HOME).status_code == DONE[log_in]
        assert log_in("alice", PASSWORD, MALLORY).status_code == 429

    def test_the_owners_own_guesses_still_count(self, alice: User) -> None:
        login_begin(alice, strategy="opaque", ip=HOME)
        for number in range(20):
            attempt("alice", "guess", f"203.0.113.{number}")
        assert guess(3, address=HOME) == {"BadCredentials"}
        assert guess(1, address=HOME) == {"Throttled"}

    def test_having_been_here_as_somebody_else_does_not_help(self, alice: User, bob: User) -> None:
        login_begin(bob, strategy="opaque", ip=MALLORY)
        for number in range(20):
            attempt("alice", "guess", f"203.0.113.{number}")
        assert attempt("alice", PASSWORD, MALLORY) == "Throttled"

    def test_a_refused_attempt_costs_nobody_else_anything(self, alice: User) -> None:
        guess(3)
        guess(20)
        assert attempt("bob", "guess", MALLORY) == "BadCredentials"

    @pytest.mark.parametrize("spelling", ["ALICE", "Alice", "\uff41lice", "alice "])
    def test_another_spelling_of_a_name_is_the_same_account(
        self, alice: User, spelling: str
    ) -> None:
        guess(3)
        assert by_token(spelling, "guess", MALLORY).status_code == 429

    def test_an_unknown_name_is_throttled_like_a_known_one(self, alice: User) -> None:
        for name in ("alice", "nobody"):
            assert guess(3, name=name) == {"BadCredentials"}
            assert guess(1, name=name) == {"Throttled"}

    def test_a_network_of_ipv6_is_one_address(self, alice: User) -> None:
        for number in range(3):
            attempt("alice", "guess", f"2001:db8::{number}")
        assert attempt("alice", PASSWORD, "2001:db8::ffff") == "Throttled"

    def test_a_forwarded_address_of_a_stranger_does_not_help(self, alice: User) -> None:
        for number in range(4):
            answer = Client(headers={"X-Forwarded-For": f"198.51.100.{number}"}).post(
                "/login/", {"username": "alice", "password": "guess"}, REMOTE_ADDR=MALLORY
            )
        assert answer.status_code == 429

    def test_the_admin_has_no_door_of_its_own(self, alice: User, bob: User) -> None:
        stranger, insider = Client(), Client()
        insider.post("/login/", {"username": "bob", "password": PASSWORD})
        form = {"username": "alice", "password": PASSWORD}
        for client in (stranger, insider):
            answer = client.post("/admin/login/", form)
            assert answer.status_code in (302, 403)
            assert answer.headers.get("Location", "/login/").startswith("/login/")
        assert not Login.objects.filter(user=alice).exists()

    def test_staff_change_their_password_on_the_throttled_page(self, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        staff = Client()
        staff.post("/login/", {"username": "alice", "password": PASSWORD})
        assert staff.get("/admin/").status_code == 200
        assert staff.get("/admin/login/")["Location"] == "/admin/"
        assert staff.post("/admin/password_change/", {})["Location"] == "/password/"

    def test_a_link_does_not_log_staff_out(self, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        staff = Client()
        staff.post("/login/", {"username": "alice", "password": PASSWORD})
        staff.get("/admin/logout/")
        assert staff.get("/admin/").status_code == 200
        staff.post("/admin/logout/")
        assert staff.get("/admin/").status_code == 302


class TestClass:
    """Forty people behind one address, with the limits as they are shipped."""

    @pytest.fixture(autouse=True)
    def quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(SiteHasher, "time_cost", 1)
        monkeypatch.setattr(SiteHasher, "memory_cost", 8)

    def test_all_log_in_to_one_account_and_half_of_them_mistype_twice(self, bob: User) -> None:
        bob.set_password(PASSWORD)  # with the quick hash
        bob.save()
        for number in range(40):
            for _ in range(2 * (number % 2)):
                assert attempt("bob") == "BadCredentials"
            assert attempt("bob", PASSWORD) == "in"

    def test_mistakes_of_all_lock_nobody_out_of_the_account_that_they_share(
        self, bob: User
    ) -> None:
        bob.set_password(PASSWORD)
        bob.save()
        by_page("bob", PASSWORD, HOME)
        throttle.charge(
            [
                Limit("sign-in-pair", f"{HOME} bob"),
                Limit("sign-in-address", HOME),
                Limit("sign-in-account", "bob"),
            ]
        )
        ThrottleCount.objects.update(count=40 * 9)
        assert attempt("bob", PASSWORD) == "in"

    def test_each_signs_up_and_makes_throwaway_users_for_a_whole_lesson(self) -> None:
        for scope, each in (
            # For 45 minutes: an account and two mistakes; two users for a story every ten seconds.
            ("sign-up", 3),
            ("lab-users", 540),
            ("lab-users-site", 540),
            ("lab-logins", 1080),
            ("lab-logins-site", 1080),
            ("bench", 1),
        ):
            throttle.charge([Limit(scope, HOME)])
            ThrottleCount.objects.update(count=40 * each - 1)
            throttle.take(Limit(scope, HOME))
            ThrottleCount.objects.all().delete()


class TestAlike:
    @pytest.mark.parametrize("name", ["alice", "nobody", "disabled", "no-password"])
    def test_one_slow_hash_is_computed_whoever_is_asked_for(self, alice: User, name: str) -> None:
        User.objects.create_user("disabled", password=PASSWORD, is_active=False)
        User.objects.create_user("no-password")
        with tracing() as trace:
            assert attempt(name) == "BadCredentials"
        assert [step.detail for step in trace.steps if step.kind == "hash"] == ["argon2"]

    def test_the_steps_told_to_the_browser_do_not_tell_a_known_name(
        self, alice: User, settings: Settings
    ) -> None:
        settings.TRACING = True
        told = [
            re.sub(r";dur=[0-9.]+", "", by_token(name, "wrong", HOME)["Server-Timing"])
            for name in ("alice", "nobody")
        ]
        assert told[0] == told[1]

    def test_the_pages_are_marked_for_djangos_login_required_middleware(self) -> None:
        for path in ("/login/", "/signup/"):
            assert resolve(path).func.login_required is False  # type: ignore[attr-defined]

    def test_the_limits_are_looked_at_before_the_hash(
        self, alice: User, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, **NO_GUESSES}
        with tracing() as trace:
            assert attempt() == "Throttled"
        assert trace.count("hash") == 0

    def test_the_right_password_costs_a_look_and_the_user(
        self, alice: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(2):
            assert attempt(password=PASSWORD) == "in"
        with django_assert_num_queries(4):
            assert attempt() == "BadCredentials"

    def test_no_more_passwords_are_hashed_at_once_than_there_are_cores(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(SiteHasher, "turn", HashTurn(1))
        running, most = [], []

        def slow(*arguments: Any) -> bool:
            running.append(1)
            most.append(len(running))
            time.sleep(0.02)
            running.pop()
            return True

        monkeypatch.setattr(Argon2PasswordHasher, "verify", slow)
        together = [Thread(target=SiteHasher().verify, args=("a", "b")) for _ in range(5)]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
        assert most == [1] * 5

    @pytest.mark.parametrize("limit", ["HASH_LINE", "HASH_WAIT"])
    def test_where_too_many_wait_it_is_said_at_once_and_is_no_guess(
        self, alice: User, settings: Settings, monkeypatch: pytest.MonkeyPatch, limit: str
    ) -> None:
        turn = HashTurn(1)
        monkeypatch.setattr(SiteHasher, "turn", turn)
        setattr(settings, limit, 0)
        with turn if limit == "HASH_WAIT" else nullcontext():
            browser = Client(raise_request_exception=False)
            form = {"username": "alice", "password": PASSWORD}
            page = browser.post("/login/", form)
            token = browser.post("/api/token/", form)
        assert (page.status_code, page["Retry-After"]) == (503, "5")
        assert "Too many people are logging in" in page.content.decode()
        assert (token.status_code, token["Retry-After"]) == (503, "5")
        assert token.json()["code"] == "too_many_log_ins"
        assert not ThrottleCount.objects.exists()
        settings.HASH_LINE = settings.HASH_WAIT = 1
        assert attempt(password=PASSWORD) == "in"

    def test_a_throwaway_user_waits_for_nobodys_hash(self, monkeypatch: pytest.MonkeyPatch) -> None:
        turn = MagicMock()
        turn.__enter__.side_effect = AssertionError("it waits")
        monkeypatch.setattr(SiteHasher, "turn", turn)
        made = lab.create_lab_user(uuid.uuid4())
        assert lab.sign_in(made.username, made.password) == made.user

    def test_a_password_beyond_the_limit_is_not_even_hashed(self, alice: User) -> None:
        with tracing() as trace:
            assert attempt(password="x" * (signin.MAX_PASSWORD_LENGTH + 1)) == "BadCredentials"
        assert trace.count("hash") == 0

    def test_neither_name_nor_password_is_kept_with_the_count(self, alice: User) -> None:
        attempt(password="correct horse battery staple")
        rows = str(ThrottleCount.objects.values())
        assert "key" in rows
        assert "horse" not in rows
        assert "alice" not in rows
