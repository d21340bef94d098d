"""A JWT in a cookie: the cookie keeps it from scripts, and a CSRF token from other sites."""

from django.test import Client

from accounts.lab.users import LabUser
from accounts.lab.wire import cookie_name
from accounts.strategies import strategies
from tests.clients import LabDevice
from tests.strategies.conftest import TablesAsked

SLUG = "jwt-cookie"


def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-cookie") == [{"accounts_user"}]


def test_the_token_is_in_a_cookie_that_no_script_reads_and_nowhere_else(lab_user: LabUser) -> None:
    device = LabDevice(strategies[SLUG])
    answer = device.log_in(lab_user)
    cookie = device.client.cookies[cookie_name(SLUG)]
    assert cookie["httponly"]
    assert cookie.value.count(".") == 2
    assert cookie.value not in str(answer)
    assert "access" not in answer


def test_it_lives_as_long_as_its_login_for_nothing_renews_it(lab_user: LabUser) -> None:
    device = LabDevice(strategies[SLUG]).logged_in(lab_user)
    assert device.renew()["status"] == 404
    answer = device.client.get(device.url("me"), {"storage": "1"}).json()
    browser = answer["storage"]["browser"]
    assert browser["claims"]["exp"] - browser["claims"]["iat"] == 3600
    assert browser["name"] == cookie_name(SLUG)
    assert "HttpOnly" in browser["note"]


def test_a_header_is_no_place_for_it(lab_user: LabUser) -> None:
    device = LabDevice(strategies[SLUG]).logged_in(lab_user)
    headers = {"Authorization": f"Bearer {device.credential}"}
    assert Client().get(device.url("me"), headers=headers).status_code == 401
