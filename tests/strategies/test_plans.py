"""Whatever a request asks, an index finds it: no table is read from end to end.

At the size of a large site, for seven minutes: ``PLAN_ROWS=1000000`` in the environment. Those ways
are left out then that keep the blacklist in memory: to fill that takes longer than all the rest.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django.fixtures import Settings

from accounts.bench.measures.plans import fill, plan, scans, statements
from accounts.lab.users import LabUser
from accounts.models import User, login_begin, login_replay_untold
from accounts.site import logins
from accounts.strategies import Strategy, strategies
from accounts.strategies._base import Lookup
from accounts.tokens.realm import site_realm
from tests.cast import PASSWORD
from tests.clients import LabDevice
from tests.devices import Device
from tests.processes import Process

USUAL = 5000
ROWS = int(os.environ.get("PLAN_ROWS", USUAL))
WAYS = [way for way in strategies.all() if ROWS <= USUAL or way.lookup is not Lookup.NEARBY]
Act = Callable[[], object]


def acts_of_the_lab(strategy: type[Strategy], lab_user: LabUser) -> dict[str, Act]:
    """What the device of a visitor asks for, in order.

    A cache or a memory of all that is blacklisted has been filled: that reads the table, once.
    """
    if strategy.lookup is Lookup.NEARBY:
        LabDevice(strategy).logged_in(lab_user).me()
    device = LabDevice(strategy)
    return {
        "log in": lambda: device.log_in(lab_user),
        "request": device.me,
        **({"refresh": device.renew} if strategy.refreshes else {}),
        "log out": device.log_out,
    }


def acts_of_the_site(user: User) -> dict[str, Act]:
    """The same of a browser and of a program, and what they show of all logins."""
    browser, program, other = Device("session"), Device("jwt"), Device("jwt")
    get = browser.client.get
    return {
        "log in by cookie": lambda: browser.log_in(user),
        "log in by token": lambda: program.log_in(user),
        "request by cookie": browser.is_in,
        "request by token": program.is_in,
        "a page": lambda: get("/"),
        "the lab's page": lambda: get("/lab/"),
        "the list of logins": lambda: get("/logins/"),
        "its second page": lambda: get("/logins/?page=2"),
        "refresh": program.renew,
        "verify": lambda: program.send("POST", "/api/token/verify/", {"token": program.refresh}),
        "a wrong password": lambda: program.send(
            "POST", "/api/token/", {"username": user.username, "password": "wrong"}
        ),
        "end another one": lambda: browser.send("DELETE", f"/api/logins/{program.login.pk}/"),
        "log out": lambda: browser.send("POST", "/api/session/logout/"),
        "log in again": lambda: other.log_in(user),
        "a new password": lambda: other.send(
            "POST",
            "/api/password/",
            {"old_password": PASSWORD, "new_password": "eight brown barrels"},
        ),
    }


def scanned(acts: dict[str, Act]) -> dict[str, list[str]]:
    """Of each act the scans of all statements that it sent, two minutes after the one before."""
    found = {}
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for name, act in acts.items():
            with statements() as sent:
                act()
            found[name] = [f"{scan}: {each[0]}" for each in sent for scan in scans(each)]
            clock.shift(timedelta(minutes=2))
    return {name: lines for name, lines in found.items() if lines}


@pytest.mark.usefixtures("shared_cache")
def test_no_request_reads_a_table_from_end_to_end(
    alice: User, lab_user: LabUser, settings: Settings
) -> None:
    settings.TRACING = False
    fill(ROWS, script=alice)
    found = {way.slug: scanned(acts_of_the_lab(way, lab_user)) for way in WAYS}
    found["the site"] = scanned(acts_of_the_site(alice))
    assert {way: lines for way, lines in found.items() if lines} == {}


def test_what_one_user_has_thousands_of_is_read_in_part(
    alice: User, process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The indexes for it are chosen, and not the ones that find all of a user's logins."""
    monkeypatch.setattr(logins, "MAX_LISTED", 20)
    fill(2000, script=alice)
    opaque = process("opaque", site_realm())
    login = login_begin(alice, strategy="opaque")
    token = opaque.issue(login).value
    with statements() as sent:
        login_replay_untold(alice)
        logins.listing(alice, current=login.pk)
        opaque.check(token)
    untold, used_last, ended, by_digest = map(plan, sent)
    assert "login_replay_untold" in untold
    assert "login_not_ended" in used_last
    assert "login_of_user" in ended
    assert "login_of_digest" in by_digest
