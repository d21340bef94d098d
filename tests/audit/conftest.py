"""A server to audit."""

from collections.abc import Iterator

import pytest

from tests.audit.toy import Toy, running


@pytest.fixture
def toy() -> Iterator[Toy]:
    """A server that does as it should, until a test breaks it."""
    with running() as server:
        yield server
