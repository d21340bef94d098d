"""Counting attempts: exact across threads and processes, cheap when refused."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.site import throttle
from accounts.site.throttle import Slot, Throttled

pytestmark = pytest.mark.django_db

START = datetime(2030, 1, 1, tzinfo=UTC)


def take(who: str = "alice", limit: int = 3) -> Slot:
    return throttle.take("test", who, limit=limit, seconds=60)


def test_the_limit_is_what_is_allowed_and_no_more() -> None:
    for _ in range(3):
        take()
    with pytest.raises(Throttled):
        take()


def test_everybody_has_a_count_of_their_own() -> None:
    for _ in range(3):
        take("alice")
    take("bob")
    throttle.take("other", "alice", limit=3, seconds=60)


def test_what_is_given_back_counts_no_more() -> None:
    slots = [take() for _ in range(3)]
    slots[1].give_back()
    take()
    with pytest.raises(Throttled):
        take()


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


def test_who_is_refused_costs_no_more_statements_than_a_first_attempt() -> None:
    with CaptureQueriesContext(connection) as first:
        take(limit=100)
    for _ in range(99):
        take(limit=100)
    with CaptureQueriesContext(connection) as refused, pytest.raises(Throttled):
        take(limit=100)
    assert len(refused) <= len(first)


def test_no_name_is_in_a_key() -> None:
    assert "alice" not in take("alice").key


@pytest.mark.parametrize("who", ["", "x" * 10_000, "a b\n\0", "\N{PILE OF POO}"], ids=ascii)
def test_any_name_can_be_counted(who: str) -> None:
    take(who[:200])
    take(who)


def test_hundreds_of_other_entries_do_not_wipe_the_count() -> None:
    for _ in range(3):
        take()
    for number in range(700):
        cache.add(f"somebody-else-{number}", 1)
    with pytest.raises(Throttled):
        take()


@pytest.mark.django_db(transaction=True)
def test_threads_share_the_count() -> None:
    together, won = Barrier(12), []

    def attempt() -> None:
        together.wait()
        try:
            won.append(take(limit=5))
        except Throttled:
            pass
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == len({slot.key for slot in won}) == 5


PROCESS = """
import os, sys, json, django
from django.conf import settings
django.setup()
settings.DATABASES["default"].update(json.loads(sys.argv[1]))
from accounts.site import throttle
taken = 0
for _ in range(4):
    try:
        throttle.take("processes", "alice", limit=5, seconds=86400)
        taken += 1
    except throttle.Throttled:
        pass
print(taken)
"""


@pytest.mark.django_db(transaction=True)
def test_processes_share_the_count() -> None:
    database = {key: settings.DATABASES["default"][key] for key in ("NAME", "HOST", "PORT")}
    database["NAME"] = str(connection.settings_dict["NAME"])
    command = [sys.executable, "-c", PROCESS, json.dumps(database)]
    workers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR, text=True)
        for _ in range(3)
    ]
    taken = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(taken) == 5
