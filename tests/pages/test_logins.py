"""The list of logins as a page, and the questions before one is ended."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User, login_begin
from accounts.site import logins as devices
from accounts.strategies.session_joined import SessionJoined
from accounts.templatetags.moments import ago, ahead, as_span
from tests.cast import NO_GUESSES, PASSWORD
from tests.devices import CARRIERS, Carrier, Device

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite", "postgres")]


@pytest.fixture
def client(alice: User) -> Client:
    """Alice's, where CSRF counts."""
    return Device("session").log_in(alice).client


def page(client: Client, path: str = "/logins/") -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def confirmed(client: Client, path: str) -> str:
    """Press the button of a question; the page after it."""
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page(client, path))
    assert token
    answer = client.post(path, {"csrfmiddlewaretoken": token[1]}, follow=True)
    return unescape(answer.content.decode())


def end_of(login: Login) -> str:
    return f"/logins/{login.pk}/end/"


class TestList:
    def test_it_says_all_there_is_to_know(self, client: Client, alice: User) -> None:
        Device("jwt", "python-httpx/0.28.1").log_in(alice)
        found = page(client)
        for words in (
            *("Firefox on Windows", "this device", "Cookie session · 127.0.0.1"),
            *("python-httpx", "Bearer token · 127.0.0.1", "just now"),
            *("Signed in", "Last used", "Expires", "in 11 hours, 59 minutes", "in 1 week, 6 days"),
            *("not used for 2 days", "not refreshed for 1 day"),
        ):
            assert words in found, words

    def test_a_name_from_the_outside_is_only_text(self, client: Client, alice: User) -> None:
        login_begin(alice, strategy=SessionJoined.slug, user_agent="<script>alert(1)</script>/1")
        assert "<script>alert" not in client.get("/logins/").content.decode()

    @pytest.mark.parametrize("count", [1, 50])
    def test_it_costs_four_queries(
        self,
        client: Client,
        alice: User,
        count: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for _ in range(count):
            login_begin(alice, strategy=SessionJoined.slug)
        page(client)
        with django_assert_num_queries(4):  # who asks, what to tell, the live, the ended
            page(client)

    def test_very_many_come_in_pages(self, client: Client, alice: User) -> None:
        for _ in range(120):
            login_begin(alice, strategy=SessionJoined.slug)
        first, second = page(client), page(client, "/logins/?page=2")
        assert [found.count("device__end") for found in (first, second)] == [100, 21]
        assert 'href="?page=2">Older</a>' in first
        assert "this device" in first
        assert 'href="?page=1">Newer</a>' in second
        assert "Older" not in second
        assert [client.get(f"/logins/?page={none}").status_code for none in (3, 0, "x")] == [
            404
        ] * 3
        asked = page(client, "/logins/end-all/")
        assert "These are the 100 used last. All earlier ones end, too." in asked
        assert "120 devices are signed out." in confirmed(client, "/logins/end-others/")

    def test_of_a_script_that_logs_in_at_each_run_those_used_last_are_listed(
        self, client: Client, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(devices, "MAX_LISTED", 110)
        now = timezone.now()
        made = [
            Login(
                user=alice,
                strategy=SessionJoined.slug,
                token_version=alice.token_version,
                user_agent=f"script{number}/1",
                last_seen=now + timedelta(seconds=number),
                expires=now + timedelta(days=1),
            )
            for number in range(1, 131)
        ]
        Login.objects.bulk_create(made)
        first, second = page(client), page(client, "/logins/?page=2")
        assert "this device" in first  # which was used before them all
        assert [found.count("device__end") for found in (first, second)] == [100, 11]
        assert "script130" in first
        assert "script21" in second
        assert "script20" not in first + second
        assert "Listed are the 111 used last. The buttons above sign out all earlier ones" in first
        assert "130 devices are signed out." in confirmed(client, "/logins/end-others/")

    def test_a_stranger_logs_in_first(self, db: None) -> None:
        assert Client().get("/logins/")["Location"] == "/login/?next=/logins/"


class TestEnding:
    @pytest.mark.parametrize("carrier", CARRIERS)
    def test_the_question_says_what_will_happen_and_asking_ends_nothing(
        self, client: Client, alice: User, carrier: Carrier
    ) -> None:
        device = Device(carrier, "curl/8").log_in(alice)
        found = page(client, end_of(device.login))
        assert "Sign out this device?" in found
        assert "signed out with its next request" in found
        assert ("Every token of this login is refused" in found) == (carrier == "jwt")
        assert device.is_in()
        assert "curl is signed out." in confirmed(client, end_of(device.login))
        assert not device.is_in()

    def test_another_users_login_is_not_there(self, client: Client, bob: User) -> None:
        bobs = Device("session").log_in(bob)
        assert client.get(end_of(bobs.login)).status_code == 404
        token = client.cookies["csrftoken"].value
        answer = client.post(end_of(bobs.login), {"csrfmiddlewaretoken": token})
        assert answer.status_code == 404
        assert bobs.is_in()
        assert client.get(f"/logins/{uuid.uuid4()}/end/").status_code == 404

    @pytest.mark.parametrize("path", ["/logins/end-others/", "/logins/end-all/", "one"])
    def test_another_site_cannot_do_it(self, client: Client, alice: User, path: str) -> None:
        other = Device("session").log_in(alice)
        address = end_of(other.login) if path == "one" else path
        assert client.post(address).status_code == 403
        assert other.is_in()

    def test_one_that_has_ended_before_is_told_with_its_reason(
        self, client: Client, alice: User
    ) -> None:
        login = Device("jwt", "curl/8").log_in(alice).login
        Login.objects.filter(pk=login.pk).end(EndReason.STAFF)
        assert "curl was signed out before: ended by staff." in page(client, end_of(login))

    def test_ending_all_others_spares_this_one_and_other_users(
        self, client: Client, alice: User, bob: User
    ) -> None:
        others = [Device(carrier).log_in(alice) for carrier in CARRIERS]
        bobs = Device("jwt").log_in(bob)
        found = confirmed(client, "/logins/end-others/")
        assert "2 devices are signed out. You stay logged in here." in found
        assert [device.is_in() for device in (*others, bobs)] == [False, False, True]

    def test_ending_this_one_is_logging_out(self, client: Client, alice: User) -> None:
        other = Device("jwt").log_in(alice)
        here = end_of(Login.objects.get(strategy=SessionJoined.slug))
        assert "Log out of this device?" in page(client, here)
        assert "You are logged out." in confirmed(client, here)
        assert "signed in as" not in page(client, "/login/")
        assert other.is_in()

    def test_logging_out_everywhere_tells_each_browser_why(
        self, client: Client, alice: User
    ) -> None:
        browser, program = [Device(carrier).log_in(alice) for carrier in CARRIERS]
        assert "That includes this browser" in page(client, "/logins/end-all/")
        found = confirmed(client, "/logins/end-all/")
        assert "You are logged out everywhere: 3 devices are signed out." in found
        assert "signed in as" not in found
        assert "login has ended: logged out everywhere." in page(browser.client, "/login/")
        assert not program.is_in()
        browser.log_in(alice)
        assert page(browser.client).count("logged out everywhere") == 3

    def test_with_no_other_login_there_is_nothing_to_press(self, client: Client) -> None:
        found = page(client, "/logins/end-others/")
        assert "There is no other device." in found
        assert "Sign out all other devices</button>" not in found

    def test_the_one_that_stays_does_not_if_something_else_ended_it_meanwhile(
        self, client: Client, alice: User
    ) -> None:
        User.objects.filter(pk=alice.pk).update(token_version=7)
        alice.end_logins(EndReason.ELSEWHERE, keep=Login.objects.get().pk)
        assert Login.objects.live().count() == 0


class TestMoments:
    def test_in_words(self) -> None:
        now = datetime.now(UTC)
        assert ago(now) == "just now"
        assert ago(now - timedelta(hours=3, minutes=20)).replace("\xa0", " ") == "3 hours ago"
        assert ahead(now + timedelta(days=13, hours=1)).replace("\xa0", " ") == "in 1 week, 6 days"
        assert as_span(timedelta(days=7)) == "7 days"
        assert as_span(timedelta(hours=12)).replace("\xa0", " ") == "12 hours"


class TestConfirmation:
    """More than ten minutes after the password was given, ending others asks for it."""

    @pytest.fixture
    def other(self, alice: User, client: Client) -> Device:
        other = Device("jwt", "curl/8").log_in(alice)
        Login.objects.update(password_at=timezone.now() - timedelta(minutes=11))
        return other

    def send(self, client: Client, path: str, **form: str) -> tuple[int, str]:
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page(client, path))
        assert token
        answer = client.post(path, {"csrfmiddlewaretoken": token[1], **form}, follow=True)
        return answer.status_code, unescape(answer.content.decode())

    @pytest.mark.parametrize("path", ["one", "/logins/end-others/", "/logins/end-all/"])
    def test_it_asks_and_a_wrong_one_ends_nothing(
        self, client: Client, other: Device, path: str
    ) -> None:
        path = end_of(other.login) if path == "one" else path
        assert "Your password" in page(client, path)
        assert self.send(client, path)[0] == 422
        status, text = self.send(client, path, password="wrong")
        assert (status, "This is not your password." in text) == (422, True)
        assert other.is_in()
        assert self.send(client, path, password=PASSWORD)[0] == 200
        assert not other.is_in()

    def test_logging_out_here_asks_nothing(self, client: Client, other: Device) -> None:
        here = Login.objects.get(strategy=SessionJoined.slug)
        assert "Your password" not in page(client, end_of(here))

    def test_guessing_is_throttled(self, client: Client, other: Device, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, **NO_GUESSES, "sign-in-pair": (1, 86_400)}
        statuses = [self.send(client, "/logins/end-others/", password="wrong")[0] for _ in range(2)]
        assert statuses == [422, 429]
