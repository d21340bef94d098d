"""The simulation, and what it finds wrong with the arithmetic."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.cluster import scale
from accounts.cluster.scale import DAY, Kept, System, kept
from accounts.cluster.scale_check import SIZES, Check, Line, check, lines, recorded
from accounts.cluster.simulation import Counted, Simulation

SMALL = System(
    users=300,
    requests=10,
    log_outs=1,
    token_s=900,
    login_s=DAY,
    processes=5,
    regions=2,
    round_trip_ms=100,
)
SHOWN_S = 8 * 3600.0
LISTED, SHOWN = "Ended logins on the list", "Rows of logins, kept for 8 hours longer"
LOG_INS, REFRESHES = "Log-ins in a day", "Access tokens fetched anew in a day"
MESSAGES, NEWS = "Messages to processes in a day", "Until the last process knows of a log-out"
TOKEN = "Until a stolen access token ends"
LOGIN = "Until a stolen login ends that nobody lists"


@pytest.fixture(scope="module")
def counted() -> Counted:
    return Simulation(SMALL, 7, shown_s=SHOWN_S, counts_for=4).run()


def wrong(counted: Counted) -> set[str]:
    return {line.what for line in lines(SMALL, counted) if not line.agrees}


def test_a_seed_repeats_a_run_and_another_does_not() -> None:
    few = replace(SMALL, users=20)
    assert Simulation(few, 1).run() == Simulation(few, 1).run() != Simulation(few, 2).run()


def test_everybody_always_has_one_login(counted: Counted) -> None:
    assert counted.live == pytest.approx(SMALL.users)


def test_what_is_counted_fits_together_without_any_formula(counted: Counted) -> None:
    """Little's law: so many are there as come in the time that they stay."""
    assert counted.shown == pytest.approx(counted.log_ins_s * (DAY + SHOWN_S), rel=0.02)
    assert counted.messages_s == pytest.approx(5 * counted.log_outs_s, rel=0.01)
    assert counted.listed < counted.shown - counted.live


def test_with_one_process_and_one_region_there_is_no_news_to_wait_for() -> None:
    alone = replace(SMALL, users=20, processes=1, regions=1)
    assert Simulation(alone, 1).run().news_s == 0


def test_the_arithmetic_agrees_with_it(counted: Counted) -> None:
    assert wrong(counted) == set()


def naive_rate(one: System) -> float:
    return one.log_outs / DAY + 1 / one.login_s


def kept_for_ever(one: System, how: Kept, shown_s: float = 0.0) -> float:
    if how is Kept.LISTED:  # as if the list kept each entry for the whole life of a login
        return one.log_outs_s * one.login_s
    return kept(one, how, shown_s)


def forgotten_at_once(one: System, how: Kept, shown_s: float = 0.0) -> float:
    return kept(one, how, 0.0)


PLANTED: list[tuple[str, Any, set[str]]] = [
    ("log_in_rate", property(naive_rate), {LISTED, SHOWN, LOG_INS}),
    ("refreshes_s", property(lambda one: one.users / one.token_s), {REFRESHES}),
    ("refreshes_s", property(lambda one: one.requests_s), {REFRESHES}),
    ("log_outs_s", property(lambda one: one.users * one.log_outs / DAY / 5), {MESSAGES}),
    ("one_way_s", property(lambda one: one.round_trip_ms / 1000), {NEWS}),
    ("one_way_s", property(lambda one: one.round_trip_ms * 0.0), {NEWS}),
    ("longest_token_s", property(lambda one: one.token_s / 2), {TOKEN}),
    ("longest_token_s", property(lambda one: float(one.login_s)), {TOKEN}),
]


@pytest.mark.parametrize(("name", "planted", "found"), PLANTED)
def test_a_mistake_in_the_arithmetic_is_found(
    counted: Counted, monkeypatch: pytest.MonkeyPatch, name: str, planted: Any, found: set[str]
) -> None:
    monkeypatch.setattr(System, name, planted)
    assert wrong(counted) == found


@pytest.mark.parametrize(
    ("planted", "found"), [(kept_for_ever, {LISTED}), (forgotten_at_once, {SHOWN})]
)
def test_a_mistake_in_how_long_rows_stay_is_found(
    counted: Counted,
    monkeypatch: pytest.MonkeyPatch,
    planted: Callable[[System, Kept, float], float],
    found: set[str],
) -> None:
    monkeypatch.setattr(scale, "kept", planted)
    assert wrong(counted) == found


@pytest.mark.parametrize("slug", ["club", "shop"])
def test_the_sizes_agree(slug: str) -> None:
    found = check(slug, 1)
    assert [line.what for line in found.lines if not line.agrees] == []
    assert Check.from_json(found.as_json()) == found
    assert check(slug, 1) is found


def test_the_sizes_are_three_and_each_is_larger() -> None:
    users = [size.system.users for size in SIZES.values()]
    assert len(users) == 3
    assert users == sorted(users)


def test_what_is_bounded_may_come_near_and_not_beyond() -> None:
    bound = Line("", 100.0, 99.0, 0.1, is_bound=True)
    assert bound.agrees
    assert not replace(bound, counted=100.1).agrees
    assert not replace(bound, counted=80.0).agrees
    assert not replace(bound, computed=0.0).agrees
    assert replace(bound, computed=0.0, counted=0.0).agrees


def test_what_is_shipped_can_be_played_again() -> None:
    shipped, *others = recorded().checks
    assert [one.size.slug for one in (shipped, *others)] == list(SIZES)
    assert all(one.agrees for one in (shipped, *others))
    again = check(shipped.size.slug, shipped.seed)
    assert again.events == shipped.events
    for line, same in zip(again.lines, shipped.lines, strict=True):
        assert line.counted == pytest.approx(same.counted), line.what
        assert line.computed == pytest.approx(same.computed), line.what
