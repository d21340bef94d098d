"""``manage.py bench``: a real, short run, and what its result holds."""

import json
import signal
import sys
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.bench import archive
from accounts.bench.goals import MAX_CALLS
from accounts.bench.measures import login_logout
from accounts.bench.measures.requests import measure
from accounts.bench.measures.storage import Storage
from accounts.bench.options import Options
from accounts.bench.result import BASELINE, Result, read_result
from accounts.bench.statistics import ratio
from accounts.bench.subjects import signed_in_subjects
from accounts.bench.tables import tables
from accounts.conf import own_database
from accounts.management.commands.bench import Command
from accounts.strategies import strategies
from tests.bench.sample import result as sample
from tests.bench.test_calls import unlike_reached

QUERIES = {BASELINE: 0, "jwt-stateless": 0, "jwt-user": 1, "session-joined": 1, "opaque": 1}
QUERIES |= {"jwt-blacklist-joined": 1, "session-db": 2, "jwt-blacklist": 2}
PREVIOUS_NAMES = {
    "baseline": "floor",
    "vs_baseline": "to_floor",
    "vs_session_db": "to_base",
    "stored": "kept",
    "stored_after_logout": "kept_after_logout",
    "logout_everywhere": "everywhere",
    "login_setup": "around",
    "user_row": "fresh_row",
}


def bench(*arguments: str) -> Result:
    """What the command prints, as somebody types it."""
    line = ["--json", "--no-save", "--rounds", "20", "--database", own_database(), *arguments]
    printed = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signal, "signal", lambda *_: None)  # this process keeps its handlers
        patch.setattr(sys, "argv", ["manage.py", "bench", *line])
        call_command("bench", *line, stdout=printed)
    found: Result = json.loads(printed.getvalue())
    return found


# Some of the ways to store a login. That every way can be measured has a test of its own.
WANTED = ["session-joined", "jwt-user", "jwt-blacklist", "jwt-version"]


@pytest.fixture(scope="module")
def measured() -> Result:
    # The web server and its clients are the same on both databases.
    http = ["--http"] if connection.vendor == "sqlite" else []
    chosen = [argument for slug in WANTED for argument in ("--strategy", slug)]
    return bench("--growth", "0,300", "--latency", "1", *http, *chosen)


@pytest.mark.database("sqlite", "postgres")  # that of the process it starts
@pytest.mark.xdist_group("bench")  # one run for all of them, in one process
class TestAWholeRun:
    def test_every_strategy_is_there_and_what_it_is_compared_with_before_them(
        self, measured: Result
    ) -> None:
        slugs = [one["slug"] for one in measured["strategies"]]
        assert slugs == [BASELINE, "session-db", *WANTED]
        assert read_result(measured) == measured

    def test_ratios_and_shares_add_up(self, measured: Result) -> None:
        found = {one["slug"]: one for one in measured["strategies"]}
        for one in found.values():
            for clock, key in (("cpu", "cpu_us"), ("wall", "wall_us")):
                mine: Any = one
                for base, other in (("vs_baseline", BASELINE), ("vs_session_db", "session-db")):
                    theirs: Any = found[other]
                    medians = mine[key]["median"], theirs[key]["median"]
                    assert mine[base][clock] == ratio(*medians)
                assert 0 < mine[key]["median"] <= mine[key]["p99"]
            shares: Any = one["split"]
            assert sum(shares.values()) == pytest.approx(1, abs=0.001)
            assert all(share >= 0 for share in shares.values())

    def test_queries_are_those_that_the_strategies_promise(self, measured: Result) -> None:
        found = {one["slug"]: one["queries"] for one in measured["strategies"]}
        promised = {slug: QUERIES[slug] for slug in found if slug in QUERIES}
        assert {"session-db", BASELINE} < promised.keys()
        assert {slug: found[slug] for slug in promised} == promised

    def test_nobody_logs_in_to_the_baseline(self, measured: Result) -> None:
        floor, *others = measured["strategies"]
        verbs = {"login", "logout", "logout_everywhere", "stored", "stored_after_logout"}
        assert {name for name, value in floor.items() if value is None} == verbs
        assert all(value is not None for one in others for value in one.values())

    def test_a_session_stores_a_row_and_a_token_none(self, measured: Result) -> None:
        found: Any = {one["slug"]: one for one in measured["strategies"]}
        assert found["session-db"]["stored"]["tables"] == {"django_session": 1}
        assert found["session-db"]["stored"]["bytes"] > 100
        assert found["session-db"]["stored_after_logout"]["rows"] == 0
        assert found["jwt-user"]["stored"]["rows"] == 0
        assert found["jwt-blacklist"]["stored"]["rows"] == 0
        assert found["jwt-blacklist"]["stored_after_logout"]["tables"] == {
            "accounts_blacklistedtoken": 1
        }

    def test_a_log_out_costs_no_query_where_there_is_nothing_to_delete(
        self, measured: Result
    ) -> None:
        found: Any = {one["slug"]: one for one in measured["strategies"]}
        assert found["jwt-user"]["logout"]["queries"] == 0
        assert found["jwt-version"]["logout_everywhere"]["queries"] == 1
        # As on the site: the counter is raised and read, and each table gets one statement.
        assert found["session-joined"]["logout_everywhere"]["queries"] == 4
        assert found["session-db"]["logout_everywhere"]["queries"] > 1

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
        [far] = latency["steps"]
        assert far["asked_ms"] == 1
        # However fast or slow the machine is: each query waits a millisecond at the least.
        assert far["measured_ms"] > 1
        assert far["wall_us"]["session-joined"] > 1000
        assert far["wall_us"]["session-db"] > 2000

    @pytest.mark.database("sqlite")
    def test_the_server_answered_every_strategy_over_http(self, measured: Result) -> None:
        http = measured["http"]
        assert http is not None
        assert [one["slug"] for one in http["strategies"]] == [
            one["slug"] for one in measured["strategies"]
        ]
        assert all(one["requests"] > 0 for one in http["strategies"])
        assert http["seconds_each"] == 0.2  # of 20 rounds: a short run is short here, too

    def test_a_request_to_the_site_costs_about_as_many_calls_as_it_did(
        self, measured: Result
    ) -> None:
        assert unlike_reached(measured["site_calls"]) == {}

    def test_it_says_what_it_was_measured_with(self, measured: Result) -> None:
        assert measured["machine"]["cores"] >= 1
        assert {"Django", "Python", "simplejwt"} <= set(measured["versions"])
        assert measured["command"].startswith("manage.py bench --json")
        assert measured["login_setup"]["logins_each"] == 60  # of 20 rounds

    def test_every_part_has_its_table(self, measured: Result) -> None:
        assert len(list(tables(measured))) == (9 if measured["http"] else 8)


