"""The logins of whoever asks: list them, end them, change the password, by either credential."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import BlacklistedToken, EndReason, Login, ThrottleCount, User, login_begin
from accounts.site import logins, signin
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.strategies.session_joined import SessionJoined
from accounts.tokens.realm import site_realm
from tests.cast import NO_GUESSES, PASSWORD
from tests.devices import CARRIERS, Carrier, Device, stolen

pytestmark = pytest.mark.django_db

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
NEW_PASSWORD = "eight brown barrels"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(params=CARRIERS)
def here(request: pytest.FixtureRequest, alice: User) -> Device:
    """Alice's device that asks, by cookie and by token."""
    return Device(request.param).log_in(alice)


@pytest.fixture(params=CARRIERS)
def there(request: pytest.FixtureRequest, alice: User) -> Device:
    """Another device of hers, by cookie and by token."""
    return Device(request.param, IPHONE).log_in(alice)


def listed(device: Device) -> list[dict[str, Any]]:
    answer = device.send("GET", "/api/logins/")
    assert answer.status_code == 200
    return list(answer.json())


def reasons(device: Device) -> dict[str, str | None]:
    """Why each login ended, by its id; None while it is live."""
    return {entry["id"]: entry["end_reason"] for entry in listed(device)}


def end(device: Device, login: Login) -> int:
    return device.send("DELETE", f"/api/logins/{login.pk}/").status_code


def change(device: Device, old: str = PASSWORD, new: str = NEW_PASSWORD) -> Any:
    """Change the password; the device keeps the tokens that it is given."""
    answer = device.send("POST", "/api/password/", {"old_password": old, "new_password": new})
    if "access" in answer.json():
        assert answer.json()["expires_in"] == 300
        device.keep(answer.json())
    return answer


