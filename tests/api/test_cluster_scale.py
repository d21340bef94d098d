"""The arithmetic past this machine, for a program."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.api import cluster_scale
from accounts.cluster import scale_check
from accounts.cluster.scale import System
from accounts.cluster.scale_check import SIZES, Check, Size
from accounts.cluster.scale_parameters import PARAMETERS
from tests.clients import Api

# Computed: no database is asked.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]
SCALE, SIMULATION = "/api/cluster/scale/", "/api/cluster/scale/simulation/"


def asked(client: Api, path: str = SCALE, **query: Any) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_program_gets_the_figures_and_the_sentences_of_the_page(client: Api) -> None:
    body = asked(client, users=2_000_000, processes=64)
    assert body["benchmark"] == "/benchmarks/?result=postgres"
    page = client.get("/cluster/scale/", params={"users": 2_000_000, "processes": 64}).text
    ways = {way["slug"]: way for way in body["ways"]}
    session, pushed = ways["session-db"], ways["jwt-blacklist-memory"]
    assert session["rows"] == 2_000_000
    assert session["limits"][0]["what"] == "everywhere"
    assert session["sentences"][0] in page
    assert pushed["messages_s"] == pytest.approx(2_000_000 * 0.2 / 86_400 * 64)
    assert pushed["entries"] == pushed["rows"]
    assert all(way["limits"] and way["sentences"] for way in body["ways"])


def test_what_is_left_out_is_as_on_the_page(client: Api) -> None:
    defaults: dict[str, Any] = {parameter.name: parameter.default for parameter in PARAMETERS}
    assert asked(client) == asked(client, **defaults)


@pytest.mark.parametrize(
    "value", ["many", "nan", "inf", "-1", "1e99", pytest.param("9" * 5000, id="long")]
)
def test_what_makes_no_system_is_refused(client: Api, value: str) -> None:
    for parameter in PARAMETERS:
        answer = client.get(SCALE, params={parameter.name: value})
        assert answer.status_code == 400
        assert list(answer.json()) == [parameter.name]


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A club that is played at once."""
    club = Size("club", "A club", System(20, 10, 1, 900, 86_400, 2, 1, 80))
    monkeypatch.setitem(SIZES, "club", club)
    scale_check.check.cache_clear()
    yield
    scale_check.check.cache_clear()


@pytest.mark.usefixtures("tiny")
def test_a_size_is_played_and_comes_with_what_the_page_shows(client: Api) -> None:
    body = asked(client, SIMULATION, size="club", seed=3)
    assert (body["size"], body["seed"], body["agrees"]) == ("club", 3, True)
    lines = {line["what"]: line for line in body["lines"]}
    assert lines["Rows of logins that go on"]["counted"] == pytest.approx(20)
    assert "<h3>A club</h3>" in body["html"]
    assert "seed 3" in body["html"]
    again = Check.from_json({key: body[key] for key in ("size", "seed", "events", "lines")})
    assert again == scale_check.check("club", 3)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "size"),
        ({"size": "galaxy"}, "size"),
        ({"size": "club", "seed": 0}, "seed"),
        ({"size": "club", "seed": 51}, "seed"),
        ({"size": "club", "seed": "x"}, "seed"),
    ],
)
def test_what_cannot_be_played_is_refused(client: Api, query: dict[str, Any], field: str) -> None:
    answer = client.get(SIMULATION, params=query)
    assert answer.status_code == 400
    assert list(answer.json()) == [field]


def test_a_second_one_at_the_same_time_is_asked_to_wait() -> None:
    with cluster_scale._PLAYING:
        answer = Client().get(SIMULATION, {"size": "club"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert answer.json()["code"] == "busy"
