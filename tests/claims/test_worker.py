"""What the process that plays claims prints."""

import json
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from accounts.claims import Laboratory, _worker, claims, work, write_lines
from accounts.claims._worker import Line
from accounts.services import ServiceError
from tests.claims.case import GLANCE
from tests.claims.sample import ON_CLUSTER, played, progress


def test_the_last_line_comes_again_while_there_is_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed: list[str] = []
    again = threading.Event()

    def note(line: str) -> None:
        if line and line in printed:
            again.set()
        printed.append(line)

    def lines() -> Iterator[Line]:
        yield progress()
        assert again.wait(30)
        yield played()

    monkeypatch.setattr(_worker, "PULSE", 0.01)
    monkeypatch.setattr(_worker, "_print", note)
    write_lines(lines())
    said = [json.loads(line) for line in printed if line]
    assert said[:2] == [progress(), progress()]
    assert said[-1] == played()


def test_where_no_cluster_runs_it_says_how_to_start_one() -> None:
    lines = work([claims[ON_CLUSTER]])
    assert next(lines)["stage"] == "preparing an empty database"
    with pytest.raises(ServiceError, match="make demo CLUSTER=1"):
        next(lines)


@pytest.mark.database("sqlite")  # each claim asks the other one in its first case
@pytest.mark.django_db(transaction=True)
def test_it_tells_what_came_of_a_claim_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_worker, "Laboratory", partial(Laboratory, share=GLANCE))
    *before, last = work([claims["tokens-are-bigger"]])
    assert before[0]["stage"] == "preparing an empty database"
    assert {line["claim"] for line in [*before, last]} == {"tokens-are-bigger"}
    assert last["verdict"]["kind"] == "depends"
    assert last["machine"]["cores"] > 0
    assert "Django" in last["versions"]