def test_only_a_short_run_is_made_unless_more_is_asked_for() -> None:
    options = Command().create_parser("manage.py", "bench").parse_args([])
    assert (options.growth, options.latency, options.http) == ((), (), False)


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
def test_every_strategy_can_be_measured_and_the_sites_own_two_modes_stay_lean(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # or the look at each answer's description would be counted too
    settings.TRACING = False
    settings.ACCESS_TOKEN_LIFETIME = settings.ACCESS_TOKEN_LIFETIME  # put back afterwards
    settings.LAB_LIFETIME = settings.LAB_LIFETIME
    slugs = ("session-joined", "jwt-blacklist-joined")

    with signed_in_subjects(Options()) as subjects:
        calls = {slug: one.calls for slug, one in measure(subjects, 1, lambda: None).items()}
        ways = [subject.strategy for subject in subjects[1:]]
        costs = login_logout.measure(ways, 1, lambda: None)
        stored = Storage(2)
        stored.log_in(ways, lambda: None)
        kept = stored.log_out(ways, lambda: None)

    measurable = {strategy.slug for strategy in strategies if not strategy.bound}
    assert calls.keys() - {BASELINE} == costs.keys() == kept.keys() == measurable
    assert all(0 < calls[slug] <= MAX_CALLS for slug in slugs), calls
    assert calls[BASELINE] < calls["session-joined"] < calls["session-db"]


class TestTheArchive:
    def test_a_result_is_found_again(self, settings: Settings, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path
        file = archive.save(sample())

        assert file == tmp_path / ".bench" / "20260102-030405-sqlite.json"
        assert archive.find("20260102-030405-sqlite") == sample()

    def test_a_result_of_the_previous_format_is_read_in_todays_names(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.BASE_DIR = tmp_path
        (tmp_path / ".bench").mkdir()
        text = json.dumps({**sample(long=True), "format": 1})
        for name, previous in PREVIOUS_NAMES.items():
            assert f'"{name}"' in text
            text = text.replace(f'"{name}"', f'"{previous}"')
        (tmp_path / ".bench" / "older.json").write_text(text)

        assert archive.find("older") == sample(long=True)

    def test_a_run_on_a_busy_machine_is_kept_and_never_the_newest(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.BASE_DIR = tmp_path
        for year, busy in (("2097", {}), ("2098", {"load": 5.0}), ("2099", {"waited": 0.5})):
            found = sample(f"{year}-01-01T00:00:00+00:00")
            found["machine"] |= busy  # type: ignore[typeddict-item]
            archive.save(found, name=year)

        assert {one.name for one in archive.entries()} >= {"2097", "2098", "2099"}
        newest = archive.newest("sqlite")
        assert newest is not None
        assert newest.name == "2097"

    def test_what_is_no_result_is_passed_over(self, settings: Settings, tmp_path: Path) -> None:
        settings.BASE_DIR = tmp_path
        folder = tmp_path / ".bench"
        folder.mkdir()
        (folder / "broken.json").write_text("{")
        (folder / "later.json").write_text('{"format": 99}')
        (folder / "list.json").write_text("[]")

        assert {one.name for one in archive.entries()} == {"sqlite", "postgres"}  # the shipped
        assert [archive.find(name) for name in ("broken", "later", "list")] == [None] * 3

    def test_a_list_reads_each_file_once_and_the_newest_alone(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.BASE_DIR = tmp_path
        monkeypatch.setattr(archive, "MAX_LISTED", 3)
        monkeypatch.setattr(archive, "SHIPPED", tmp_path)
        for number in range(5):
            archive.save(sample(), name=f"result-{number}")
        reading = Mock(wraps=read_result)
        monkeypatch.setattr("accounts.bench.archive.read_result", reading)
        for _ in range(2):
            names = [one.name for one in archive.entries()]
            assert names == ["result-4", "result-3", "result-2"]
        assert reading.call_count == 3
        archive.save(sample(long=True), name="result-4")
        assert next(archive.entries()).parts == {"latency", "growth", "http"}
        assert reading.call_count == 4

    def test_results_of_both_databases_are_shipped_with_their_machine(self) -> None:
        shipped = {
            name: result for name in ("sqlite", "postgres") if (result := archive.find(name))
        }
        assert [found["database"] for found in shipped.values()] == ["sqlite", "postgres"]
        assert all(found["machine"]["cpu"] for found in shipped.values())
        assert all(found["growth"] and found["latency"] for found in shipped.values())
