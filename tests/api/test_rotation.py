"""Refresh tokens of the site's API are spent on use, and one that comes again ends its login."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User
from accounts.strategies import _rotation
from accounts.tokens.codec import peek
from accounts.tokens.realm import site_realm
from tests.devices import Device, stolen
from tests.races import at_once
from tests.tokens.forge import forged

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


def verbs(sent: CaptureQueriesContext) -> list[str]:
    return [query["sql"].split()[0] for query in sent if "SAVEPOINT" not in query["sql"]]


def jti(device: Device) -> str:
    """The id of the refresh token that it holds."""
    return str(peek(device.refresh)[1]["jti"])


def moved(device: Device) -> Device:
    """The same device in another network, under another user agent."""
    there = stolen(device)
    there.client.defaults["REMOTE_ADDR"] = "198.51.100.7"
    return there


def refuses(device: Device, token_type: str) -> bool:
    """Whether the site refuses the token of this type that the device holds."""
    return not device.is_in() if token_type == "access" else device.renew().status_code == 401


def lose(device: Device) -> None:
    """Spend the refresh token, and never get the answer."""
    assert stolen(device).renew().status_code == 200


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

    def test_it_costs_three_queries(self, program: Device) -> None:
        with CaptureQueriesContext(connection) as sent:
            assert program.renew().status_code == 200
        # The test's own transaction makes a savepoint of the one around the rotation.
        assert verbs(sent) == ["SELECT", "SELECT", "UPDATE"]

    def test_the_first_request_with_a_new_pair_writes_once(self, program: Device) -> None:
        program.renew()
        asked = []
        for _ in range(3):
            with CaptureQueriesContext(connection) as sent:
                assert program.is_in()
            asked.append(verbs(sent))
        assert asked == [["SELECT", "UPDATE"], ["SELECT"], ["SELECT"]]

    def test_a_request_with_the_pair_of_the_log_in_writes_nothing(self, program: Device) -> None:
        with CaptureQueriesContext(connection) as sent:
            assert program.is_in()
        assert verbs(sent) == ["SELECT"]

    def test_one_that_is_refused_spends_nothing(self, program: Device) -> None:
        assert program.renew(program.access).status_code == 401
        assert program.renew(program.refresh[:-4] + "AAAA").status_code == 401
        assert program.renew().status_code == 200

    def test_one_that_loses_every_race_is_asked_to_come_again(
        self, program: Device, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        program.client.raise_request_exception = False
        with monkeypatch.context() as patch:
            patch.setattr(_rotation, "_rotate", Mock(return_value=None))
            answer = program.renew()
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert program.renew().status_code == 200


class TestParallel:
    """Requests that run in parallel spend the same token: within the grace, all go on."""

    def test_three_tabs_twice(self, program: Device, later: time_machine.Traveller) -> None:
        first, second, third = tabs = [program, stolen(program), moved(program)]
        oldest = program.refresh
        for _ in range(2):
            spent = program.refresh
            for tab in tabs:
                assert tab.renew(spent).status_code == 200
                later.shift(timedelta(seconds=1))
            assert jti(first) == jti(second) == jti(third)
        assert third.renew(oldest).status_code == 200
        assert jti(third) == jti(first)
        assert all(tab.is_in() for tab in tabs)

    def test_the_grace_of_each_token_begins_when_it_is_spent(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        oldest = program.refresh
        program.renew()
        later.shift(timedelta(seconds=6))
        newer = program.refresh
        program.renew()
        later.shift(timedelta(seconds=6))
        assert stolen(program).renew(newer).status_code == 200
        assert stolen(program).renew(oldest).status_code == 401
        assert why(program) == EndReason.REPLAYED

    def test_it_can_be_switched_off(self, program: Device, settings: Settings) -> None:
        settings.REFRESH_GRACE = timedelta(0)
        spent = program.refresh
        program.renew()
        assert program.is_in()
        assert program.renew(spent).status_code == 401

    def test_what_a_row_remembers_is_bounded(self, program: Device) -> None:
        oldest = program.refresh
        for _ in range(_rotation.MAX_SPENT + 1):
            program.renew()
        assert len(program.login.spent) == _rotation.MAX_SPENT
        assert program.renew(oldest).status_code == 401


class TestLostAnswer:
    """Nobody has sent a token of the successor: its parent gets a new one."""

    def test_asked_again_after_a_minute_from_another_network(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        lose(program)
        later.shift(timedelta(minutes=1))
        telephone = moved(program)
        assert telephone.renew().status_code == 200
        assert telephone.is_in()
        assert telephone.renew().status_code == 200

    def test_lost_twice(self, program: Device, later: time_machine.Traveller) -> None:
        for _ in range(2):
            lose(program)
            later.shift(timedelta(minutes=1))
        assert program.renew().status_code == 200
        assert program.is_in()
        assert program.renew().status_code == 200

    def test_what_runs_in_parallel_with_the_second_try_shares_its_successor(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        lose(program)
        later.shift(timedelta(minutes=1))
        tab = stolen(program)
        assert program.renew().status_code == tab.renew().status_code == 200
        assert jti(program) == jti(tab)
        assert program.is_in()
        assert tab.is_in()

    def test_what_runs_in_parallel_with_a_second_try_late_within_the_grace_shares_it_too(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        lose(program)
        later.shift(timedelta(seconds=9))
        tab = stolen(program)
        assert program.renew().status_code == 200
        assert program.is_in()
        later.shift(timedelta(seconds=9))
        assert tab.renew().status_code == 200
        assert jti(program) == jti(tab)
        assert program.is_in()

    def test_a_pair_whose_refresh_token_was_verified_was_not_lost(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        spent = program.refresh
        program.renew()
        assert verified(program, program.refresh) == 200
        later.shift(timedelta(minutes=1))
        assert stolen(program).renew(spent).status_code == 401
        assert why(program) == EndReason.REPLAYED

    def test_an_older_token_than_the_parent_is_a_replay(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        oldest = program.refresh
        program.renew()
        lose(program)
        later.shift(timedelta(minutes=1))
        assert program.renew(oldest).status_code == 401
        assert why(program) == EndReason.REPLAYED


class TestThief:
    """Two hold a copy: the login ends, at the latest at the second use by either."""

    @pytest.fixture
    def thief(self, program: Device) -> Device:
        return stolen(program)

    def test_a_thief_who_is_first_and_uses_what_it_got(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        assert thief.renew().status_code == 200
        assert thief.is_in()
        later.shift(timedelta(minutes=1))
        answer = program.renew()
        assert answer.status_code == 401
        assert answer.json()["code"] == "token_not_valid"
        assert "spent before" in answer.json()["detail"]
        assert not thief.is_in()
        assert thief.renew().status_code == 401
        assert why(program) == EndReason.REPLAYED

    def test_a_thief_a_step_behind(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        assert program.renew().status_code == 200
        assert program.is_in()
        later.shift(timedelta(minutes=1))
        assert thief.renew().status_code == 401
        assert not program.is_in()
        assert program.renew().status_code == 401
        assert why(program) == EndReason.REPLAYED

    def test_a_thief_a_step_behind_an_owner_who_has_used_nothing_yet(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        assert program.renew().status_code == 200
        later.shift(timedelta(minutes=1))
        assert thief.renew().status_code == 200
        assert not program.is_in()
        assert not thief.is_in()
        assert why(program) == EndReason.REPLAYED

    @pytest.mark.parametrize("use", ["access", "refresh"])
    def test_a_thief_who_refreshes_first_and_uses_nothing_until_the_owner_has_followed(
        self, program: Device, thief: Device, later: time_machine.Traveller, use: str
    ) -> None:
        assert thief.renew().status_code == 200
        later.shift(timedelta(minutes=1))
        assert program.renew().status_code == 200
        assert program.is_in()
        assert refuses(thief, use)
        assert not program.is_in()
        assert why(program) == EndReason.REPLAYED

    def test_a_thief_who_is_first_and_asks_again_until_the_grace_of_the_first_time_is_over(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        copied = thief.refresh
        for _ in range(3):
            assert thief.renew(copied).status_code == 200
            later.shift(timedelta(seconds=9))
        later.shift(timedelta(seconds=2))
        assert program.renew().status_code == 200
        assert program.is_in()
        assert not thief.is_in()
        assert why(program) == EndReason.REPLAYED

    def test_a_thief_within_the_grace_is_not_noticed_which_is_its_price(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        for _ in range(3):
            assert program.renew().status_code == 200
            assert program.is_in()
            later.shift(timedelta(seconds=9))
            assert thief.renew().status_code == 200
            assert jti(thief) == jti(program)
            later.shift(timedelta(minutes=4))
        assert thief.is_in()
        assert program.is_in()

    def test_so_is_one_who_asks_again_within_each_grace_until_the_owner_follows(
        self, program: Device, thief: Device, later: time_machine.Traveller
    ) -> None:
        copied = thief.refresh
        for _ in range(3):
            assert thief.renew(copied).status_code == 200
            later.shift(timedelta(seconds=9))
        assert program.renew().status_code == 200
        assert jti(thief) == jti(program)
        assert program.is_in()
        assert thief.is_in()

    def test_the_users_other_logins_go_on(
        self, program: Device, thief: Device, alice: User, later: time_machine.Traveller
    ) -> None:
        other, browser = Device("jwt").log_in(alice), Device("session").log_in(alice)
        program.renew()
        program.is_in()
        later.shift(timedelta(minutes=1))
        assert thief.renew().status_code == 401
        assert other.renew().status_code == 200
        assert browser.is_in()

    def test_one_of_a_login_that_has_ended_changes_no_reason(
        self, program: Device, thief: Device
    ) -> None:
        program.renew()
        program.send("POST", "/api/token/blacklist/", {"refresh": program.refresh})
        assert thief.renew().status_code == 401
        assert why(program) == EndReason.LOGGED_OUT

    def test_a_spent_one_can_still_log_out(self, program: Device) -> None:
        spent = program.refresh
        program.renew()
        assert program.send("POST", "/api/token/blacklist/", {"refresh": spent}).status_code == 200
        assert not program.is_in()


class TestTokensFromBefore:
    """Access tokens that were issued before they named their pair."""

    def test_one_works_until_it_expires(self, program: Device) -> None:
        claims = peek(program.access)[1]
        del claims["pair"]
        old = Device("jwt", access=forged(site_realm(), payload=claims))
        program.renew()
        assert old.is_in()
        assert not Login.objects.get().pair_seen
        program.send("POST", "/api/token/blacklist/", {"refresh": program.refresh})
        assert not old.is_in()

    @pytest.mark.parametrize("pair", ["", "1234", None, 5])
    def test_a_pair_of_another_form_is_refused(self, program: Device, pair: object) -> None:
        claims = {**peek(program.access)[1], "pair": pair}
        assert not Device("jwt", access=forged(site_realm(), payload=claims)).is_in()


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
    def test_sixteen_parallel_requests(self, program: Device) -> None:
        copies = [moved(program) if n % 2 else stolen(program) for n in range(16)]
        assert [answer.status_code for answer in at_once(*[c.renew for c in copies])] == [200] * 16
        assert len({jti(copy) for copy in copies}) == 1
        assert program.is_in()
        assert all(copy.is_in() for copy in copies)

    def test_sixteen_that_ask_again_after_a_lost_answer(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        lose(program)
        later.shift(timedelta(minutes=1))
        copies = [stolen(program) for _ in range(16)]
        assert [answer.status_code for answer in at_once(*[c.renew for c in copies])] == [200] * 16
        assert len({jti(copy) for copy in copies}) == 1
        assert all(copy.is_in() for copy in copies)

    def test_a_lost_pair_that_is_used_while_its_parent_comes_again(
        self, program: Device, later: time_machine.Traveller
    ) -> None:
        lost = stolen(program)
        lost.renew()
        later.shift(timedelta(minutes=1))
        at_once(lost.is_in, lambda: program.renew().status_code)
        # Whoever was first, two have shown up now.
        assert not lost.is_in()
        assert not program.is_in()
        assert why(program) == EndReason.REPLAYED
