"""A throwaway user, and server processes."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.lab.users import LabUser, create_lab_user
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import Realm, lab_realm
from tests.processes import Process


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
