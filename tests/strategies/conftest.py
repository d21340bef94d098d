"""A throwaway user, server processes, and what a request asks the database."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.lab.users import LabUser, create_lab_user
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import Realm, lab_realm
from tests.clients import LabDevice
from tests.processes import Process
from tests.sql import tables_of

TablesAsked = Callable[[str], list[set[str]]]


@pytest.fixture
def lab_user(db: None) -> LabUser:
    """A visitor with a throwaway user."""
    return create_lab_user(uuid.uuid4())


@pytest.fixture
def process() -> Iterator[Process]:
    """Start a server process: an instance of a strategy, closed afterwards."""
    started = []

    def start(slug: str, realm: Realm | None = None, **changes: Any) -> Strategy:
        instance = strategies[slug](replace(realm or lab_realm(), **changes))
        started.append(instance)
        return instance

    yield start
    for instance in started:
        instance.close()


@pytest.fixture
def tables_asked(lab_user: LabUser, settings: Settings) -> TablesAsked:
    """The tables of each query of an authenticated request, over HTTP and with tracing off."""
    settings.TRACING = False

    def ask(slug: str) -> list[set[str]]:
        device = LabDevice(strategies[slug]).logged_in(lab_user)
        device.me()  # what a cache or a memory is filled with is there from now on
        first, second = (_tables_of_a_request(device) for _ in range(2))
        assert first == second
        return second

    return ask


def _tables_of_a_request(device: LabDevice) -> list[set[str]]:
    with CaptureQueriesContext(connection) as queries:
        assert device.me()["status"] == 200
    return tables_of(queries)
