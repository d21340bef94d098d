"""A run from the page: one at a time, stopped at once, kept for its visitor."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.claims import ClaimStream, PlayError, Progress, _play, _runs, claims
from accounts.cluster.control import Control
from accounts.lab.turns import Waiting
from accounts.models import ClaimGuesses, ClaimRun, RunTurn
from accounts.site.throttle import Throttled
from tests.claims.sample import ON_CLUSTER, SLUG, played, program, progress

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def any_database_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty PostgreSQL takes seconds to start."""
    monkeypatch.setattr(_runs, "own_database", lambda: "sqlite")


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(progress(), played()))


def begin(visitor: uuid.UUID | None = None) -> ClaimStream | Waiting:
    return ClaimStream.begin([SLUG], visitor=visitor or uuid.uuid4(), client="192.0.2.1")


@pytest.fixture
def stream() -> Iterator[ClaimStream]:
    begun = begin()
    assert isinstance(begun, ClaimStream)
    yield begun
    begun.close()


@pytest.mark.usefixtures("plays")
def test_it_tells_how_far_it_is_and_keeps_what_came_of_it(stream: ClaimStream) -> None:
    how_far, run = list(stream)
    assert how_far == (SLUG, Progress("logging in", 1, 4))
    assert run == ClaimRun.objects.get()
    assert isinstance(run, ClaimRun)
    assert (run.claim, run.database, run.played) == (SLUG, "SQLite", played())
    assert run.client == "192.0.2.1"


def test_the_worker_is_told_what_to_play(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="import sys; sys.exit(sys.argv[1])"))
    with pytest.raises(PlayError, match=f"--claim={SLUG}"):
        list(_play.play([SLUG], database="sqlite"))


def test_the_worker_is_told_where_the_cluster_is(monkeypatch: pytest.MonkeyPatch) -> None:
    says = "import os, sys; sys.exit(os.environ.get('CLUSTER_CONTROL', 'none'))"
    monkeypatch.setattr(_play, "COMMAND", program(then=says))
    with pytest.raises(PlayError, match=r"^/run/control\.sock$"):
        list(_play.play([SLUG], database="sqlite", cluster=Control(Path("/run/control.sock"))))
    with pytest.raises(PlayError, match=r"^none$"):
        list(_play.play([SLUG], database="sqlite"))


@pytest.mark.usefixtures("plays")
def test_a_second_one_waits_for_the_first(stream: ClaimStream) -> None:
    assert begin() == Waiting(1)
    stream.close()
    second = begin()
    assert isinstance(second, ClaimStream)
    second.close()
    assert not RunTurn.objects.exclude(slot=None).exists()


def test_closing_it_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    sleeps = program(progress(), then="import time; time.sleep(600)")
    monkeypatch.setattr(_play, "COMMAND", sleeps)
    others = psutil.Process().children(recursive=True)
    begun = begin()
    assert isinstance(begun, ClaimStream)
    next(iter(begun))
    mine = set(psutil.Process().children(recursive=True)) - set(others)
    assert mine
    begun.close()
    assert not any(one.is_running() and one.status() != "zombie" for one in mine)


def test_what_breaks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit('No space left')"))
    with pytest.raises(PlayError, match="No space left"):
        list(_play.play([SLUG], database="sqlite"))


@pytest.mark.usefixtures("plays")
def test_an_address_may_play_so_many_and_leaves_its_place_then(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "claim-runs": (1, 86_400)}
    first = begin()
    assert isinstance(first, ClaimStream)
    first.close()
    with pytest.raises(Throttled):
        begin()
    assert not RunTurn.objects.exclude(slot=None).exists()
    settings.LIMITS = {**settings.LIMITS, "claim-runs": (9, 86_400)}
    third = begin()
    assert isinstance(third, ClaimStream)
    third.close()


class TestApi:
    def post(self, *slugs: str) -> tuple[int, list[dict[str, Any]]]:
        body = {"claims": list(slugs)}
        answer = Client().post(reverse("api-claim-runs"), body, content_type="application/json")
        lines = answer.getvalue().decode().splitlines()
        return answer.status_code, [json.loads(line) for line in lines]

    @pytest.mark.usefixtures("plays")
    def test_the_answer_is_a_line_for_each_thing_to_tell(self) -> None:
        status, [how_far, done] = self.post(SLUG)
        assert status == 200
        assert how_far == progress()
        run = ClaimRun.objects.get()
        assert done["claim"] == SLUG
        assert "does not hold" in str(done["html"])
        shown = Client().get(reverse("api-claim-run", args=[run.pk])).json()
        assert shown == {**done["run"], "created": shown["created"]}
        assert shown["verdict"] == played()["verdict"]

    def test_what_breaks_is_the_last_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit('No space left')"))
        assert self.post(SLUG) == (200, [{"problem": "No space left"}])

    def test_where_no_cluster_runs_one_that_needs_it_is_refused_in_words(self) -> None:
        status, [problem] = self.post(ON_CLUSTER)
        assert status == 400
        assert "make demo CLUSTER=1" in str(problem)

    @pytest.mark.usefixtures("plays")
    def test_where_a_cluster_runs_it_is_played(self, settings: Settings) -> None:
        settings.CLUSTER_CONTROL = "/run/control.sock"
        assert self.post(ON_CLUSTER)[0] == 200

    @pytest.mark.usefixtures("plays")
    def test_who_has_to_wait_is_told_the_place(self, stream: ClaimStream) -> None:
        assert self.post(SLUG) == (202, [{"place": 1}])

    def test_the_list_tells_both_sides_and_both_results(self) -> None:
        ClaimGuesses.objects.create(claim=SLUG, guesses=7, wrong=4)
        listed = {one["slug"]: one for one in Client().get(reverse("api-claims")).json()}
        assert list(listed) == [claim.slug for claim in claims]
        one = listed[SLUG]
        assert (one["guesses"], one["wrong"]) == (7, 4)
        assert one["said_by"]["url"] == claims[SLUG].source.url
        assert one["denied_by"]["url"] == claims[SLUG].against.url
        assert {result["database"] for result in one["results"]} == {"SQLite", "PostgreSQL"}

    def test_the_list_names_the_attack_that_shows_a_claim(self) -> None:
        listed = {one["slug"]: one["attack"] for one in Client().get(reverse("api-claims")).json()}
        assert listed == {claim.slug: claim.attack for claim in claims}
        assert {"", "stolen-refresh-token"} <= set(listed.values())

    def test_an_unknown_claim_is_refused(self) -> None:
        status, [problem] = self.post("earth-is-flat")
        assert status == 400
        assert "earth-is-flat" in str(problem)

    def test_nothing_chosen_is_refused(self) -> None:
        assert self.post()[0] == 400

    def test_an_unknown_run_is_not_found(self) -> None:
        assert Client().get(reverse("api-claim-run", args=[uuid.uuid4()])).status_code == 404