class TestList:
    def test_both_modes_stand_in_one_list_in_words(self, alice: User) -> None:
        browser = Device("session").log_in(alice)
        program = Device("jwt", "python-httpx/0.28.1").log_in(alice)
        mine, other = listed(program)
        assert (mine["carrier"], mine["device"], mine["current"]) == ("jwt", "python-httpx", True)
        assert (other["carrier"], other["current"]) == ("session", False)
        assert (other["device"], other["address"]) == ("Firefox on Windows", "127.0.0.1")
        assert mine["ended_at"] is mine["end_reason"] is mine["ended_because"] is None
        assert [entry["id"] for entry in listed(browser)] == [other["id"], mine["id"]]

    def test_nobody_else_is_in_it(self, here: Device, bob: User) -> None:
        Device("session").log_in(bob)
        Device("jwt").log_in(bob)
        assert [entry["id"] for entry in listed(here)] == [str(here.login.pk)]

    def test_no_credential_is_in_it(self, here: Device, alice: User) -> None:
        text = here.send("GET", "/api/logins/").content.decode()
        login = here.login
        held = [here.cookie, here.access, here.refresh]
        kept = [str(login.refresh_jti), login.refresh_jti and login.refresh_jti.hex]
        assert [secret for secret in (*held, *kept) if secret and secret in text] == []

    def test_an_ended_one_says_why_for_a_week(self, here: Device, there: Device) -> None:
        gone = there.login
        end(here, gone)
        assert reasons(here) == {str(here.login.pk): None, str(gone.pk): "elsewhere"}
        Login.objects.filter(pk=gone.pk).update(ended_at=datetime.now(UTC) - timedelta(days=8))
        assert list(reasons(here)) == [str(here.login.pk)]

    def test_one_that_reached_its_end_says_so(self, here: Device, there: Device) -> None:
        past = datetime.now(UTC) - timedelta(hours=1)
        gone = there.login
        Login.objects.filter(pk=gone.pk).update(expires=past)
        assert not there.is_in()
        [entry] = [entry for entry in listed(here) if entry["id"] == str(gone.pk)]
        assert entry["end_reason"] == entry["ended_because"] == "expired"
        assert datetime.fromisoformat(entry["ended_at"]) == past

    def test_one_that_was_not_used_says_so(self, alice: User) -> None:
        browser = Device("session").log_in(alice, remember=True)
        program = Device("jwt").log_in(alice)
        ids = {str(browser.login.pk), str(program.login.pk)}
        with time_machine.travel(datetime.now(UTC) + timedelta(days=2, minutes=1)):
            late = Device("jwt").log_in(alice)
            assert {id_ for id_, why in reasons(late).items() if why == "unused"} == ids
            assert not browser.is_in()
            assert program.renew().status_code == 401

    def test_one_begun_while_all_others_ended_is_not_shown_as_live(self, here: Device) -> None:
        stale = login_begin(here.login.user, strategy=SessionJoined.slug)
        Login.objects.filter(pk=stale.pk).update(token_version=41)
        assert reasons(here)[str(stale.pk)] == "everywhere"

    def test_very_many_come_in_pages_that_lead_to_the_next(self, here: Device, alice: User) -> None:
        for _ in range(logins.PAGE + 5):
            login_begin(alice, strategy=SessionJoined.slug)
        first = here.send("GET", "/api/logins/")
        assert first["Link"] == '</api/logins/?page=2>; rel="next"'
        second = here.send("GET", "/api/logins/?page=2")
        assert "Link" not in second
        assert first["X-Total-Count"] == second["X-Total-Count"] == str(logins.PAGE + 6)
        assert here.send("GET", "/api/logins/?page=3").status_code == 404
        assert first.json()[0]["current"]
        found = {entry["id"] for entry in first.json() + second.json()}
        assert found == {str(pk) for pk in alice.logins.values_list("pk", flat=True)}

    @pytest.mark.parametrize("number", ["0", "-1", "x", "1e3", "٣", "2", "9" * 30])
    def test_what_is_no_page_is_not_found(self, here: Device, number: str) -> None:
        answer = here.send("GET", f"/api/logins/?page={number}")
        assert answer.status_code == 404
        assert answer.json() == {"detail": "There is no such page", "code": "not_found"}

    def test_the_total_counts_what_is_live(self, here: Device, there: Device) -> None:
        end(here, there.login)
        answer = here.send("GET", "/api/logins/?page=")
        assert len(answer.json()) == 2
        assert answer["X-Total-Count"] == "1"

    def test_many_that_expired_do_not_hide_one_that_was_ended(
        self, here: Device, there: Device, alice: User
    ) -> None:
        past = datetime.now(UTC) - timedelta(days=3)
        for _ in range(150):
            old = login_begin(alice, strategy=SessionJoined.slug)
            Login.objects.filter(pk=old.pk).update(expires=past, last_seen=past, created=past)
        gone = there.login
        end(here, gone)
        assert reasons(here)[str(gone.pk)] == "elsewhere"

    def test_a_stranger_is_asked_to_log_in(self) -> None:
        answer = Device("session").send("GET", "/api/logins/")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_one_of_a_strategy_that_is_gone_is_shown(self, here: Device, alice: User) -> None:
        Login.objects.create(
            user=alice, strategy="jwt-gone", token_version=alice.token_version, expires=FUTURE
        )
        assert len(listed(here)) == 2

    def test_one_that_changes_the_password_meanwhile_is_not_shown_as_ended(
        self, alice: User
    ) -> None:
        asked_before = User.objects.get(pk=alice.pk)
        browser = Device("session").log_in(alice)
        assert change(browser).status_code == 200
        found = logins.listing(asked_before, current=None)
        assert [entry.login for entry in found.live] == [browser.login]
        assert not found.ended


