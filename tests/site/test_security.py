"""The log of what an operator wants to find again: one line each, and no secret in it."""

import logging
from collections.abc import Callable
from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.admin import NotedAdmin
from accounts.models import Login, Session, User
from tests.cast import NO_GUESSES, PASSWORD
from tests.devices import Device, stolen

pytestmark = pytest.mark.django_db

ADDRESS = "address=127.0.0.1"
NEW_PASSWORD = "eight brown barrels"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level("INFO", "accounts.security")
    return lambda: [one.getMessage() for one in caplog.records if one.name == "accounts.security"]


def log_in(name: str, password: str) -> int:
    return Client().post("/login/", {"username": name, "password": password}).status_code


def test_a_failed_log_in(alice: User, lines: Callable[[], list[str]]) -> None:
    log_in("alice", "my secret")
    log_in("my other secret", "x")
    assert lines() == [
        f"sign-in failed user={alice.pk} {ADDRESS}",
        f"sign-in failed user=- {ADDRESS}",
    ]


def test_a_throttled_one(alice: User, lines: Callable[[], list[str]], settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, **NO_GUESSES}
    assert log_in("alice", PASSWORD) == 429
    assert lines() == [f"sign-in throttled user={alice.pk} {ADDRESS}"]


@pytest.mark.parametrize("path", ["refresh", "me", "verify", "revoke", "inspector"])
def test_a_replay(
    alice: User, lines: Callable[[], list[str]], settings: Settings, path: str
) -> None:
    """A token that was superseded is sent, wherever that is."""
    settings.REFRESH_GRACE = settings.REFRESH_GRACE * 0
    program = Device("jwt").log_in(alice)
    thief = stolen(program)
    thief.renew()
    program.renew()
    match path:
        case "refresh":
            thief.renew()
        case "me":
            thief.is_in()
        case "verify":
            thief.send("POST", "/api/token/verify/", {"token": thief.refresh})
        case "revoke":
            form = "application/x-www-form-urlencoded"
            Client().post("/oauth/revoke/", f"token={thief.access}", form)
        case "inspector":
            Client().post("/api/inspector/", {"token": thief.access}, "application/json")
    assert lines() == [f"refresh token replayed user={alice.pk} {ADDRESS}"]


def test_a_resource_server_with_a_wrong_secret(lines: Callable[[], list[str]]) -> None:
    headers = {"Authorization": "Basic cmVwb3J0czpzZWNyZXQ="}
    form = "application/x-www-form-urlencoded"
    answer = Client().post("/oauth/introspect/", "token=x", content_type=form, headers=headers)
    assert answer.status_code == 401
    assert lines() == [f"resource server refused user=- {ADDRESS}"]


@pytest.mark.parametrize("carrier", ["session", "jwt"])
def test_a_change_of_password(alice: User, lines: Callable[[], list[str]], carrier: str) -> None:
    device = Device(carrier).log_in(alice)  # type: ignore[arg-type]
    body = {"old_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert device.send("POST", "/api/password/", body).status_code == 200
    assert lines() == [f"password changed user={alice.pk} {ADDRESS}"]


def test_what_an_administrator_does(bob: User, lines: Callable[[], list[str]]) -> None:
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    staff = Device("session").log_in(bob).client
    staff.handler.enforce_csrf_checks = False
    made = {"username": "carol", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    staff.post("/admin/accounts/user/add/", {**made, "usable_password": "true"})
    carol = User.objects.get(username="carol")
    Device("jwt").log_in(carol, NEW_PASSWORD)
    login = Login.objects.get(user=carol)
    chosen = {"action": "end", "_selected_action": str(login.pk)}
    staff.post("/admin/accounts/login/", chosen)
    staff.post(f"/admin/accounts/login/{login.pk}/delete/", {"post": "yes"})
    staff.post("/admin/auth/group/add/", {"name": "helpers"})
    group = Group.objects.get()
    staff.post(f"/admin/auth/group/{group.pk}/change/", {"name": "teachers"})
    chosen = {"action": "delete_selected", "_selected_action": str(group.pk), "post": "yes"}
    staff.post("/admin/auth/group/", chosen)
    staff.post(f"/admin/accounts/user/{carol.pk}/delete/", {"post": "yes"})
    assert lines() == [
        f"admin added user {carol.pk} user={bob.pk} {ADDRESS}",
        f"admin ended 1 logins user={bob.pk} {ADDRESS}",
        f"admin deleted login {login.pk} user={bob.pk} {ADDRESS}",
        f"admin added group {group.pk} user={bob.pk} {ADDRESS}",
        f"admin changed group {group.pk} user={bob.pk} {ADDRESS}",
        f"admin deleted group {group.pk} user={bob.pk} {ADDRESS}",
        f"admin deleted user {carol.pk} user={bob.pk} {ADDRESS}",
    ]


def test_no_page_of_the_admin_writes_unnoted() -> None:
    assert all(isinstance(one, NotedAdmin) for one in admin.site._registry.values())


def test_a_session_that_cannot_be_read(alice: User, lines: Callable[[], list[str]]) -> None:
    browser = Device("session").log_in(alice)
    Session.objects.update(data="{")
    browser.is_in()
    assert lines() == [f"session unreadable user={alice.pk} {ADDRESS}"]


def test_a_wrong_host_is_one_line(client: Client) -> None:
    [console] = [one for one in logging.getLogger().handlers if one.name == "console"]
    assert isinstance(console, logging.StreamHandler)
    written = StringIO()
    stream = console.setStream(written)
    try:
        assert client.get("/", headers={"host": "wrong.example"}).status_code == 400
    finally:
        console.setStream(stream)
    [line] = written.getvalue().splitlines()
    assert "ERROR django.security.DisallowedHost Invalid HTTP_HOST header: 'wrong.example'" in line
