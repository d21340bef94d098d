"""The lab's endpoints: every answer says its verdict, and who stores what when asked."""

import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.lab.instances import find_strategy
from accounts.lab.users import LabUser, create_lab_user
from accounts.lab.wire import cookie_name, lab_path
from accounts.models import Login
from accounts.strategies import Refused, Strategy, strategies
from tests.clients import LabDevice, bearer
from tests.processes import with_key

# The way to a strategy; what it asks its database is tried on both in tests/strategies.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

JSON = "application/json"
VERDICT = {"accepted", "step", "code", "reason"}


@pytest.fixture(params=[strategy.slug for strategy in strategies])
def strategy(request: pytest.FixtureRequest) -> type[Strategy]:
    """Each strategy of the lab."""
    return strategies[request.param]


@pytest.fixture
def lab_user() -> LabUser:
    """A visitor with a throwaway user."""
    return create_lab_user(uuid.uuid4())


@pytest.fixture
def device(strategy: type[Strategy], lab_user: LabUser) -> LabDevice:
    """The visitor's device, logged in."""
    return LabDevice(strategy).logged_in(lab_user)


def me(device: LabDevice, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = device.client.get(
        device.url("me"), headers=device.headers, QUERY_STRING=query
    ).json()
    return answer


@pytest.mark.database("sqlite", "postgres")
def test_the_story_of_one_login(strategy: type[Strategy], lab_user: LabUser) -> None:
    device = LabDevice(strategy)
    assert device.me()["verdict"]["code"] == "not_authenticated"
    begun = device.log_in(lab_user)
    assert begun["verdict"]["reason"] == "Signed in"
    assert begun["user"] == {"username": lab_user.user.username, "role": "editor"}
    asked = device.me()
    assert asked["user"] == begun["user"]
    assert asked["verdict"]["reason"] == strategy.checks
    over = device.log_out()
    assert over["status"] == 200
    assert over["verdict"]["accepted"]
    device.access = ""
    assert device.me()["status"] == 401


def test_every_answer_has_a_verdict_with_a_reason(device: LabDevice, lab_user: LabUser) -> None:
    stranger = LabDevice(device.strategy)
    wrong = LabUser(lab_user.user, "wrong")
    answers = [
        device.me(),
        device.renew(),
        device._post("refresh", {}),
        device._post("thief/replay", {}),
        device.replay("x"),
        device.log_out(),
        stranger.me(),
        stranger.log_out(),
        stranger._post("login", {}),
        stranger.log_in(wrong),
        stranger._post("thief/copy"),
    ]
    for answer in answers:
        assert set(answer["verdict"]) == VERDICT
        assert answer["verdict"]["reason"]
        assert answer["verdict"]["accepted"] == (answer["status"] == 200)


def test_a_refused_request_is_told_how_to_authenticate(strategy: type[Strategy]) -> None:
    device = LabDevice(strategy)
    answer = device.client.get(device.url("me"))
    assert answer.status_code == 401
    wanted = 'DPoP algs="ES256"' if strategy.bound else 'Bearer realm="api"'
    assert answer["WWW-Authenticate"] == wanted


def test_a_refused_request_says_at_which_step(strategy: type[Strategy]) -> None:
    stranger = LabDevice(strategy, access="x" * 40)
    if strategy.in_cookie:
        stranger.client.cookies[cookie_name(strategy.slug)] = "x" * 40
    answer = stranger.me()
    assert answer["status"] == 401
    assert answer["detail"] == answer["verdict"]["reason"]
    assert answer["code"] == answer["verdict"]["code"]
    assert answer["verdict"]["step"] not in ("", "read request")


def test_who_stores_what_is_told_only_when_asked(device: LabDevice) -> None:
    assert "storage" not in me(device)
    assert "storage" not in me(device, "storage=0")
    storage = me(device, "storage=1")["storage"]
    assert storage["browser"]["bytes"] == len(device.credential)
    assert storage["browser"]["kind"] in ("cookie", "token", "opaque")
    assert device.credential not in str(storage)


def test_what_a_token_says_is_decoded_and_its_signature_is_not_shown(lab_user: LabUser) -> None:
    device = LabDevice(strategies["jwt-user"]).logged_in(lab_user)
    browser = me(device, "storage=1")["storage"]["browser"]
    assert browser["claims"]["user_id"] == str(lab_user.user.pk)
    assert browser["header"]["alg"] == "HS256"
    assert device.access.rpartition(".")[2] not in str(browser)


def test_the_page_asking_who_stores_what_is_no_part_of_the_trace(
    device: LabDevice, settings: Settings
) -> None:
    settings.TRACING = True
    me(device)  # what is cached is cached from now on
    plain, asked = me(device)["trace"], me(device, "storage=1")["trace"]
    assert plain["tally"]["sql"] == asked["tally"]["sql"]
    assert [step["name"] for step in plain["steps"]] == [step["name"] for step in asked["steps"]]


def test_the_trace_tells_how_the_credential_came(device: LabDevice, settings: Settings) -> None:
    settings.TRACING = True
    trace = me(device)["trace"]
    is_cookie = device.strategy.in_cookie
    credential = trace["credential"]
    assert credential["carrier"] == ("cookie" if is_cookie else "bearer")
    if not device.strategy.bound:  # there, the proof counts too
        assert credential["bytes"] == len(device.credential)
    assert credential["masked"] != device.credential
    assert (trace["method"], trace["path"], trace["status"]) == ("GET", device.url("me"), 200)


def test_without_tracing_there_is_no_trace(device: LabDevice, settings: Settings) -> None:
    settings.TRACING = False
    assert "trace" not in me(device)


def test_a_refresh_where_there_is_none_is_not_found(device: LabDevice) -> None:
    answer = device.renew()
    assert answer["status"] == (200 if device.strategy.refreshes else 404)
    if device.strategy.refreshes:
        device.access = answer["access"]
        assert device.me()["status"] == 200


def test_a_log_out_tells_the_client_to_drop_its_cookie(device: LabDevice) -> None:
    device.log_out()
    if device.strategy.in_cookie:
        cookie = device.client.cookies[cookie_name(device.strategy.slug)]
        assert (cookie.value, cookie["max-age"]) == ("", 0)
        assert cookie["path"] == lab_path(device.strategy.slug)


def test_a_credential_that_outlives_its_login_says_so(lab_user: LabUser) -> None:
    device = LabDevice(strategies["jwt-stateless"]).logged_in(lab_user)
    Login.objects.all().delete()
    path = f"{device.url('logout')}?storage=1"
    answer = device.client.post(path, content_type=JSON, headers=device.headers)
    assert answer.status_code == 400
    assert answer.json()["verdict"]["code"] == "no_login"
    assert answer.json()["storage"]["browser"]["kind"] == "token"


def test_a_log_out_that_refuses_the_copy_says_what_it_changed(device: LabDevice) -> None:
    credential = device.credential
    reason = device.log_out()["verdict"]["reason"]
    judge = find_strategy(device.strategy.slug)
    assert judge
    with with_key(judge, credential, device.key):
        is_refused = isinstance(judge.check(credential), Refused)
    if is_refused:
        assert "nothing to delete" not in reason


def test_a_cookie_needs_csrf_and_a_token_does_not(
    strategy: type[Strategy], lab_user: LabUser
) -> None:
    strict = LabDevice(strategy, Client(enforce_csrf_checks=True))
    answer = strict.log_in(lab_user)
    if not (strategy.in_cookie and strategy.csrf_checked):
        assert answer["status"] == 200
        assert strict.log_out()["status"] == 200
        return
    assert (answer["status"], answer["code"]) == (403, "csrf_failed")
    easy = LabDevice(strategy).logged_in(lab_user)
    strict.client.cookies = easy.client.cookies
    for action in ("logout", "thief/copy", "logout-everywhere", "password"):
        assert strict._post(action)["status"] == 403
    assert strict.me()["status"] == 200


def test_a_name_that_no_strategy_has_is_not_found() -> None:
    for action in ("me", "login", "logout", "refresh", "thief/copy", "thief/replay"):
        for method in ("GET", "POST"):
            answer = Client().generic(method, f"/api/lab/nothing/{action}/", headers=bearer("x"))
            assert answer.status_code == 404
            assert answer.json()["code"] == "not_found"