class TestEndOne:
    def test_it_takes_effect_with_the_next_request(self, here: Device, there: Device) -> None:
        gone = there.login
        assert there.is_in()
        assert end(here, gone) == 204
        assert not there.is_in()
        assert there.carrier == "session" or there.renew().status_code == 401
        assert here.is_in()
        assert reasons(here)[str(gone.pk)] == "elsewhere"

    def test_it_may_be_repeated_and_the_reason_stays(self, here: Device, there: Device) -> None:
        gone = there.login
        Login.objects.filter(pk=gone.pk).end(EndReason.STAFF)
        assert end(here, gone) == 204
        assert reasons(here)[str(gone.pk)] == "staff"

    def test_ending_ones_own_is_logging_out(self, here: Device) -> None:
        mine = here.login
        thief = stolen(here)
        assert end(here, mine) == 204
        assert not here.is_in()
        assert not thief.is_in()
        assert here.cookie == ""
        mine.refresh_from_db()
        assert mine.end_reason == EndReason.LOGGED_OUT

    def test_somebody_elses_does_not_exist(self, here: Device, bob: User) -> None:
        bobs = Device("session").log_in(bob)
        answer = here.send("DELETE", f"/api/logins/{bobs.login.pk}/")
        nobodys = here.send("DELETE", "/api/logins/01234567-89ab-cdef-0123-456789abcdef/")
        assert (answer.status_code, answer.content) == (404, nobodys.content)
        assert answer.json() == {"detail": "You have no such login", "code": "not_found"}
        assert bobs.is_in()

    @pytest.mark.parametrize("name", ["1", "None", "0" * 31, "%00", "z" * 36])
    def test_what_is_no_id_does_not_exist(self, here: Device, name: str) -> None:
        assert here.send("DELETE", f"/api/logins/{name}/").status_code == 404

    def test_a_token_login_is_blacklisted_whole(self, here: Device, alice: User) -> None:
        program = Device("jwt").log_in(alice)
        older = program.access
        program.renew()
        end(here, program.login)
        row = BlacklistedToken.objects.get()
        assert (row.jti, row.reason) == (program.login.pk, EndReason.ELSEWHERE)
        program.access = older
        assert not program.is_in()


class TestLogOutEverywhere:
    def test_every_credential_is_refused_from_then_on(
        self, here: Device, there: Device, bob: User
    ) -> None:
        bobs = Device("jwt").log_in(bob)
        answer = here.send("POST", "/api/logout-everywhere/")
        assert (answer.status_code, answer.json()) == (200, {"ended": 2})
        assert not here.is_in()
        assert not there.is_in()
        assert here.cookie == ""
        assert bobs.is_in()

    def test_a_login_that_began_meanwhile_is_refused_too(self, there: Device, alice: User) -> None:
        # Its password was checked before, its row is written after: the user's counter alone tells.
        User.objects.filter(pk=alice.pk).update(token_version=F("token_version") + 1)
        assert not there.is_in()
        assert there.carrier == "session" or there.renew().status_code == 401

    def test_the_list_says_why(self, here: Device, there: Device, alice: User) -> None:
        here.send("POST", "/api/logout-everywhere/")
        again = Device("session").log_in(alice)
        assert sorted(map(str, reasons(again).values())) == ["None", "everywhere", "everywhere"]


