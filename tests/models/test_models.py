"""Users and logins: what is dead stays dead, whoever changes what."""

import uuid
from collections.abc import Callable
from cProfile import Profile
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pstats import Stats
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import (
    BlacklistedToken,
    EndReason,
    Login,
    User,
    blacklist_login,
    login_begin,
    login_touch,
)
from accounts.models.hashers import SiteHasher
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def login(alice: User) -> Login:
    return login_begin(alice, strategy="opaque")


def setting() -> str:
    """Whether PostgreSQL flushes what this connection commits."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


def is_live(login: Login) -> bool:
    return Login.objects.live().filter(pk=login.pk).exists()


def change_password(user: User, **kwargs: Any) -> None:
    user.set_password("eight brown barrels")
    user.save(**kwargs)


def take_password_away(user: User, **kwargs: Any) -> None:
    user.set_unusable_password()
    user.save(**kwargs)


def disable(user: User, **kwargs: Any) -> None:
    user.is_active = False
    user.save(**kwargs)


class TestVersion:
    @pytest.mark.parametrize(
        ("change", "field"),
        [
            (change_password, "password"),
            (take_password_away, "password"),
            (disable, "is_active"),
        ],
        ids=["new password", "no password", "disabled"],
    )
    @pytest.mark.parametrize("narrow", [False, True], ids=["all fields", "one field"])
    def test_a_new_password_and_a_disabled_account_end_every_login(
        self,
        alice: User,
        login: Login,
        change: Callable[..., None],
        field: str,
        narrow: bool,  # noqa: FBT001
    ) -> None:
        change(alice, **({"update_fields": [field]} if narrow else {}))
        assert not is_live(login)
        assert User.objects.get(pk=alice.pk).token_version == alice.token_version == 1

    def test_an_account_that_is_enabled_again_brings_nothing_back(
        self, alice: User, login: Login
    ) -> None:
        disable(alice)
        alice.is_active = True
        alice.save()
        assert not is_live(login)
        assert is_live(login_begin(alice, strategy="opaque"))

    @pytest.mark.parametrize("fields", [None, ["email"], ["last_login"]], ids=str)
    def test_anything_else_ends_nothing(
        self, alice: User, login: Login, fields: list[str] | None
    ) -> None:
        alice.email = "alice@example.org"
        alice.save(update_fields=fields)
        assert is_live(login)

    def test_a_better_hash_of_the_same_password_ends_nothing(
        self, alice: User, login: Login, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = alice.password
        monkeypatch.setattr(SiteHasher, "memory_cost", SiteHasher.memory_cost * 2)
        assert alice.check_password(PASSWORD)
        assert User.objects.get(pk=alice.pk).password != before
        assert is_live(login)

    def test_an_older_copy_of_the_row_does_not_take_the_number_back(
        self, alice: User, login: Login
    ) -> None:
        stale = User.objects.get(pk=alice.pk)
        change_password(alice)
        stale.email = "alice@example.org"
        stale.save()
        assert User.objects.get(pk=alice.pk).token_version == 1
        assert not is_live(login)

    def test_a_login_begun_with_the_old_password_is_outdated_when_it_begins(
        self, alice: User
    ) -> None:
        checked = User.objects.get(pk=alice.pk)
        change_password(alice)
        assert not is_live(login_begin(checked, strategy="opaque"))

    def test_a_login_that_was_ended_meanwhile_is_not_the_one_to_keep(
        self, alice: User, login: Login
    ) -> None:
        # Another request logs out everywhere; this one still takes its login for live.
        User.objects.filter(pk=alice.pk).update(token_version=F("token_version") + 1)
        alice.end_logins(EndReason.PASSWORD, keep=login.pk)
        assert not is_live(login)

    def test_a_login_that_has_expired_is_not_ended_again(self, alice: User, login: Login) -> None:
        expired = login_begin(alice, strategy="opaque", lifetime=timedelta(microseconds=1))
        assert alice.end_logins(EndReason.EVERYWHERE) == 1
        expired.refresh_from_db()
        assert expired.end_reason == ""

    def test_other_users_keep_theirs(self, alice: User, bob: User) -> None:
        bobs = login_begin(bob, strategy="opaque")
        change_password(alice)
        assert is_live(bobs)

    def test_a_new_user_starts_at_nought(self, alice: User) -> None:
        assert alice.token_version == 0
        disabled = User.objects.create_user("carol", is_active=False)
        assert disabled.token_version == 0


class TestNames:
    @pytest.mark.parametrize("name", ["alice", "ALICE", "Alice"])
    def test_a_name_in_another_case_is_taken(self, alice: User, name: str) -> None:
        with pytest.raises(IntegrityError):
            User.objects.create_user(name)


class TestLogin:
    def test_its_end_is_fixed_when_it_begins(self, alice: User) -> None:
        login = login_begin(alice, strategy="opaque", lifetime=timedelta(hours=1))
        assert is_live(login)
        with time_machine.travel(datetime.now(UTC) + timedelta(hours=1, seconds=1)):
            login_touch(login.pk)
            assert not is_live(login)

    def test_it_ends_once_and_the_first_reason_stays(self, login: Login) -> None:
        mine = Login.objects.filter(pk=login.pk)
        assert mine.end(EndReason.LOGGED_OUT) == 1
        assert mine.end(EndReason.STAFF) == 0
        login.refresh_from_db()
        assert login.end_reason == EndReason.LOGGED_OUT

    def test_its_use_is_noted_once_a_minute(self, login: Login) -> None:
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False) as clock:
            for _ in range(3):
                login_touch(login.pk)
                login.refresh_from_db()
                assert login.last_seen == datetime.now(UTC)
                clock.shift(timedelta(seconds=50))
                login_touch(login.pk)
                login.refresh_from_db()
                assert login.last_seen < datetime.now(UTC)
                clock.shift(timedelta(seconds=20))

    @pytest.mark.database("postgres")
    @pytest.mark.django_db(transaction=True)
    def test_noting_its_use_waits_for_no_disk_and_whatever_else_is_written_does(
        self, login: Login
    ) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")  # as the tests' own server has it not
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
            with CaptureQueriesContext(connection) as sent:
                login_touch(login.pk)
            assert [setting() for _ in range(2)] == ["on", "on"]
            Login.objects.update(last_seen=login.last_seen)
            with transaction.atomic():
                login_touch(login.pk)
                assert setting() == "on"
        [alone] = sent.captured_queries
        assert "set_config('synchronous_commit', 'off', true)" in alone["sql"]
        login.refresh_from_db()
        assert login.last_seen > datetime.now(UTC)

    @pytest.mark.django_db(transaction=True)
    def test_noting_its_use_costs_a_fraction_of_what_the_request_does(self, login: Login) -> None:
        login_touch(login.pk)  # connects
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)), Profile() as profile:
            login_touch(login.pk)
        assert Stats(profile).total_calls < 200  # type: ignore[attr-defined]  # left out of the stubs

    @pytest.mark.parametrize("agent", ["x" * 5000, "Mozilla\0/5.0", "\N{PILE OF POO}" * 400, ""])
    def test_any_user_agent_can_be_kept(self, alice: User, agent: str) -> None:
        login = login_begin(alice, strategy="opaque", user_agent=agent)
        login.refresh_from_db()
        assert len(login.user_agent) <= 400
        assert "\0" not in login.user_agent


class TestBlacklist:
    def test_blacklisting_twice_changes_nothing(self, login: Login) -> None:
        blacklist_login(login, reason=EndReason.LOGGED_OUT)
        blacklist_login(login, reason=EndReason.STAFF)
        row = BlacklistedToken.objects.get()
        assert (row.jti, row.reason) == (login.pk, EndReason.LOGGED_OUT)
        assert row.expires_at == login.expires

    def test_it_costs_one_statement(self, login: Login) -> None:
        with CaptureQueriesContext(connection) as queries:
            blacklist_login(login, reason=EndReason.LOGGED_OUT)
        assert len(queries) == 1

    def test_a_row_may_outlive_its_user(self, alice: User, login: Login) -> None:
        blacklist_login(login, reason=EndReason.LOGGED_OUT)
        alice.delete()
        assert BlacklistedToken.objects.filter(jti=login.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_blacklist_one_login_at_once_nobody_fails(alice: User) -> None:
    login = login_begin(alice, strategy="opaque")
    together, failed = Barrier(8), []

    def log_out() -> None:
        together.wait()
        try:
            blacklist_login(login, reason=EndReason.LOGGED_OUT)
        except Exception as error:  # noqa: BLE001  (any error is the failure looked for)
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=log_out) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert BlacklistedToken.objects.count() == 1


def test_no_credential_has_a_column(alice: User) -> None:
    for model in (Login, BlacklistedToken):
        for field in model._meta.concrete_fields:
            assert field.name not in ("token", "key", "access", "refresh", "cookie", "secret")


def test_a_login_says_what_it_is_and_no_secret(login: Login) -> None:
    login.digest = uuid.uuid4()
    assert "opaque" in str(login)
    assert login.digest.hex not in str(login)


class TestEndingLogins:
    def begin(self, user: User, strategy: str) -> Login:
        return login_begin(user, strategy=strategy)

    def test_the_sites_tokens_go_on_the_blacklist_and_no_other_login_does(
        self, alice: User
    ) -> None:
        token = self.begin(alice, Login.TOKEN_STRATEGY)
        self.begin(alice, "session-joined")
        assert alice.logins.all().end(EndReason.STAFF) == 2
        row = BlacklistedToken.objects.get()
        assert (row.jti, row.reason, row.token_type) == (token.pk, EndReason.STAFF, "login")
        assert row.expires_at == token.expires

    def test_what_the_counter_ends_needs_no_row_on_the_blacklist(self, alice: User) -> None:
        self.begin(alice, Login.TOKEN_STRATEGY)
        assert alice.end_logins(EndReason.PASSWORD) == 1
        assert not BlacklistedToken.objects.exists()
        assert alice.logins.get().end_reason == EndReason.PASSWORD

    def test_a_login_that_has_ended_is_not_blacklisted_again(self, alice: User) -> None:
        self.begin(alice, Login.TOKEN_STRATEGY)
        alice.logins.all().end(EndReason.STAFF)
        BlacklistedToken.objects.all().delete()
        assert alice.logins.all().end(EndReason.LOGGED_OUT) == 0
        assert not BlacklistedToken.objects.exists()

    def test_a_stale_login_that_was_to_be_kept_is_shown_as_ended(self, alice: User) -> None:
        stale = self.begin(alice, "session-joined")
        alice.end_logins(EndReason.EVERYWHERE)
        Login.objects.update(ended_at=None, end_reason="")
        alice.end_logins(EndReason.PASSWORD, keep=stale.pk)
        assert Login.objects.get().end_reason == EndReason.PASSWORD


def test_migrating_blacklists_the_tokens_of_logins_that_had_ended(alice: User) -> None:
    ended, live = (login_begin(alice, strategy=Login.TOKEN_STRATEGY) for _ in range(2))
    cookie = login_begin(alice, strategy="session-joined")
    Login.objects.filter(pk__in=[ended.pk, cookie.pk]).update(
        ended_at=timezone.now(), end_reason=EndReason.REPLAYED
    )
    migration = import_module("accounts.migrations.0004_blacklist_ended_logins")
    for _ in range(2):
        migration.blacklist(apps, None)
    row = BlacklistedToken.objects.get()
    assert (row.jti, row.reason) == (ended.pk, EndReason.REPLAYED)
    assert live.ended_at is None
