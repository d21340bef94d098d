"""The site's own cookie session when the server's secret is rotated."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab import Visit
from accounts.models import Session
from accounts.strategies.session_joined import SessionStore
from tests.processes import Process, is_accepted, log_in


def test_a_session_outlives_a_rotation_with_overlap(process: Process, visit: Visit) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, visit)
    rotated = process("session-joined", strategy.realm.rotated(overlap=True))
    assert is_accepted(rotated, credential)


def test_it_can_be_ended_under_the_new_secret(process: Process, visit: Visit) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, visit)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=True))
    store.flush()
    assert not Session.objects.exists()


def test_its_data_can_be_saved_under_the_new_secret(process: Process, visit: Visit) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, visit)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=True))
    store["seen"] = "the inspector"
    store.save()
    assert SessionStore(credential.value, realm=strategy.realm)["seen"] == "the inspector"


def test_without_overlap_it_is_gone(process: Process, visit: Visit) -> None:
    strategy = process("session-joined")
    _, credential = log_in(strategy, visit)
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=False))
    assert store.get("anything") is None
    store = SessionStore(credential.value, realm=strategy.realm.rotated(overlap=False))
    store._session_cache = {}
    with pytest.raises(UpdateError):
        store.save()


def test_only_a_session_from_before_the_rotation_costs_a_second_query(
    process: Process, visit: Visit
) -> None:
    strategy = process("session-joined")
    _, old = log_in(strategy, visit)
    rotated = process("session-joined", strategy.realm.rotated(overlap=True))
    _, new = log_in(rotated, visit)
    for credential, expected in ((new, 1), (old, 2)):
        with CaptureQueriesContext(connection) as queries:
            assert is_accepted(rotated, credential)
        assert len(queries) == expected