class TestConfirmation:
    """Ending other logins asks for the password, unless it was given within ten minutes."""

    @pytest.fixture
    def later(self, here: Device) -> Device:
        Login.objects.update(password_at=timezone.now() - timedelta(minutes=11))
        return here

    def ask(self, device: Device, there: Device, way: str, **body: str) -> Any:
        one = ("DELETE", f"/api/logins/{there.login.pk}/")
        method, path = one if way == "one" else ("POST", "/api/logout-everywhere/")
        return device.send(method, path, body or None)

    @pytest.mark.parametrize("way", ["one", "all"])
    def test_without_it_nothing_ends(self, there: Device, later: Device, way: str) -> None:
        answer = self.ask(later, there, way)
        assert (answer.status_code, answer.json()["code"]) == (403, "password_required")
        assert there.is_in()

    @pytest.mark.parametrize("way", ["one", "all"])
    def test_a_wrong_one_is_a_guess(self, there: Device, later: Device, way: str) -> None:
        answer = self.ask(later, there, way, password="wrong")
        assert answer.json() == {"password": ["This is not your current password."]}
        assert answer.status_code == 400
        assert there.is_in()
        assert ThrottleCount.objects.exists()

    @pytest.mark.parametrize("way", ["one", "all"])
    def test_with_it_they_end(self, there: Device, later: Device, way: str) -> None:
        assert self.ask(later, there, way, password=PASSWORD).status_code in (200, 204)
        assert not there.is_in()

    def test_it_counts_for_a_while(self, there: Device, later: Device, alice: User) -> None:
        third = Device("jwt").log_in(alice)
        assert self.ask(later, there, "one", password=PASSWORD).status_code == 204
        assert self.ask(later, third, "one").status_code == 204

    def test_logging_out_oneself_needs_none(self, later: Device) -> None:
        assert self.ask(later, later, "one").status_code == 204


