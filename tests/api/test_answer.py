"""The answer for a program."""

from typing import Any

import pytest

from tests.clients import Api

# The answer comes from shipped results: no database is asked.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def asked(client: Api, **query: Any) -> dict[str, Any]:
    answer = client.get("/api/answer/", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_program_gets_the_ranking_of_the_page(client: Api) -> None:
    body = asked(client, late_s=300, services=1, clients=["app"], database="postgres")
    [ranking] = body["rankings"]
    assert (ranking["audience"], ranking["winner"]) == ("programs", "jwt-rotating")
    assert ranking["jwt"] == "A JWT wins here: JWT + rotated refresh."
    assert body["database"] == "postgres"
    assert body["benchmark"] == "/benchmarks/?result=postgres"
    query: dict[str, Any] = {"late_s": 300, "services": 1, "clients": "app", "database": "postgres"}
    page = client.get("/answer/", params=query).text
    assert ranking["sentence"] in page
    assert all(point["sentence"] in page for point in ranking["tipping_points"])


def test_every_way_has_its_place_or_its_reasons(client: Api) -> None:
    [ranking] = asked(client)["rankings"]
    assert ranking["winner"] == ranking["entries"][0]["slug"] == "session-joined"
    excluded = {one["slug"]: one for one in ranking["excluded"]}
    assert excluded["jwt-user"]["why"] == ["open"]
    assert excluded["jwt-user"]["sentences"][0].startswith("a stolen copy outlives: log out, ")
    entries = {one["slug"] for one in ranking["entries"]}
    assert entries & excluded.keys() == set()


def test_where_no_way_will_do_there_is_no_winner(client: Api) -> None:
    [ranking] = asked(client, services=2)["rankings"]
    assert ranking["winner"] is None
    assert ranking["entries"] == []
    assert {"parameter": "late_s", "value": 1, "is_more": True}.items() <= ranking[
        "tipping_points"
    ][0].items()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"distance_ms": "far"}, "distance_ms"),
        ({"distance_ms": "nan"}, "distance_ms"),
        ({"distance_ms": 6}, "distance_ms"),
        ({"late_s": -1}, "late_s"),
        ({"per_hour": 0}, "per_hour"),
        ({"clients": "pigeon"}, "clients"),
        ({"database": "oracle"}, "database"),
    ],
)
def test_what_makes_no_system_is_refused(client: Api, query: dict[str, Any], field: str) -> None:
    for path in ("/api/answer/", "/answer/"):
        answer = client.get(path, params=query)
        assert answer.status_code == 400, path
    assert list(client.get("/api/answer/", params=query).json()) == [field]
