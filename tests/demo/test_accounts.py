"""The demo's accounts: made once, told at every start, never told wrongly."""

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory
from pytest_django import Settings

from accounts.demo.accounts import Known, demo_accounts_make, demo_password
from accounts.models import User

pytestmark = pytest.mark.django_db


def known() -> dict[str, Known]:
    return {account.username: account for account in demo_accounts_make()}


def test_ada_grace_and_admin_can_log_in_with_the_printed_passwords() -> None:
    request = RequestFactory().post("/login/")
    for account in known().values():
        user = authenticate(request, username=account.username, password=account.password)
        assert user is not None
        assert user.get_username() == account.username
    assert list(known()) == ["ada", "grace", "admin"]


def test_only_admin_may_enter_the_administration() -> None:
    assert [name for name, account in known().items() if account.is_staff] == ["admin"]
    assert [user.username for user in User.objects.filter(is_superuser=True)] == ["admin"]


def test_a_second_start_makes_nothing_and_tells_the_same() -> None:
    first = known()
    hashes = set(User.objects.values_list("username", "password", "token_version"))
    assert known() == first
    assert set(User.objects.values_list("username", "password", "token_version")) == hashes


def test_a_changed_password_is_neither_told_nor_changed_back() -> None:
    known()
    ada = User.objects.get(username="ada")
    ada.set_password("my own secret words")
    ada.save()
    assert known()["ada"].password is None
    assert User.objects.get(username="ada").check_password("my own secret words")


def test_no_password_is_told_for_a_disabled_account() -> None:
    known()
    User.objects.filter(username="grace").update(is_active=False)
    assert known()["grace"].password is None


def test_a_person_who_took_the_name_first_keeps_the_account() -> None:
    User.objects.create_user("Ada", password="my own secret words")
    assert known()["Ada"].password is None
    assert User.objects.filter(username__iexact="ada").count() == 1


def test_the_passwords_differ_from_each_other_and_between_two_demos(
    settings: Settings,
) -> None:
    names = ["ada", "grace", "admin"]
    here = {demo_password(name) for name in names}
    settings.SECRET_KEY = "another demo's key"
    assert len(here | {demo_password(name) for name in names}) == 6
