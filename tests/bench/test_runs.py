"""A short benchmark from the page: one at a time, and its end is always recorded."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.bench import runs as benchruns
from accounts.models import BenchRun, User
from accounts.site import throttle
from accounts.site.throttle import Throttled
from tests.bench.sample import result

pytestmark = pytest.mark.django_db(transaction=True)

PEER = "192.0.2.1"
JSON = "application/json"


def program(*lines: str, status: int = 0) -> list[str]:
    """A command that prints lines, as ``manage.py bench --lines`` would."""
    text = "".join(f"print({line!r}, flush=True)\n" for line in lines)
    return [sys.executable, "-c", f"{text}raise SystemExit({status})"]


@pytest.fixture
def succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    progress = json.dumps({"stage": "requests", "done": 3, "total": 9})
    finished = json.dumps({"result": result()})
    monkeypatch.setattr(benchruns, "COMMAND", program(progress, finished))


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    wait()


def wait() -> None:
    for thread in threading.enumerate():
        if thread.name == "bench":
            thread.join(30)
            assert not thread.is_alive()


@pytest.mark.usefixtures("succeeds")
def test_a_run_ends_with_a_result() -> None:
    run = benchruns.bench_begin(PEER)
    wait()
    run.refresh_from_db()
    assert run.is_over
    assert (run.stage, run.done, run.total, run.problem) == ("requests", 3, 9, "")
    assert run.result == result()


def test_a_run_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('No space left on device')"]
    monkeypatch.setattr(benchruns, "COMMAND", failing)
    run = benchruns.bench_begin(PEER)
    wait()
    run.refresh_from_db()
    assert (run.is_over, run.result, run.problem) == (True, None, "No space left on device")


def test_a_run_that_ends_without_a_result_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchruns, "COMMAND", program())
    run = benchruns.bench_begin(PEER)
    wait()
    run.refresh_from_db()
    assert run.problem == "The run ended without a result."


def test_only_one_runs_at_a_time() -> None:
    first = BenchRun.objects.create(slot=BenchRun.ONLY)
    with pytest.raises(benchruns.Running) as caught:
        benchruns.bench_begin(PEER)
    assert caught.value.run == first


@pytest.mark.usefixtures("succeeds")
def test_of_two_who_start_at_once_one_runs_and_the_other_may_try_again(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "bench": (1, 86_400)}
    take = throttle.take

    def overtaken(*limits: throttle.Limit) -> None:
        """Another visitor starts between our look at what runs and our claim."""
        BenchRun.objects.create(slot=BenchRun.ONLY)
        take(*limits)

    with monkeypatch.context() as patch:
        patch.setattr(throttle, "take", overtaken)
        with pytest.raises(benchruns.Running) as caught:
            benchruns.bench_begin(PEER)
    assert caught.value.run == BenchRun.objects.get()

    BenchRun.objects.update(slot=None)
    assert benchruns.bench_begin(PEER) != caught.value.run


@pytest.mark.usefixtures("succeeds")
def test_one_whose_process_is_gone_does_not_block_the_next() -> None:
    long_ago = timezone.now() - 2 * BenchRun.SILENCE
    lost = BenchRun.objects.create(slot=BenchRun.ONLY, seen=long_ago)
    alive = benchruns.bench_begin(PEER)
    lost.refresh_from_db()
    assert (lost.is_over, lost.problem) == (True, "The process that ran it is gone.")
    assert alive.pk != lost.pk


@pytest.mark.usefixtures("succeeds")
def test_a_visitor_may_start_a_few_and_no_more(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "bench": (2, 86_400)}
    for _ in range(2):
        benchruns.bench_begin(PEER)
        wait()
    with pytest.raises(Throttled):
        benchruns.bench_begin(PEER)


@pytest.mark.usefixtures("succeeds")
def test_old_runs_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(benchruns, "MAX_KEPT", 3)
    for age in range(5):
        BenchRun.objects.create(started=timezone.now() - timedelta(days=1 + age))
    run = benchruns.bench_begin(PEER)
    assert BenchRun.objects.count() == 4
    assert BenchRun.objects.first() == run


class TestTheApi:
    @pytest.mark.usefixtures("succeeds")
    def test_it_tells_how_far_a_run_is(self, client: Client) -> None:
        begun = client.post(reverse("api-benchmarks"), content_type=JSON)
        assert begun.status_code == 202
        wait()
        answer = client.get(reverse("api-benchmark", args=[begun.json()["id"]])).json()
        assert answer["over"] is True
        assert answer["url"] == f"{reverse('benchmarks')}?result={answer['id']}"
        assert "result" not in answer

    def test_a_second_one_is_shown_the_first(self, client: Client) -> None:
        first = BenchRun.objects.create(slot=BenchRun.ONLY)
        answer = client.post(reverse("api-benchmarks"), content_type=JSON)
        assert (answer.status_code, answer.json()["id"]) == (409, str(first.pk))

    def test_another_site_cannot_start_one(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(reverse("api-benchmarks"), content_type=JSON).status_code == 403
        assert not BenchRun.objects.exists()

    @pytest.mark.usefixtures("succeeds")
    def test_only_staff_may_where_it_is_not_public(
        self, client: Client, settings: Settings, alice: User
    ) -> None:
        settings.BENCH_PUBLIC = False
        client.force_login(alice)
        assert client.post(reverse("api-benchmarks"), content_type=JSON).status_code == 403

        User.objects.filter(pk=alice.pk).update(is_staff=True)
        assert client.post(reverse("api-benchmarks"), content_type=JSON).status_code == 202

    def test_looking_at_a_run_whose_process_is_gone_tells_so_and_writes_nothing(
        self, client: Client
    ) -> None:
        long_ago = timezone.now() - 2 * BenchRun.SILENCE
        lost = BenchRun.objects.create(slot=BenchRun.ONLY, seen=long_ago, stage="requests")
        before = BenchRun.objects.values().get()

        answer = client.get(reverse("api-benchmark", args=[lost.pk])).json()

        assert (answer["over"], answer["problem"]) == (True, "The process that ran it is gone.")
        assert BenchRun.objects.values().get() == before

    def test_an_unknown_run_is_not_found(self, client: Client) -> None:
        unknown = reverse("api-benchmark", args=["00000000-0000-0000-0000-000000000000"])
        assert client.get(unknown).status_code == 404
