"""Somebody else's backend: Django's own for users whom a proxy has checked already."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def checked_by_a_proxy(settings: Settings) -> None:
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "django.contrib.auth.backends.RemoteUserBackend",
    ]
    place = settings.MIDDLEWARE.index("accounts.middleware.login.LoginMiddleware") + 1
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:place],
        "django.contrib.auth.middleware.PersistentRemoteUserMiddleware",
        *settings.MIDDLEWARE[place:],
    ]


def name_of(browser: Client, **extra: str) -> str | None:
    answer = browser.get("/api/me/", **extra)  # type: ignore[arg-type]
    name: str | None = answer.json().get("username")
    return name


def test_its_log_in_is_a_login_like_any_other(alice: User) -> None:
    browser = Client()
    assert name_of(browser, REMOTE_USER="alice") == "alice"
    assert name_of(browser) == "alice"
    login = Login.objects.get(user=alice)
    assert str(login.pk) in browser.get("/logins/").content.decode()
    browser.post("/logout/")
    assert name_of(browser) is None
    login.refresh_from_db()
    assert login.end_reason == EndReason.LOGGED_OUT


def test_it_ends_with_all_others_of_its_user(alice: User) -> None:
    browser, other = Client(), Client()
    for each in (browser, other):
        name_of(each, REMOTE_USER="alice")
    assert other.post("/api/logout-everywhere/", {}, "application/json").status_code == 200
    assert name_of(browser) is None


def test_whoever_is_new_gets_an_account_in_any_spelling_of_the_name() -> None:
    assert name_of(Client(), REMOTE_USER="Carol") == "Carol"
    assert name_of(Client(), REMOTE_USER="carol") == "Carol"
    assert User.objects.count() == 1


def test_another_user_of_the_same_browser_gets_a_login_of_their_own(alice: User, bob: User) -> None:
    browser = Client()
    name_of(browser, REMOTE_USER="alice")
    assert name_of(browser, REMOTE_USER="bob") == "bob"
    assert Login.objects.get(user=bob).end_reason == ""
    assert name_of(browser) == "bob"


def test_a_disabled_account_is_not_let_in(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert name_of(Client(), REMOTE_USER="alice") is None
    assert not Login.objects.exists()
