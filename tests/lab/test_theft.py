"""The thief's copy: a text that says nothing, that only this server reads, and only for an hour."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from pytest_django.fixtures import Settings

from accounts.lab.theft import StolenCredential, decrypt, encrypt
from accounts.lab.users import LabUser
from accounts.models import User


@pytest.fixture
def stolen() -> StolenCredential:
    return StolenCredential("session-db", uuid.uuid4(), secrets.token_urlsafe(32), uuid.uuid4())


def test_what_was_encrypted_is_decrypted_again(stolen: StolenCredential) -> None:
    assert decrypt(encrypt(stolen)) == stolen
    nobodys = StolenCredential("session-db", None, "x")
    assert decrypt(encrypt(nobodys)) == nobodys


def test_a_changed_copy_is_none(stolen: StolenCredential) -> None:
    encrypted = encrypt(stolen)
    for place in range(0, len(encrypted), 7):
        letter = "A" if encrypted[place] != "A" else "B"
        assert decrypt(encrypted[:place] + letter + encrypted[place + 1 :]) is None


@pytest.mark.parametrize("made_up", ["", "x", "gAAAAA", "é", "\0", "=" * 100, "gAAAAAB" * 99])
def test_a_made_up_copy_is_none(made_up: str) -> None:
    assert decrypt(made_up) is None


def test_a_copy_is_good_for_as_long_as_a_throwaway_user(stolen: StolenCredential) -> None:
    encrypted = encrypt(stolen)
    with time_machine.travel(datetime.now(UTC) + settings.LAB_LIFETIME + timedelta(minutes=1)):
        assert decrypt(encrypted) is None


def test_another_servers_copy_is_none(stolen: StolenCredential, settings: Settings) -> None:
    encrypted = encrypt(stolen)
    settings.SECRET_KEY = "the key of another server, also fifty characters long"
    assert decrypt(encrypted) is None


def test_no_secret_is_shown_where_it_is_printed(stolen: StolenCredential) -> None:
    assert stolen.credential not in repr(stolen)
    assert "the password" not in repr(LabUser(User(username="lab-1"), "the password"))
