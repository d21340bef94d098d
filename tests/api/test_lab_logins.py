"""How the first page begins, and that its thief gets what the lab's thief gets."""

import time
from typing import Any

import pytest
from django.test import Client

from accounts.lab.events import events
from accounts.lab.scenario import expected, run_scenario
from accounts.models import Login, User
from accounts.strategies import Outcome, Strategy, strategies
from accounts.tokens.proofs import ProofKey
from tests.clients import LabDevice

pytestmark = pytest.mark.django_db(transaction=True)

BEGIN = "/api/lab/logins/"


@pytest.fixture
def browser() -> Client:
    return Client()


def begin(browser: Client, *slugs: str, expected: int = 201, key: ProofKey | None = None) -> Any:
    body = {"strategies": slugs}
    headers = {"DPoP": key.proof("POST", f"http://testserver{BEGIN}")} if key else {}
    response = browser.post(BEGIN, body, content_type="application/json", headers=headers)
    assert response.status_code == expected, response.content
    return response.json()


def test_one_request_logs_in_twice_and_a_thief_has_both_copies(browser: Client) -> None:
    left, right = begin(browser, "session-db", "jwt-user")["logins"]
    assert [left["slug"], right["slug"]] == ["session-db", "jwt-user"]
    assert left["user"]["username"] != right["user"]["username"]
    session, token = strategies["session-db"], strategies["jwt-user"]
    for login, device in (
        (left, LabDevice(session, browser)),
        (right, LabDevice(token, browser, right["access"])),
    ):
        assert device.me()["user"] == login["user"]
        assert device.replay(login["copy"])["status"] == 200
        assert login["verdict"]["accepted"]
        assert login["trace"]["tally"]["sql"] > 0
        assert login["storage"]["browser"]["bytes"] == len(device.credential)
        assert device.credential not in login["copy"]


def test_the_page_is_not_told_what_it_does_not_need(browser: Client) -> None:
    left, right = begin(browser, "session-joined", "jwt-rotating")["logins"]
    assert "access" not in left
    assert not {"refresh", "password"} & {*left, *right}


def test_a_copy_is_worth_nothing_to_another_visitor(browser: Client) -> None:
    (login,) = begin(browser, "opaque")["logins"]
    stranger = LabDevice(strategies["opaque"])
    begin(stranger.client, "jwt-user")
    assert stranger.replay(login["copy"])["status"] == 400


@pytest.mark.parametrize("chosen", [[], ["session-db"] * 3, "session-db", [None], [{}]])
def test_anything_but_one_or_two_strategies_is_a_bad_request(browser: Client, chosen: Any) -> None:
    body = {"strategies": chosen}
    response = browser.post(BEGIN, body, content_type="application/json")
    assert response.status_code == 400
    assert not User.objects.exists()


def test_an_unknown_strategy_is_not_found_and_nobody_logs_in(browser: Client) -> None:
    begin(browser, "session-db", "magic", expected=404)
    assert not Login.objects.exists()


def test_another_site_cannot_begin_in_a_visitors_name() -> None:
    body = {"strategies": ["session-db"]}
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(BEGIN, body, content_type="application/json")
    assert response.status_code == 403


@pytest.mark.parametrize("strategy", [*strategies], ids=lambda strategy: strategy.slug)
def test_the_thief_of_the_first_page_gets_what_the_labs_thief_gets(
    strategy: type[Strategy], browser: Client
) -> None:
    device = LabDevice(strategy, browser)
    (login,) = begin(browser, strategy.slug, key=device.key)["logins"]
    device.access = login.get("access", "")
    assert device.log_out()["status"] == 200
    time.sleep(strategy.propagation_delay.total_seconds())
    found = device.replay(login["copy"])

    labs_thief = expected(strategy, events["log-out"]).thief  # which is what the lab measures
    stopped = labs_thief is Outcome.REFUSED
    assert (found["status"] == 401) == stopped
    if not stopped:
        assert (found["renewed"] is False) == (labs_thief is Outcome.LATER)
        claims = found["body"].get("trace")
        assert claims is not None
    if found["renewed"]:
        report = run_scenario(strategy, "log-out")
        assert found["renews_until"] - time.time() == pytest.approx(report.thief_after_s, abs=30)


def test_the_stolen_refresh_token_is_spent_only_by_a_thief_who_gets_in(
    browser: Client,
) -> None:
    (login,) = begin(browser, "jwt-blacklist")["logins"]
    device = LabDevice(strategies["jwt-blacklist"], browser, login["access"])
    device.log_out()
    found = device.replay(login["copy"])
    assert (found["status"], found["renewed"], found["renews_until"]) == (401, None, None)
