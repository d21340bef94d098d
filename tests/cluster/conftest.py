"""One cluster for all tests that need one: it is started once per run."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from accounts.cluster.control import Control
from accounts.management.commands.cluster import running
from accounts.management.commands.demo import free_port


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Control]:
    """The real one, on an empty folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "STATIC_ROOT", str(settings.STATIC_ROOT))
        folder: Path = tmp_path_factory.mktemp("cluster")
        with running(folder, host="127.0.0.1", port=free_port()) as control:
            yield control
