"""What migrations carry over."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = ("accounts", "0008_run_turn")
AFTER = ("accounts", "0009_login_rotation")


def migrate(*target: tuple[str, str]) -> Any:
    """Migrate there, and give the models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(target))
    return executor.loader.project_state(list(target)).apps


@pytest.fixture
def newest_again() -> Iterator[None]:
    yield
    migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("newest_again")
def test_the_refresh_token_spent_last_is_carried_over_as_the_parent_and_back() -> None:
    old = migrate(BEFORE)
    user = old.get_model("accounts", "User").objects.create(username="alice", name_key="alice")
    parent, at = uuid.uuid4(), datetime(2030, 1, 1, tzinfo=UTC)
    times = {"refreshed_at": at, "expires": at + timedelta(days=1)}
    logins = old.get_model("accounts", "Login").objects
    login = logins.create(user=user, token_version=0, previous_refresh_jti=parent, **times)
    never_refreshed = logins.create(user=user, token_version=0, expires=times["expires"])
    new = migrate(AFTER).get_model("accounts", "Login").objects
    assert new.get(pk=login.pk).spent == [[parent.hex, round(at.timestamp() * 1000)]]
    assert new.get(pk=login.pk).pair_seen
    assert new.get(pk=never_refreshed.pk).spent == []
    back = migrate(BEFORE).get_model("accounts", "Login").objects.get(pk=login.pk)
    assert back.previous_refresh_jti == parent
