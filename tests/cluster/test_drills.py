"""Each drill on the real cluster: what it promises, and that a broken promise is told."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from accounts.cluster import playing, running
from accounts.cluster.clients import ways_to_copy
from accounts.cluster.control import Control
from accounts.cluster.drills import Drill, Line, Outcome, Stage, drills
from accounts.cluster.parts import PARTS, SITES
from accounts.cluster.playing import follow
from accounts.cluster.results import Json, Mark, shipped
from accounts.services import ServiceError
from accounts.strategies import Strategy

pytestmark = pytest.mark.xdist_group("cluster")


def play(cluster: Control, drill: str, **options: str) -> tuple[list[str], Json]:
    """The lines of a drill, and its outcome; everything runs afterwards as before."""
    *lines, last = follow(cluster, drill, **options)
    assert all(part["running"] for part in cluster.state())
    outcome: Json = last["outcome"]
    return [line["text"] for line in lines], outcome


class Here(Control):
    """The cluster, with drills that this process plays: it can give them others to play."""

    def __init__(self, cluster: Control) -> None:
        super().__init__(cluster.path)
        self._player = playing.Player(cluster)

    def ask(self, verb: str, **arguments: Any) -> Json:
        own = self._player.verbs.get(verb)
        return own(arguments) if own else super().ask(verb, **arguments)


def figures(outcome: Json) -> dict[str, float]:
    return {figure["label"]: figure["value"] for figure in outcome["figures"]}


def test_a_log_out_is_known_to_every_process_and_not_to_who_cannot_ask(cluster: Control) -> None:
    lines, outcome = play(cluster, "log-out", strategy="jwt-blacklist-joined")
    assert outcome["kept"], outcome["words"]
    assert "Process 2 refuses it at once" in lines
    assert "Process 3 refuses it at once" in lines
    assert "Asking server refuses it at once" in lines
    accepted = "Resource server accepts it until the token expires, (4 min 5[0-9]|5 min 0) s after"
    assert re.search(accepted, " ".join(lines))
    tracks = {track["name"]: track for track in outcome["tracks"]}
    assert [*tracks] == [PARTS[part][0] for part in (*SITES, "reader", "resource", "asker")]
    for site in SITES:
        statuses = [span["status"] for span in tracks[PARTS[site][0]]["spans"]]
        assert statuses == [200, 401]
    assert {span["status"] for span in tracks["Resource server"]["spans"]} == {200}


def test_a_token_that_nobody_looks_up_is_accepted_everywhere_after_its_log_out(
    cluster: Control,
) -> None:
    lines, outcome = play(cluster, "log-out", strategy="jwt-stateless")
    assert outcome["kept"]
    assert "promises nothing about a log-out" in outcome["words"]
    assert "Process 1 still accepts it 1.5 s after the log-out" in lines


@pytest.mark.parametrize("strategy", ways_to_copy(), ids=lambda strategy: strategy.slug)
def test_a_device_logs_in_and_out_under_each_strategy(
    cluster: Control, strategy: type[Strategy]
) -> None:
    device = Stage(cluster).lab_device(strategy.slug)
    assert device.ask(device.site) == 200
    device.log_out()


def test_many_log_outs_are_known_within_what_each_way_promises(cluster: Control) -> None:
    lines, outcome = play(cluster, "many-log-outs", times="3")
    assert outcome["kept"], outcome["words"]
    seen = "after 9 log-outs seen by a process, no copy was let in"
    assert lines[0] == f"Session in one query: {seen}"
    found, joined = figures(outcome), "JWT + blacklist in one query"
    assert found[f"{joined}: processes that let a copy in afterwards"] == 0
    assert found["JWT + blacklist in memory: log-outs"] == 3


def test_a_killed_process_loses_nothing_that_was_acknowledged(cluster: Control) -> None:
    _, outcome = play(cluster, "process-killed")
    assert outcome["kept"], outcome["words"]
    assert figures(outcome)["Wrong answers afterwards"] == 0
    assert figures(outcome)["Requests"] >= 40


def test_without_the_cache_the_sites_own_modes_go_on(cluster: Control) -> None:
    lines, outcome = play(cluster, "cache-stopped")
    assert outcome["kept"], outcome["words"]
    assert figures(outcome)["the site's token: owner kept out"] == 0
    assert figures(outcome)["Session with a cache: owner kept out"] == 1
    told = "Session with a cache while the cache is away: the thief is refused, the owner gets 503"
    assert told in lines


def test_a_process_that_hears_nothing_asks_the_table(cluster: Control) -> None:
    lines, outcome = play(cluster, "listen-cut")
    assert outcome["kept"], outcome["words"]
    # Three, and one more for a moment after a process was killed.
    assert any(re.match("5 devices are logged in, and [34] processes listen", one) for one in lines)
    assert figures(outcome)["Let in after their log-out"] == 0


def test_behind_a_replica_log_ins_bounce_and_ghosts_are_let_in(cluster: Control) -> None:
    _, outcome = play(cluster, "replica-behind")
    assert outcome["kept"], outcome["words"]
    found = figures(outcome)
    assert found["JWT without look-up: log-in bounces for"] == 0
    for way in ("Session (Django)", "JWT + blacklist in one query"):
        assert found[f"{way}: log-in bounces for"] > 0
        assert found[f"{way}: ghost is let in for"] > 0


def test_without_the_primary_only_who_need_not_ask_goes_on(cluster: Control) -> None:
    lines, outcome = play(cluster, "primary-down")
    assert outcome["kept"], outcome["words"]
    assert "these go on: Reader, Resource server." in outcome["words"]
    assert any(line.startswith("Asking server answers 503") for line in lines)
    assert figures(outcome)["Let in after their log-out"] == 0


def test_clocks_may_differ_by_the_leeway_which_expired_tokens_live_on_for(
    cluster: Control,
) -> None:
    _, outcome = play(cluster, "clocks-apart")
    assert outcome["kept"], outcome["words"]
    assert outcome["words"] == (
        "With a leeway of 0 s: 2 of 2 good tokens refused, 0 expired in; 5 s: 2 of 2 good tokens "
        "refused, 1 expired in; 60 s: 0 of 2 good tokens refused, 1 expired in."
    )


def test_a_cached_key_is_wrong_for_as_long_as_it_is_cached(cluster: Control) -> None:
    lines, outcome = play(cluster, "key-rotated")
    assert outcome["kept"], outcome["words"]
    right, wrong = "the new token is accepted, the old one refused", "the new token is refused"
    assert f"The server that asks for a key it does not know: {right}" in lines
    assert any(line.startswith(f"The server that waits: {wrong}") for line in lines)


class Broken(Drill):
    """It does what its ``act`` does."""

    slug = "broken"
    title = "Broken"
    promise = "None."

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        yield Line("It begins")
        raise ServiceError("Something went wrong.")


class Lost(Broken):
    """It needs what is not there."""

    needs = ("moon", "proxy")


@pytest.mark.parametrize(
    ("drill", "words"),
    [
        (Broken, "It broke off: ServiceError: Something went wrong."),
        (Lost, "It cannot be played without: moon."),
    ],
)
def test_a_drill_that_cannot_be_played_kept_no_promise(
    cluster: Control, monkeypatch: pytest.MonkeyPatch, drill: type[Drill], words: str
) -> None:
    monkeypatch.setattr(playing, "drills", {"broken": drill})
    _, outcome = play(Here(cluster), "broken")
    assert (outcome["kept"], outcome["words"]) == (False, words)


def test_one_drill_is_played_at_a_time_and_an_unknown_one_never(cluster: Control) -> None:
    with pytest.raises(ServiceError, match="There is no drill 'moon'"):
        cluster.play("moon")
    first = cluster.play("listen-cut")
    with pytest.raises(ServiceError, match="Another drill is played just now"):
        cluster.play("listen-cut")
    while not cluster.played(first)["outcome"]:
        pass
    with pytest.raises(ServiceError, match="not kept any more"):
        cluster.played(first + 1)


def test_the_command_tells_in_json_and_by_its_status(
    cluster: Control, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Here(cluster)
    monkeypatch.setattr(running, "find", lambda _: here)
    with pytest.raises(SystemExit) as ended:
        call_command("cluster", "--drill", "listen-cut", "--json")
    assert ended.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["machine"]["cores"] >= 1
    assert [run["drill"] for run in found["drills"]] == ["listen-cut"]
    monkeypatch.setattr(playing, "drills", {"listen-cut": Broken})
    with pytest.raises(SystemExit) as ended:
        call_command("cluster", "--drill", "listen-cut")
    assert ended.value.code == 1
    assert "It broke off" in capsys.readouterr().out


@pytest.mark.parametrize("drill", list(drills), ids=lambda drill: drill.slug)
def test_each_drill_has_a_shipped_run_with_its_machine_and_date(drill: type[Drill]) -> None:
    run = shipped().runs[drill.slug]
    assert run["kept"], run["words"]
    assert run["machine"]["cpu"]
    assert run["made"] > "2026"
    assert run["lines"]


def test_a_mark_says_how_it_went_for_the_owner() -> None:
    kept: Json = {"kept": True, "lines": [{"tone": tone} for tone in ("", "good", "good")]}
    assert Mark.of(kept).tone == "good"
    mixed = Mark.of({**kept, "lines": [*kept["lines"], {"tone": "bad"}]})
    assert (mixed.tone, mixed.sign) == ("mixed", "◆")
    assert mixed.words == "As promised, but 1 of 3 results is bad for the owner."
    assert Mark.of({**kept, "kept": False}).tone == "broken"
