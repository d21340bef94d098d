"""The keys behind Django's sessions: the site's, unless a realm judges."""

import pytest
from django.contrib.auth.models import AbstractBaseUser
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.models.session_keys import session_keys, session_keys_of


def test_they_are_those_of_the_settings(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = ["an old one"]
    assert session_keys() == [settings.SECRET_KEY, "an old one"]


def test_a_realm_uses_its_own_and_gives_them_back(settings: Settings) -> None:
    with session_keys_of([b"new", b"old"]):
        assert session_keys() == [b"new", b"old"]
        with session_keys_of([b"newer"]):
            assert session_keys() == [b"newer"]
        assert session_keys() == [b"new", b"old"]
    assert session_keys() == [settings.SECRET_KEY]


def test_they_are_given_back_after_an_error() -> None:
    before = session_keys()
    with pytest.raises(ValueError, match="x"), session_keys_of([b"new"]):
        raise ValueError("x")
    assert session_keys() == before


def test_without_a_realm_the_hash_is_djangos_own() -> None:
    user = User(password="hashed")
    assert user.get_session_auth_hash() == AbstractBaseUser.get_session_auth_hash(user)


def test_the_fallback_hashes_are_djangos_own(settings: Settings) -> None:
    settings.SECRET_KEY_FALLBACKS = ["one", "two"]
    user = User(password="hashed")
    theirs = list(AbstractBaseUser.get_session_auth_fallback_hash(user))
    assert list(user.get_session_auth_fallback_hash()) == theirs


def test_under_a_retired_key_the_hash_is_the_one_from_before() -> None:
    user = User(password="hashed")
    with session_keys_of([b"old"]):
        before = user.get_session_auth_hash()
    with session_keys_of([b"new", b"old"]):
        assert user.get_session_auth_hash() != before
        assert list(user.get_session_auth_fallback_hash()) == [before]
