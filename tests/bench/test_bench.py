"""``manage.py bench``: a real, short run, and what its result holds."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.bench import archive
from accounts.bench.measures.requests import COUNTED, measure
from accounts.bench.options import Options
from accounts.bench.result import FLOOR, Result, known
from accounts.bench.statistics import ratio
from accounts.bench.subjects import world
from accounts.bench.tables import tables
from accounts.strategies import strategies
from tests.bench.sample import result as sample

DATABASES = {"sqlite": "sqlite", "postgresql": "postgres"}
MOST_CALLS = 1500


def bench(*arguments: str) -> Result:
    """The command in a process of its own, as somebody types it."""
    command = [sys.executable, "manage.py", "bench", "--json", "--no-save", "--rounds", "20"]
    done = subprocess.run(
        [*command, "--database", DATABASES[connection.vendor], *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    found: Result = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def measured() -> Result:
    return bench("--growth", "0,300", "--latency", "0,1", "--http")


@pytest.mark.database("sqlite", "postgres")  # that of the process it starts
@pytest.mark.xdist_group("bench")  # one run for all of them, in one process
class TestAWholeRun:
    def test_every_strategy_is_there_and_the_floor_before_them(self, measured: Result) -> None:
        slugs = [one["slug"] for one in measured["strategies"]]
        assert slugs == [FLOOR, *(strategy.slug for strategy in strategies)]
        assert known(measured)

    def test_ratios_and_shares_add_up(self, measured: Result) -> None:
        found = {one["slug"]: one for one in measured["strategies"]}
        for one in found.values():
            for clock, key in (("cpu", "cpu_us"), ("wall", "wall_us")):
                mine: Any = one
                for base, other in (("to_floor", FLOOR), ("to_base", "session-db")):
                    theirs: Any = found[other]
                    medians = mine[key]["median"], theirs[key]["median"]
                    assert mine[base][clock] == ratio(*medians)
                assert 0 < mine[key]["median"] <= mine[key]["p99"]
            shares: Any = one["split"]
            assert sum(shares.values()) == pytest.approx(1, abs=0.001)
            assert all(share >= 0 for share in shares.values())

    def test_queries_are_those_that_the_strategies_promise(self, measured: Result) -> None:
        found = {one["slug"]: one["queries"] for one in measured["strategies"]}
        assert found[FLOOR] == found["jwt-stateless"] == 0
        assert found["session-joined"] == found["jwt-blacklist-joined"] == found["opaque"] == 1
        assert found["session-db"] == found["jwt-blacklist"] == 2

    def test_nobody_logs_in_to_the_floor(self, measured: Result) -> None:
        floor, *others = measured["strategies"]
        verbs = {"login", "logout", "everywhere", "kept", "kept_after_logout"}
        assert {name for name, value in floor.items() if value is None} == verbs
        assert all(value is not None for one in others for value in one.values())

    def test_what_is_kept_tells_a_session_from_a_token(self, measured: Result) -> None:
        found: Any = {one["slug"]: one for one in measured["strategies"]}
        assert found["session-db"]["kept"]["tables"] == {"django_session": 1}
        assert found["session-db"]["kept"]["bytes"] > 100
        assert found["session-db"]["kept_after_logout"]["rows"] == 0
        assert found["jwt-user"]["kept"]["rows"] == 0
        assert found["jwt-blacklist"]["kept"]["rows"] == 0
        assert found["jwt-blacklist"]["kept_after_logout"]["tables"] == {
            "accounts_blacklistedtoken": 1
        }

    def test_a_log_out_costs_no_query_where_there_is_nothing_to_delete(
        self, measured: Result
    ) -> None:
        found: Any = {one["slug"]: one for one in measured["strategies"]}
        assert found["jwt-user"]["logout"]["queries"] == 0
        assert found["session-joined"]["everywhere"]["queries"] == 1
        assert found["session-db"]["everywhere"]["queries"] > 1

    def test_tables_grow_and_are_pruned(self, measured: Result) -> None:
        growth = measured["growth"]
        assert growth is not None
        assert [step["rows"] for step in growth["steps"]] == [0, 300]
        assert growth["steps"][0]["blacklist_row_bytes"] is None
        assert growth["pruned"] is not None
        assert growth["pruned"]["rows"] == 300

    def test_a_query_more_is_a_round_trip_more(self, measured: Result) -> None:
        latency = measured["latency"]
        assert latency is not None
        near, far = latency["steps"]
        assert (near["asked_ms"], far["asked_ms"]) == (0, 1)
        # However fast or slow the machine is: each query waits a millisecond at the least.
        assert far["measured_ms"] > 1
        assert far["wall_us"]["session-joined"] > 1000
        assert far["wall_us"]["session-db"] > 2000

    def test_the_server_answered_every_strategy_over_http(self, measured: Result) -> None:
        http = measured["http"]
        assert http is not None
        assert [one["slug"] for one in http["strategies"]] == [
            one["slug"] for one in measured["strategies"]
        ]
        assert all(one["requests"] > 0 for one in http["strategies"])
        assert http["seconds_each"] == 0.2  # of 20 rounds: a short run is short here, too

    def test_it_says_what_it_was_measured_with(self, measured: Result) -> None:
        assert measured["machine"]["cores"] >= 1
        assert {"Django", "Python", "simplejwt"} <= set(measured["versions"])
        assert measured["command"].startswith("manage.py bench --json")

    def test_every_part_has_its_table(self, measured: Result) -> None:
        assert len(list(tables(measured))) == 6


def test_a_narrow_run_keeps_what_it_is_compared_with() -> None:
    found = bench("--strategy", "opaque")

    assert [one["slug"] for one in found["strategies"]] == [FLOOR, "session-db", "opaque"]
    assert [found["growth"], found["latency"], found["http"]] == [None, None, None]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--rounds", "3"], "Fewer than 20 rounds"),
        (["--latency", "near"], "is not a list of numbers"),
        (["--growth", "99999999999"], "between 0 and 10,000,000"),
        (["--strategy", "guess"], "invalid choice: 'guess'"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_a_line(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("bench", *arguments)


@pytest.mark.database("sqlite")
@pytest.mark.django_db(transaction=True)  # or a request would close its connection
def test_the_sites_own_two_modes_stay_lean(settings: Settings) -> None:
    settings.TRACING = False
    settings.ACCESS_TOKEN_LIFETIME = settings.ACCESS_TOKEN_LIFETIME  # put back afterwards
    settings.LAB_LIFETIME = settings.LAB_LIFETIME
    slugs = ("session-joined", "jwt-blacklist-joined")

    with world(Options(strategies=slugs)) as subjects:
        calls = {
            slug: one.calls for slug, one in measure(subjects, COUNTED, lambda _: None).items()
        }

    assert all(0 < calls[slug] <= MOST_CALLS for slug in slugs), calls
    assert calls[FLOOR] < calls["session-joined"] < calls["session-db"]


class TestTheArchive:
    def test_a_result_is_found_again(self, settings: Settings, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path
        file = archive.save(sample())

        assert file == tmp_path / ".bench" / "20260102-030405-sqlite.json"
        assert sample() in [one.result for one in archive.saved()]

    def test_what_is_no_result_is_passed_over(self, settings: Settings, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path
        folder = tmp_path / ".bench"
        folder.mkdir()
        (folder / "broken.json").write_text("{")
        (folder / "later.json").write_text('{"format": 99}')
        (folder / "list.json").write_text("[]")

        assert not [one for one in archive.saved() if one.name in {"broken", "later", "list"}]

    def test_results_of_both_databases_are_shipped_with_their_machine(self) -> None:
        shipped = {one.result["database"]: one.result for one in archive.saved()}
        assert {"sqlite", "postgres"} <= set(shipped)
        assert all(found["machine"]["cpu"] for found in shipped.values())
        assert all(found["growth"] and found["latency"] for found in shipped.values())
