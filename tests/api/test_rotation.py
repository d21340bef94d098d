"""Refresh tokens of the site's API are spent on use, and one that comes again ends its login."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User
from accounts.tokens.codec import peek
from tests.devices import Device, stolen

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(alice: User) -> Device:
    return Device("jwt").log_in(alice)


@pytest.fixture
def later() -> Iterator[time_machine.Traveller]:
    """A clock to shift; it stands still otherwise."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


def verified(device: Device, token: str) -> int:
    return device.send("POST", "/api/token/verify/", {"token": token}).status_code


def why(device: Device) -> str:
    return device.login.end_reason


class TestSpending:
    def test_a_refresh_gives_a_new_pair_and_the_old_refresh_token_is_spent(
        self, program: Device
    ) -> None:
        spent = program.refresh
        assert set(program.renew().json()) == {"access", "refresh", "expires_in"}
        assert program.refresh != spent
        assert program.is_in()
        assert verified(program, spent) == 401
        assert verified(program, program.refresh) == 200

    def test_it_goes_on_as_long_as_the_login_lives(self, program: Device) -> None:
        for _ in range(5):
            assert program.renew().status_code == 200
        assert program.is_in()

    def test_it_belongs_to_one_login_and_leaves_the_others(
        self, program: Device, alice: User
    ) -> None:
        other = Device("jwt").log_in(alice)
        program.renew()
        assert other.renew().status_code == 200

    def test_it_costs_three_queries(self, program: Device) -> None:
        with CaptureQueriesContext(connection) as sent:
            assert program.renew().status_code == 200
        # The test's own transaction makes a savepoint of the one around the rotation.
        verbs = [query["sql"].split()[0] for query in sent if "SAVEPOINT" not in query["sql"]]
        assert verbs == ["SELECT", "UPDATE", "SELECT"]

    def test_one_that_is_refused_spends_nothing(self, program: Device) -> None:
        assert program.renew(program.access).status_code == 401
        assert program.renew(program.refresh[:-4] + "AAAA").status_code == 401
        assert program.renew().status_code == 200


class TestReplay:
    def test_a_spent_one_from_elsewhere_ends_the_whole_login(self, program: Device) -> None:
        thief = stolen(program)
        program.renew()
        answer = thief.renew()
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_not_valid"
        assert "spent before" in answer.json()["detail"]
        assert not program.is_in()
        assert not thief.is_in()
        assert program.renew().status_code == 401
        assert why(program) == EndReason.REPLAYED

    def test_a_thief_who_was_first_loses_it_too(self, program: Device) -> None:
        thief = stolen(program)
        assert thief.renew().status_code == 200
        assert thief.is_in()
        assert program.renew().status_code == 401
        assert not thief.is_in()
        assert thief.renew().status_code == 401

    def test_the_users_other_logins_go_on(self, program: Device, alice: User) -> None:
        other, browser = Device("jwt").log_in(alice), Device("session").log_in(alice)
        thief = stolen(program)
        program.renew()
        thief.renew()
        assert other.renew().status_code == 200
        assert browser.is_in()

    def test_one_of_a_login_that_has_ended_changes_no_reason(self, program: Device) -> None:
        thief = stolen(program)
        program.renew()
        program.send("POST", "/api/token/blacklist/", {"refresh": program.refresh})
        assert thief.renew().status_code == 401
        assert why(program) == EndReason.LOGGED_OUT

    def test_a_spent_one_can_still_log_out(self, program: Device) -> None:
        spent = program.refresh
        program.renew()
        assert program.send("POST", "/api/token/blacklist/", {"refresh": spent}).status_code == 200
        assert not program.is_in()


class TestGrace:
    """The answer to a refresh may be lost on the way: the client asks again."""

    def test_the_same_client_gets_the_same_successor(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        spent = program.refresh
        program.renew()
        successor = peek(program.refresh)[1]["jti"]
        later.shift(timedelta(seconds=9))
        assert program.renew(spent).status_code == 200
        assert peek(program.refresh)[1]["jti"] == successor
        assert program.renew().status_code == 200

    def test_after_the_grace_it_is_a_replay(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        spent = program.refresh
        program.renew()
        later.shift(timedelta(seconds=10))
        assert program.renew(spent).status_code == 401
        assert not program.is_in()

    def test_only_the_one_spent_last_may_come_again(self, program: Device) -> None:
        oldest = program.refresh
        program.renew()
        program.renew()
        assert program.renew(oldest).status_code == 401
        assert not program.is_in()

    def test_it_can_be_switched_off(self, program: Device, settings: Settings) -> None:
        settings.REFRESH_GRACE = timedelta(0)
        spent = program.refresh
        program.renew()
        assert program.renew(spent).status_code == 401


class TestFixedEnd:
    def test_no_refresh_moves_the_end_of_a_login(
        self, alice: User, settings: Settings, later: time_machine.Traveller
    ) -> None:
        settings.LOGIN_LIFETIME = timedelta(days=2)
        program = Device("jwt").log_in(alice)
        end = program.login.expires
        for _ in range(3):
            later.shift(timedelta(hours=15))
            assert program.renew().status_code == 200
        assert program.login.expires == end
        assert peek(program.refresh)[1]["exp"] == int(end.timestamp())
        later.shift(timedelta(hours=3, seconds=10))
        assert not program.is_in()
        assert program.renew().status_code == 401

    def test_an_access_token_does_not_outlive_it_either(
        self, alice: User, settings: Settings, later: time_machine.Traveller
    ) -> None:
        settings.LOGIN_LIFETIME = timedelta(hours=1)
        program = Device("jwt").log_in(alice)
        later.shift(timedelta(minutes=59))
        program.renew()
        assert peek(program.access)[1]["exp"] == int(program.login.expires.timestamp())


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def spend_at_once(self, devices: list[Device]) -> list[int]:
        together = Barrier(len(devices))

        def spend(device: Device) -> int:
            together.wait()
            try:
                return device.renew().status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(len(devices)) as pool:
            return sorted(pool.map(spend, devices))

    def test_of_many_clients_one_wins_and_the_login_ends(self, program: Device) -> None:
        copies = [Device("jwt", f"thief {n}", program.access, program.refresh) for n in range(8)]
        assert self.spend_at_once(copies).count(200) <= 1
        assert not program.is_in()
        assert [copy.renew().status_code for copy in copies] == [401] * 8
        assert why(program) == EndReason.REPLAYED

    def test_one_client_that_asks_many_times_gets_one_successor(self, program: Device) -> None:
        copies = [Device("jwt", program.agent, program.access, program.refresh) for _ in range(8)]
        assert self.spend_at_once(copies) == [200] * 8
        assert len({peek(copy.refresh)[1]["jti"] for copy in copies}) == 1
        assert program.is_in()

    def test_a_log_out_that_races_with_a_refresh_leaves_no_live_token(
        self, program: Device
    ) -> None:
        together = Barrier(2)
        spare = program.refresh

        def log_out() -> None:
            together.wait()
            try:
                Device("jwt").send("POST", "/api/token/blacklist/", {"refresh": spare})
            finally:
                connection.close()

        def renew() -> None:
            together.wait()
            try:
                program.renew()
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(log_out), pool.submit(renew)]:
                done.result()
        assert not program.is_in()
        assert program.renew().status_code == 401
        assert Login.objects.live().count() == 0
