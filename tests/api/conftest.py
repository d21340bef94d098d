"""Clients of the API over a live server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.clients import Api
from tests.conftest import Live


@pytest.fixture
def new_client(live: Live) -> Iterator[Callable[[], Api]]:
    """One more device: a client with no cookies yet."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Api(base_url=live.url))


@pytest.fixture
def client(new_client: Callable[[], Api]) -> Api:
    """Alice's device."""
    return new_client()


@pytest.fixture
def mallory(new_client: Callable[[], Api]) -> Api:
    """Somebody else's device."""
    return new_client()
