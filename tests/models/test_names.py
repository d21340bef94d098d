"""Names and passwords in any spelling: one account, one password."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.contrib.auth import aauthenticate, authenticate
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

SPELLINGS = ["maja", "MAJA", "\uff2d\uff41\uff4a\uff41"]  # the last one is full width
COMPOSED, DECOMPOSED = "Zo\u00eb", "Zoe\u0308"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_who_signs_up_as_maja_logs_in_in_any_spelling(spelling: str) -> None:
    User.objects.create_user("Maja", password=PASSWORD)
    form = {"username": spelling, "password": PASSWORD}
    assert Client().post("/login/", form).status_code == 302
    assert Client().post("/api/token/", form, content_type="application/json").status_code == 200


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_nobody_else_gets_the_name_in_another_spelling(spelling: str) -> None:
    User.objects.create_user("Maja")
    form = {"username": spelling, "password1": PASSWORD, "password2": PASSWORD}
    answer = Client().post("/signup/", form)
    assert answer.status_code == 422
    assert "already exists" in answer.content.decode()
    with pytest.raises(ValidationError, match="already exists"):
        User(username=spelling, password="!").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(spelling)


def test_case_counts_for_nothing_beyond_ascii_either() -> None:
    User.objects.create_user(COMPOSED.upper(), password=PASSWORD)
    assert User.objects.get_by_natural_key(DECOMPOSED).username == COMPOSED.upper()


def found_asynchronously(username: str) -> object:
    found = async_to_sync(aauthenticate)(username=username, password=PASSWORD)
    connection.close()
    return found


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_view_finds_the_same_user() -> None:
    user = User.objects.create_user("Maja", password=PASSWORD)
    with ThreadPoolExecutor(1) as pool:  # in this thread a browser's loop may be running
        found = pool.submit(found_asynchronously, "maja").result()
    assert found == user == authenticate(username="MAJA", password=PASSWORD)


def test_a_new_name_is_found_and_the_old_one_is_free() -> None:
    user = User.objects.create_user("Maja")
    user.username = "Mia"
    user.save(update_fields=["username"])
    assert User.objects.get_by_natural_key("mia") == user
    User.objects.create_user("maja")


def test_a_password_is_the_same_however_the_keyboard_spells_it() -> None:
    user = User.objects.create_user("maja", password=f"{COMPOSED} rides a horse")
    assert user.check_password(f"{DECOMPOSED} rides a horse")
    assert not user.check_password("Zoe rides a horse")


def test_a_hash_of_a_password_as_it_was_typed_still_works() -> None:
    typed = f"{DECOMPOSED} rides a horse"
    user = User.objects.create_user("maja")
    User.objects.filter(pk=user.pk).update(password=make_password(typed))
    user.refresh_from_db()
    assert user.check_password(typed)
    assert Client().post("/login/", {"username": "maja", "password": typed}).status_code == 302


def test_migrating_gives_a_name_that_two_had_to_the_older_account() -> None:
    older, newer = User.objects.create_user("Maja"), User.objects.create_user("Mia")
    User.objects.filter(pk=newer.pk).update(username="MAJA")
    import_module("accounts.migrations.0006_names_in_normal_form").fill(apps, None)
    assert User.objects.get_by_natural_key("maja") == older
    newer.refresh_from_db()
    assert newer.name_key == f"maja {newer.pk}"