class TestPassword:
    def test_the_device_that_changed_it_stays_and_the_others_end(
        self, here: Device, there: Device, alice: User
    ) -> None:
        other = there.login
        answer = change(here)
        assert (answer.status_code, answer.json()["ended"]) == (200, 1)
        assert here.is_in()
        assert here.carrier == "session" or here.renew().status_code == 200
        assert not there.is_in()
        assert reasons(here)[str(other.pk)] == "password"
        assert Device("jwt").log_in(alice, NEW_PASSWORD).is_in()

    def test_a_copy_from_before_is_worth_nothing(self, here: Device) -> None:
        before, thief = here.login, stolen(here)
        assert thief.is_in()
        assert change(here).status_code == 200
        assert here.is_in()
        assert not thief.is_in()
        assert here.carrier == "session" or thief.renew().status_code == 401
        assert here.login.expires == before.expires
        assert [entry["current"] for entry in listed(here) if not entry["ended_at"]] == [True]

    def test_a_login_that_ended_meanwhile_is_not_brought_back(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program = Device("jwt").log_in(alice)
        renew = signin.renew_token_login

        def late(login_id: uuid.UUID) -> Any:
            alice.end_logins(EndReason.STAFF)
            return renew(login_id)

        monkeypatch.setattr(signin, "renew_token_login", late)
        assert change(program).status_code == 200
        assert not program.is_in()

    def test_it_takes_the_current_password(self, here: Device, there: Device) -> None:
        answer = change(here, old="wrong")
        assert answer.status_code == 400
        assert answer.json() == {"old_password": ["This is not your current password."]}
        assert there.is_in()

    def test_of_two_who_change_it_at_once_the_second_is_refused_and_undoes_nothing(
        self, here: Device, there: Device, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def slow(*args: Any, **credentials: Any) -> Any:
            """Check the password, while another device replaces it."""
            checked = authenticate(*args, **credentials)
            monkeypatch.undo()
            assert change(there).status_code == 200
            return checked

        monkeypatch.setattr(signin, "authenticate", slow)
        answer = change(here, new="seven sour oranges")
        assert answer.status_code == 400
        assert answer.json() == {"old_password": ["This is not your current password."]}
        assert there.is_in()
        assert Device("jwt").log_in(alice, NEW_PASSWORD).is_in()

    def test_a_weak_one_is_refused_and_says_why(self, here: Device, there: Device) -> None:
        answer = change(here, new="12345678")
        assert answer.status_code == 400
        assert "This password is too common." in answer.json()["new_password"]
        assert there.is_in()

    def test_guessing_the_current_one_is_throttled(self, here: Device, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, **NO_GUESSES, "sign-in-pair": (3, 86_400)}
        assert [change(here, old=f"guess {n}").status_code for n in range(4)] == [
            400,
            400,
            400,
            429,
        ]
        assert int(change(here)["Retry-After"]) > 0

    def test_spaces_belong_to_it_and_a_longer_one_is_not_cut(self, here: Device) -> None:
        assert change(here, new=f" {NEW_PASSWORD} ").status_code == 200
        assert change(here, old=NEW_PASSWORD, new="another of the barrels").status_code == 400
        assert change(here, old=f" {NEW_PASSWORD} ", new="x" * 5000).status_code == 400


class TestCsrf:
    REQUESTS = (
        ("DELETE", "/api/logins/01234567-89ab-cdef-0123-456789abcdef/"),
        ("POST", "/api/logout-everywhere/"),
        ("POST", "/api/password/"),
    )

    @pytest.mark.parametrize(("method", "path"), REQUESTS)
    def test_a_cookie_alone_changes_nothing(self, alice: User, method: str, path: str) -> None:
        browser = Device("session").log_in(alice)
        answer = browser.client.generic(method, path, "{}", "application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert browser.is_in()

    @pytest.mark.parametrize(("method", "path"), REQUESTS)
    def test_a_bad_token_is_not_the_cookies_user(self, alice: User, method: str, path: str) -> None:
        browser = Device("session").log_in(alice)
        answer = browser.send(method, path, {}, Authorization="Bearer x.y.z")
        assert answer.status_code == 401
        assert browser.is_in()


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("count", [1, 50])
class TestQueries:
    """The same number with one and with fifty devices."""

    @pytest.fixture
    def asking(self, alice: User, carrier: Carrier, count: int) -> Device:
        for number in range(count):
            strategy = (SessionJoined, JwtBlacklistJoined)[number % 2](site_realm())
            strategy.issue(login_begin(alice, strategy=strategy.slug))
        return Device(carrier).log_in(alice)

    def test_the_list(
        self, asking: Device, django_assert_num_queries: DjangoAssertNumQueries, count: int
    ) -> None:
        with django_assert_num_queries(3):  # who asks, the live ones, those that ended
            assert len(listed(asking)) == count + 1

    def test_logging_out_everywhere(
        self, asking: Device, django_assert_num_queries: DjangoAssertNumQueries, count: int
    ) -> None:
        # Who asks, when the password was given, a transaction, the counter up and read, the logins
        # found and ended; for a cookie its row.
        with django_assert_num_queries(9 if asking.carrier == "session" else 8):
            answer = asking.send("POST", "/api/logout-everywhere/")
        assert answer.json() == {"ended": count + 1}

    def test_changing_the_password(self, asking: Device, count: int) -> None:
        with CaptureQueriesContext(connection) as queries:
            assert change(asking).json()["ended"] == count
        # Who asks, the throttle looked at, the password checked and replaced, the counter up
        # and read, this login, the others found and ended. A cookie gets a new key, and no row has
        # the old one.
        ours = [query["sql"] for query in queries if '"accounts_' in query["sql"]]
        # A program gets a new login in place of the old one.
        assert len(ours) == (11 if asking.carrier == "session" else 14)

    @pytest.mark.parametrize("what", ["disabled", "reset"])
    def test_disabling_the_account_and_setting_its_password(
        self,
        asking: Device,
        alice: User,
        what: str,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        if what == "disabled":
            alice.is_active = False
        else:
            alice.set_password(NEW_PASSWORD)
        # The row, the counter up and read, the logins found and ended, and the two transactions
        # around them.
        with django_assert_num_queries(9):
            alice.save()
        assert not asking.is_in()
        assert Login.objects.filter(ended_at=None).count() == 0


def test_a_login_by_token_lasts_as_long_as_one_by_cookie(alice: User) -> None:
    program = Device("jwt").log_in(alice)
    browser = Device("session").log_in(alice, remember=True)
    assert abs(program.login.expires - browser.login.expires) < timedelta(minutes=1)
    assert site_realm().refresh_lifetime < timedelta(days=14)
