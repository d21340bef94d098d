"""The cluster over HTTP: what runs, and drills; each answer is held against its document."""

import re
from pathlib import Path

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from accounts.claims import claims
from accounts.cluster.control import Control
from accounts.cluster.drills import drills
from accounts.cluster.parts import PARTS, SITES

# The cluster has databases of its own: which one the tests have makes no difference to it.
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.database("sqlite"),
    pytest.mark.xdist_group("cluster"),
]

DRILLS = "/api/cluster/drills/"


def csrf(client: Client) -> dict[str, str]:
    return {"X-CSRFToken": client.get("/api/session/login/").json()["csrf_token"]}


@pytest.fixture
def client() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def member(client: Client, cluster: Control, settings: Settings) -> Client:
    """A client of a process that is part of the cluster: this one."""
    settings.CLUSTER_CONTROL = str(cluster.path)
    return client


def proxy(cluster: Control) -> str:
    [address] = [part["address"] for part in cluster.state() if part["slug"] == "proxy"]
    return address


def test_what_runs_is_told_without_an_address_of_a_database(member: Client) -> None:
    answer = member.get("/api/cluster/")
    now = answer.json()
    assert [part["slug"] for part in now["parts"]] == [*PARTS]
    assert all(part["running"] and not part["problem"] for part in now["parts"])
    lists = {part["slug"] for part in now["parts"] if part["entries"] is not None}
    assert lists == {*SITES, "reader"}
    assert "sock" not in answer.content.decode()


def test_each_process_says_which_one_it_is(cluster: Control) -> None:
    said = {httpx.get(f"{proxy(cluster)}/api/cluster/").json()["answered_by"] for _ in range(3)}
    assert said == {*SITES}


def test_a_drill_is_begun_and_followed_to_its_end(member: Client, cluster: Control) -> None:
    begun = member.post(DRILLS, {"drill": "listen-cut"}, "application/json", headers=csrf(member))
    assert begun.status_code == 201
    address = f"/api/cluster/runs/{begun.json()['run']}/"
    again = member.post(DRILLS, {"drill": "listen-cut"}, "application/json", headers=csrf(member))
    assert (again.status_code, again.json()["detail"]) == (409, "Another drill is played just now.")
    while not (told := member.get(address).json())["over"]:
        pass
    assert told["kept"] is True
    assert "✓ As promised, and well for the owner." in told["html"]
    later = member.get(address, {"after": "2"}).json()
    assert later["lines"] == told["lines"][2:]
    assert member.get(address, {"after": "moon"}).json() == told


@pytest.mark.parametrize("body", [{}, {"drill": "moon"}, {"drill": "log-out", "strategy": "moon"}])
def test_a_drill_that_is_none_is_a_400(member: Client, body: dict[str, str]) -> None:
    answer = member.post(DRILLS, body, "application/json", headers=csrf(member))
    assert answer.status_code == 400


def test_another_site_cannot_begin_a_drill(member: Client) -> None:
    assert member.post(DRILLS, {"drill": "listen-cut"}, "application/json").status_code == 403


def test_a_run_that_is_not_known_is_a_404(member: Client) -> None:
    assert member.get("/api/cluster/runs/999/").status_code == 404


def test_where_no_cluster_runs_a_program_is_told(client: Client) -> None:
    assert client.get("/api/cluster/").json() == {
        "running": False,
        "answered_by": "",
        "lag_ms": None,
        "parts": [],
    }
    answer = client.post(DRILLS, {"drill": "listen-cut"}, "application/json", headers=csrf(client))
    assert answer.status_code == 404
    assert "make demo CLUSTER=1" in answer.json()["detail"]
    assert client.get("/api/cluster/runs/1/").status_code == 404


def test_a_cluster_that_has_ended_is_none(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.CLUSTER_CONTROL = str(tmp_path / "control.sock")
    assert client.get("/api/cluster/").json()["running"] is False
    answer = client.post(DRILLS, {"drill": "listen-cut"}, "application/json", headers=csrf(client))
    assert answer.status_code == 404


def test_elsewhere_the_page_says_how_to_start_it_and_shows_the_recorded_runs(
    client: Client,
) -> None:
    page = client.get("/cluster/").content.decode()
    assert "make demo CLUSTER=1" in page
    well, badly = (page.count(f"{sign} As promised, ") for sign in "✓◆")
    assert (well + badly, badly > 0) == (len(drills), True)
    stopped = page[page.index('id="cache-stopped"') :].partition("</section>")[0]
    assert "the owner kept out 1 of 2 times" in stopped
    assert "◆ As promised, but 1 of 6 results is bad for the owner." in stopped
    assert "✓" not in stopped
    asking = "<dt>Asking server</dt><dd>The same service: asks the site about each token.</dd>"
    assert asking in page
    assert page.count('class="word" href="/glossary/#ghost"') == 1
    assert len(re.findall(r"Recorded 20\d\d-\d\d-\d\d on \d+ cores", page)) == len(drills)
    assert "Play it here" not in page
    assert page.count('href="/claims/') >= len([claim for claim in claims if claim.needs])
    assert "js/cluster" not in page
