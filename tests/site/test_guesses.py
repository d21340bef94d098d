"""Guessing is slowed down by so much, and no owner is locked out by it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import User, login_begin
from accounts.site.guesses import BadCredentials, guess_counted
from accounts.site.throttle import Throttled

pytestmark = pytest.mark.django_db

START = datetime(2030, 1, 1, tzinfo=UTC)
WINDOW = timedelta(seconds=10)
HOME, MALLORY = "198.51.100.7", "203.0.113.66"


@pytest.fixture(autouse=True)
def clock(settings: Settings) -> Iterator[time_machine.Traveller]:
    """It stands at the beginning of an hour. Counts are in memory, where hundreds cost nothing."""
    settings.CACHE_URL = "a cache that all processes share"
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def attempt(address: str, name: str = "alice", *, is_right: bool = False) -> bool:
    """Whether the password was looked at."""
    try:
        with guess_counted(name, address):
            check(is_right=is_right)
    except BadCredentials:
        return True
    except Throttled:
        return False
    return True


def check(*, is_right: bool) -> None:
    if not is_right:
        raise BadCredentials


def guesses(addresses: list[str], clock: time_machine.Traveller, *, windows: int) -> int:
    """How often somebody who never stops may guess at one account, in windows of 10 seconds."""
    number = 0
    for window in range(windows):
        clock.move_to(START + window * WINDOW)
        for address in addresses:
            while attempt(address):
                number += 1
    return number


def use_up(settings: Settings, *scopes: str) -> None:
    used = {scope: (0, settings.LIMITS[scope][1]) for scope in scopes}
    settings.LIMITS = {**settings.LIMITS, **used}


class TestOwner:
    def test_a_stranger_with_25_addresses_never_keeps_a_new_device_out(
        self, clock: time_machine.Traveller
    ) -> None:
        strangers = [f"203.0.113.{number}" for number in range(25)]
        looked_at = []
        for window in range(12):
            clock.move_to(START + window * WINDOW)
            for stranger in strangers:
                while attempt(stranger):
                    pass
            looked_at.append(attempt(HOME, is_right=True))
        assert looked_at == [True] * 12

    def test_nor_does_one_who_has_been_there_as_well(self, clock: time_machine.Traveller) -> None:
        """The owner mistypes twice, on a device whose address is new."""
        for window in range(3):
            clock.move_to(START + window * WINDOW)
            for number in range(25):
                while attempt(f"203.0.113.{number}"):
                    pass
            assert attempt(HOME, is_right=window == 2)

    def test_mistakes_of_others_behind_the_same_address_cost_seconds(
        self, clock: time_machine.Traveller
    ) -> None:
        while attempt(HOME):
            pass
        clock.shift(WINDOW)
        assert attempt(HOME, is_right=True)

    def test_so_do_their_mistakes_at_many_accounts(
        self, clock: time_machine.Traveller, settings: Settings
    ) -> None:
        use_up(settings, "sign-in-address")
        assert [attempt(HOME, f"nobody{number}") for number in range(3)] == [True, True, False]
        assert not attempt(HOME, is_right=True)
        clock.shift(WINDOW)
        assert attempt(HOME, is_right=True)

    def test_where_the_owner_was_before_they_cost_nothing(
        self, alice: User, settings: Settings
    ) -> None:
        login_begin(alice, strategy="opaque", ip=HOME)
        use_up(settings, "sign-in-address", "sign-in-account", "sign-in-few")
        use_up(settings, *(scope for scope in settings.LIMITS if scope.endswith(("slowly", "all"))))
        assert attempt(HOME, is_right=True)
        assert not attempt(HOME, "bob", is_right=True)

    def test_a_right_password_takes_nobodys_turn(self, settings: Settings) -> None:
        use_up(settings, "sign-in-pair")
        assert [attempt(HOME, is_right=True) for _ in range(3)] == [True] * 3

    def test_nor_does_one_that_could_not_be_checked(self, settings: Settings) -> None:
        use_up(settings, "sign-in-pair")
        for _ in range(3):
            with pytest.raises(ZeroDivisionError), guess_counted("alice", HOME):
                _ = 1 / 0
        assert attempt(HOME)
        assert not attempt(HOME)


class TestGuesser:
    """What the module promises of those who guess."""

    def test_one_address_at_one_account(self, clock: time_machine.Traveller) -> None:
        assert guesses([MALLORY], clock, windows=360) == 100 + 360

    def test_many_addresses_at_one_account(
        self, clock: time_machine.Traveller, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "sign-in-account-slowly": (2, 10)}
        addresses = [f"203.0.113.{number}" for number in range(4)]
        # 100 at once, by the first address. In the next half minute it is the only one that has
        # guessed before, and each other one has 3 guesses. Then all share the 2 in 10 seconds.
        assert guesses(addresses, clock, windows=20) == 100 + 3 * 1 + 3 * 3 + 2 * 17

    def test_more_addresses_than_anybody_has(self, settings: Settings) -> None:
        use_up(settings, "sign-in-account")
        strangers = [f"203.0.{number}.1" for number in range(100)]
        assert sum(map(attempt, strangers)) == 60

    def test_one_address_at_many_accounts(
        self, clock: time_machine.Traveller, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "sign-in-address": (5, 3600)}
        fast = [attempt(MALLORY, f"nobody{number}") for number in range(10)]
        assert fast == [True] * 7 + [False] * 3
        clock.shift(WINDOW)
        assert [attempt(MALLORY, f"anybody{number}") for number in range(4)] == [
            True,
            True,
            False,
            False,
        ]

    def test_a_customers_whole_network_of_ipv6_is_new_once(self, settings: Settings) -> None:
        use_up(settings, "sign-in-account", "sign-in-account-slowly")
        strangers = [f"2001:db8:1:{number}::1" for number in range(10)]
        assert [attempt(stranger) for stranger in strangers] == [True] * 3 + [False] * 7
        assert attempt("2001:db8:2::1")

    def test_looking_and_counting_cost_a_statement_each(
        self, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        settings.CACHE_URL = ""
        with django_assert_num_queries(2):
            attempt(MALLORY)
        use_up(settings, "sign-in-account")
        with django_assert_num_queries(5):  # where the owner was, and a look and a count in seconds
            attempt(HOME)


@pytest.mark.django_db(transaction=True)
def test_many_guesses_at_once_are_no_more_than_one_after_the_other(settings: Settings) -> None:
    use_up(settings, "sign-in-pair")
    settings.CACHE_URL = ""
    together, checked = Barrier(8), Barrier(8)
    looked_at = []

    def guess() -> None:
        together.wait()
        try:
            with guess_counted("alice", MALLORY):
                looked_at.append(True)
                checked.wait()  # until all others have been refused
        except Throttled:
            checked.wait()
        finally:
            connection.close()

    threads = [Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert looked_at == [True]
