"""What a throwaway user does to all of its logins, under any strategy."""

import uuid

import pytest
from django.test import Client

from accounts.lab import users
from accounts.lab.users import LabUser, create_lab_user
from accounts.models import Login
from accounts.strategies import Strategy, strategies
from tests.clients import LabDevice

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[strategy.slug for strategy in strategies])
def strategy(request: pytest.FixtureRequest) -> type[Strategy]:
    """Each strategy of the lab."""
    return strategies[request.param]


@pytest.fixture
def lab_user() -> LabUser:
    """A visitor with a throwaway user."""
    return create_lab_user(uuid.uuid4())


def test_changing_the_password_keeps_the_device_and_gives_it_a_new_credential(
    strategy: type[Strategy], lab_user: LabUser
) -> None:
    device = LabDevice(strategy).logged_in(lab_user)
    before = device.credential
    answer = device._post("password")
    assert answer["status"] == 200
    device.access = answer.get("access", "")
    assert device.credential != before
    assert device.me()["status"] == 200


def test_the_new_password_is_the_one_to_log_in_with(
    strategy: type[Strategy], lab_user: LabUser
) -> None:
    password = LabDevice(strategy).logged_in(lab_user)._post("password")["password"]
    assert password != lab_user.password
    assert LabDevice(strategy).log_in(lab_user)["status"] == 401
    assert LabDevice(strategy).log_in(LabUser(lab_user.user, password))["status"] == 200


def test_of_two_devices_that_change_it_at_once_the_second_is_refused(
    lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(login: Login) -> str:
        """Change the password, after the other device has."""
        monkeypatch.undo()
        new.append(first._post("password")["password"])
        return users.change_password(login)

    new: list[str] = []
    first, second = (LabDevice(strategies["opaque"]).logged_in(lab_user) for _ in range(2))
    monkeypatch.setattr(users, "change_password", slow)
    answer = second._post("password")
    assert answer["status"] == 401
    assert answer["verdict"]["reason"] == "Another device changed the password just now"
    assert LabDevice(strategies["opaque"]).log_in(LabUser(lab_user.user, new[0]))["status"] == 200


def test_logging_out_everywhere_makes_the_browser_drop_its_cookie(lab_user: LabUser) -> None:
    device = LabDevice(strategies["session-joined"]).logged_in(lab_user)
    assert device._post("logout-everywhere")["status"] == 200
    assert device.credential == ""


def test_logging_out_everywhere_ends_the_other_device_where_that_is_possible(
    lab_user: LabUser,
) -> None:
    for slug, status in (("opaque", 401), ("jwt-user", 200)):
        phone = LabDevice(strategies[slug]).logged_in(lab_user)
        laptop = LabDevice(strategies[slug]).logged_in(lab_user)
        assert phone._post("logout-everywhere")["status"] == 200
        assert laptop.me()["status"] == status


def test_nobody_without_a_credential_does_it(strategy: type[Strategy]) -> None:
    for action in ("password", "logout-everywhere"):
        path = f"/api/lab/{strategy.slug}/{action}/"
        response = Client().post(path, content_type="application/json")
        assert response.status_code == 401
        assert response.json()["verdict"]["accepted"] is False


def test_by_cookie_it_needs_a_csrf_token(strategy: type[Strategy], lab_user: LabUser) -> None:
    for action in ("logout-everywhere", "password"):
        device = LabDevice(strategy).logged_in(lab_user)
        device.client.handler.enforce_csrf_checks = True
        status = 403 if strategy.in_cookie and strategy.csrf_checked else 200
        assert device._post(action)["status"] == status


@pytest.mark.parametrize("action", ["password", "logout-everywhere"])
def test_an_unknown_strategy_is_a_404(action: str) -> None:
    response = Client().post(f"/api/lab/carrier-pigeon/{action}/", content_type="application/json")
    assert response.status_code == 404
