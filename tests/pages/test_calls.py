"""What pages cost: function calls of whole requests, which no busy machine changes."""

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.bench import archive

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

# So many were counted, of a visitor who has no cookie and has played nothing: the test's own client
# is a third of the fewest.
CALLS = {
    "/": 5_808,
    "/lab/": 18_010,
    "/lab/events/log-out/": 12_306,
    "/lab/libraries/": 10_173,
    "/claims/": 7_500,
    "/cluster/": 11_202,
    "/benchmarks/": 8_933,
    "/glossary/": 5_148,
    "/api/docs/": 5_472,
}
MARGIN = 1.02


def calls(path: str) -> int:
    client, counted = Client(), Counter[str]()

    def count(frame: FrameType, event: str, argument: object) -> None:
        counted[event] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    finally:
        sys.setprofile(before)
    assert answer.status_code == 200
    return counted["call"] + counted["c_call"]


@pytest.mark.parametrize("path", CALLS)
def test_a_page_that_was_drawn_before_costs_few_calls(
    path: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.TRACING = False
    monkeypatch.setattr(archive, "folder", lambda: tmp_path)  # no results of this machine
    assert Client().get(path).status_code == 200  # draws it
    counted = [calls(path) for _ in range(2)]
    assert min(counted) <= CALLS[path] * MARGIN, counted
