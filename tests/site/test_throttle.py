"""Counting attempts: exact across threads and processes, cheap when refused."""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import ThrottleCount
from accounts.site import throttle
from accounts.site.throttle import Limit, Throttled

pytestmark = pytest.mark.django_db

START = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True, params=["table", "cache"])
def store(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.LIMITS = {"test": (3, 60), "other": (3, 60), "wide": (5, 60)}
    if request.param == "cache":
        settings.CACHE_URL = "a cache that all processes share"
    return str(request.param)


def take(who: str = "alice", scope: str = "test") -> Limit:
    limit = Limit(scope, who)
    throttle.take(limit)
    return limit


def test_the_limit_is_what_is_allowed_and_no_more() -> None:
    for _ in range(3):
        take()
    with pytest.raises(Throttled):
        take()


def test_everybody_has_a_count_of_their_own() -> None:
    for _ in range(3):
        take("alice")
    take("bob")
    take("alice", "other")


def test_where_others_were_faster_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        take()
    with monkeypatch.context() as late:
        late.setattr(throttle, "full", lambda *_: [])  # so it looked before their last one
        with pytest.raises(Throttled):
            throttle.take(Limit("test", "alice"), Limit("wide", "alice"))
    for _ in range(5):
        take(scope="wide")


def test_what_is_given_back_counts_no_more() -> None:
    limits = [take() for _ in range(3)]
    throttle.give_back(limits[:1])
    take()
    with pytest.raises(Throttled):
        take()


def test_what_is_given_back_too_late_changes_nothing() -> None:
    with time_machine.travel(START, tick=False) as clock:
        old = take()
        clock.shift(timedelta(seconds=60))
        for number in range(3):
            take()
            if number == 0:
                throttle.give_back([old])
        with pytest.raises(Throttled):
            take()


def test_looking_counts_nothing() -> None:
    for _ in range(5):
        assert throttle.full([Limit("test", "alice")]) == []
    take()


def test_where_one_limit_is_full_nothing_is_charged_to_the_others() -> None:
    for _ in range(3):
        take("bob")
    with pytest.raises(Throttled):
        throttle.take(Limit("test", "alice"), Limit("test", "bob"))
    for _ in range(3):
        take("alice")


def test_it_says_when_to_come_again_and_means_it() -> None:
    with time_machine.travel(START + timedelta(seconds=42), tick=False) as clock:
        for _ in range(3):
            take()
        with pytest.raises(Throttled) as caught:
            take()
        assert caught.value.retry_after == 18
        assert "18 seconds" in str(caught.value)
        clock.shift(timedelta(seconds=17))
        with pytest.raises(Throttled):
            take()
        clock.shift(timedelta(seconds=1))
        take()


def test_it_costs_a_look_and_one_statement_and_a_refusal_the_look(
    store: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    limits = [Limit("test", "alice"), Limit("other", "alice"), Limit("wide", "alice")]
    for _ in range(3):
        with django_assert_num_queries(2 if store == "table" else 0):
            throttle.take(*limits)
    with django_assert_num_queries(1 if store == "table" else 0), pytest.raises(Throttled):
        throttle.take(*limits)


def test_a_clock_that_ticks_while_an_attempt_is_counted_fails_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ticks = count(int(START.timestamp()))
    monkeypatch.setattr(time, "time", lambda: next(ticks))
    for who in range(60):
        assert throttle.charge([Limit("test", str(who))]) == []


def test_no_name_is_in_a_key() -> None:
    assert "alice" not in take("alice").key


@pytest.mark.parametrize("who", ["", "x" * 10_000, "a b\n\0", "\N{PILE OF POO}"], ids=ascii)
def test_any_name_can_be_counted(who: str) -> None:
    take(who[:200])
    take(who)


def test_what_is_over_is_pruned() -> None:
    with time_machine.travel(START, tick=False) as clock:
        take()
        call_command("prune", verbosity=0)
        assert throttle.full([Limit("test", "alice")]) == []
        clock.shift(timedelta(seconds=61))
        call_command("prune", verbosity=0)
        assert not ThrottleCount.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_count() -> None:
    together, won = Barrier(12), []

    def attempt() -> None:
        together.wait()
        try:
            won.append(take(scope="wide"))
        except Throttled:
            pass
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 5


PROCESS = """
import os, sys, json, django
from django.conf import settings
django.setup()
settings.DATABASES["default"].update(json.loads(sys.argv[1]))
from accounts.site import throttle
settings.LIMITS = {"processes": (5, 86400)}
taken = 0
for _ in range(4):
    try:
        throttle.take(throttle.Limit("processes", "alice"))
        taken += 1
    except throttle.Throttled:
        pass
print(taken)
"""


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_count(store: str) -> None:
    if store == "cache":
        return  # a test's cache is in memory: no process shares it
    database = {key: settings.DATABASES["default"][key] for key in ("NAME", "HOST", "PORT")}
    database["NAME"] = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", PROCESS, json.dumps(database)]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR, text=True)
        for _ in range(3)
    ]
    taken = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(taken) == 5
