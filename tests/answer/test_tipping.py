"""A tipping point is one: a step before it the winner is the same, at it another."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from accounts.answer.facts import facts
from accounts.answer.ranking import Action, Audience, System, World, best
from accounts.answer.tipping import JWT, KNOBS, Knob, Tip, tip_along, tips, ways_to_jwt
from tests.answer.worlds import RANDOM, ROTATING, SESSION, WORLD, knobs, systems

PROGRAMS, BROWSERS = Audience.PROGRAMS, Audience.BROWSERS
# Each example asks hundreds of times who wins.
dear = hypothesis_settings(max_examples=hypothesis_settings().max_examples // 3)
BY_NAME = {knob.name: knob for knob in KNOBS}


def tip(system: System, name: str, audience: Audience = PROGRAMS, *, is_more: bool) -> Tip | None:
    return tip_along(WORLD, system, audience, BY_NAME[name], is_more=is_more)


def test_the_point_where_refreshing_pays_is_computed() -> None:
    # 500 + 1500 / n < 650 for more than ten requests per token: 36,000 / per_hour seconds.
    system = System(distance_ms=0, late_s=0, per_hour=360)
    found = tip(system, "late_s", is_more=True)
    assert found == Tip(BY_NAME["late_s"], 101, is_more=True, winner=ROTATING)
    back = tip(replace(system, late_s=300), "late_s", is_more=False)
    assert back == Tip(BY_NAME["late_s"], 100, is_more=False, winner=RANDOM)


def test_a_service_without_the_database_leaves_no_way_that_ends_at_once() -> None:
    assert tip(System(), "services", is_more=True) == Tip(
        BY_NAME["services"], 1, is_more=True, winner=None
    )


def test_where_nothing_changes_there_is_no_tipping_point() -> None:
    assert tip(System(), "per_hour", BROWSERS, is_more=True) is None
    assert tip(System(header_bytes=4096), "header_bytes", is_more=True) is None


@pytest.mark.parametrize("kind", ["ours", "sqlite", "postgres"])
@dear
@given(system=systems, knob=knobs)
def test_each_is_a_step_from_the_winner_as_it_is(kind: str, system: System, knob: Knob) -> None:
    world = WORLD if kind == "ours" else shipped(kind)
    for audience in Audience:
        now = best(world, system, audience)
        for is_more in (False, True):
            found = tip_along(world, system, audience, knob, is_more=is_more)
            if found is None:
                ends = knob.turned(system, knob.high if is_more else knob.low)
                assert best(world, ends, audience) == now
                continue
            at = round(found.value * knob.scale)
            assert knob.low <= at <= knob.high
            assert best(world, knob.turned(system, at), audience) == found.winner != now
            before = at - 1 if is_more else at + 1
            assert best(world, knob.turned(system, before), audience) == now


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@dear
@given(system=systems)
def test_what_a_jwt_needs_to_win_makes_it_win_and_less_does_not(kind: str, system: System) -> None:
    world = shipped(kind)
    for audience in system.audiences:
        changes = ways_to_jwt(world, system, audience)
        changed = system
        for one in changes:
            changed = one.knob.turned(changed, round(one.value * one.knob.scale))
        if changes:
            assert (found := best(world, changed, audience)) is not None
            assert found.family == JWT
            for one in changes:
                less = one.knob.turned(changed, one.knob.steps(system))
                without = best(world, less, audience)
                assert without is None or without.family != JWT


def test_a_jwt_that_wins_needs_nothing() -> None:
    system = System(services=1, late_s=60)
    assert best(WORLD, system, PROGRAMS) == ROTATING
    assert ways_to_jwt(WORLD, system, PROGRAMS) == []
    shorter = replace(ROTATING, slug="shorter", bytes_sent=100, request=Action(600, 0))
    both = World((ROTATING, shorter), WORLD.trips)
    assert shorter in [tip.winner for tip in tips(both, system, PROGRAMS)]
    assert ways_to_jwt(both, system, PROGRAMS) == []


def test_two_changes_are_found_where_one_is_not_enough() -> None:
    changes = ways_to_jwt(WORLD, System(services=0, late_s=0), BROWSERS)
    assert [(one.knob.name, one.value) for one in changes] == [("late_s", 1), ("services", 1)]


def test_where_no_change_helps_a_jwt_there_is_none() -> None:
    world = World((SESSION, RANDOM), WORLD.trips)
    assert ways_to_jwt(world, System(), BROWSERS) == []
    assert list(tips(world, System(), PROGRAMS)) != []


def shipped(kind: str) -> World:
    found = facts(kind)
    assert found is not None
    return found.world
