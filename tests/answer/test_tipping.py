"""A tipping point is one: a step before it the winner is the same, at it another."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from accounts.answer.facts import facts
from accounts.answer.ranking import JWT, Action, Audience, Measurements, System, best
from accounts.answer.tipping import (
    PARAMETERS,
    Parameter,
    TippingPoint,
    changes_for_jwt,
    tipping_point,
    tipping_points,
    way_out,
)
from tests.answer.measured import MEASUREMENTS, RANDOM, ROTATING, SESSION, parameters, systems

PROGRAMS, BROWSERS = Audience.PROGRAMS, Audience.BROWSERS
# Each example asks hundreds of times who wins.
dear = hypothesis_settings(max_examples=hypothesis_settings().max_examples // 3)
BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


def point(
    system: System, name: str, audience: Audience = PROGRAMS, *, is_more: bool
) -> TippingPoint | None:
    return tipping_point(MEASUREMENTS, system, audience, BY_NAME[name], is_more=is_more)


def test_the_point_where_refreshing_pays_is_computed() -> None:
    # 500 + 1500 / n < 650 for more than ten requests per token: 36,000 / per_hour seconds.
    system = System(distance_ms=0, late_s=0, per_hour=360)
    found = point(system, "late_s", is_more=True)
    assert found == TippingPoint(BY_NAME["late_s"], 101, is_more=True, winner=ROTATING)
    back = point(replace(system, late_s=300), "late_s", is_more=False)
    assert back == TippingPoint(BY_NAME["late_s"], 100, is_more=False, winner=RANDOM)


def test_a_service_without_the_database_leaves_no_way_that_ends_at_once() -> None:
    assert point(System(), "services", is_more=True) == TippingPoint(
        BY_NAME["services"], 1, is_more=True, winner=None
    )


def test_a_way_out_of_having_none_is_the_one_change_more_that_helps() -> None:
    service = point(System(), "services", is_more=True)
    short = point(System(), "header_bytes", is_more=False)
    assert service
    assert short
    assert way_out(MEASUREMENTS, System(), PROGRAMS, service) == TippingPoint(
        BY_NAME["late_s"], 1, is_more=True, winner=ROTATING
    )
    assert short.winner is None
    assert way_out(MEASUREMENTS, System(), PROGRAMS, short) is None


def test_where_nothing_changes_there_is_no_tipping_point() -> None:
    assert point(System(), "per_hour", BROWSERS, is_more=True) is None
    assert point(System(header_bytes=4096), "header_bytes", is_more=True) is None


@pytest.mark.parametrize("kind", ["ours", "sqlite", "postgres"])
@dear
@given(system=systems, parameter=parameters)
def test_each_is_a_step_from_the_winner_as_it_is(
    kind: str, system: System, parameter: Parameter
) -> None:
    measurements = MEASUREMENTS if kind == "ours" else shipped(kind)
    for audience in Audience:
        now = best(measurements, system, audience)
        for is_more in (False, True):
            found = tipping_point(measurements, system, audience, parameter, is_more=is_more)
            if found is None:
                ends = parameter.turned(system, parameter.high if is_more else parameter.low)
                assert best(measurements, ends, audience) == now
                continue
            at = round(found.value * parameter.scale)
            assert parameter.low <= at <= parameter.high
            assert best(measurements, parameter.turned(system, at), audience) == found.winner != now
            before = at - 1 if is_more else at + 1
            assert best(measurements, parameter.turned(system, before), audience) == now


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@dear
@given(system=systems)
def test_what_a_jwt_needs_to_win_makes_it_win_and_less_does_not(kind: str, system: System) -> None:
    measurements = shipped(kind)
    for audience in system.audiences:
        changes = changes_for_jwt(measurements, system, audience)
        changed = system
        for one in changes:
            changed = one.parameter.turned(changed, round(one.value * one.parameter.scale))
        if changes:
            assert (found := best(measurements, changed, audience)) is not None
            assert found.family == JWT
            for one in changes:
                less = one.parameter.turned(changed, one.parameter.steps(system))
                without = best(measurements, less, audience)
                assert without is None or without.family != JWT


def test_a_jwt_that_wins_needs_nothing() -> None:
    system = System(services=1, late_s=60)
    assert best(MEASUREMENTS, system, PROGRAMS) == ROTATING
    assert changes_for_jwt(MEASUREMENTS, system, PROGRAMS) == []
    shorter = replace(ROTATING, slug="shorter", bytes_sent=100, request=Action(600, 0))
    both = Measurements((ROTATING, shorter), MEASUREMENTS.trips)
    assert shorter in [point.winner for point in tipping_points(both, system, PROGRAMS)]
    assert changes_for_jwt(both, system, PROGRAMS) == []


def test_two_changes_are_found_where_one_is_not_enough() -> None:
    changes = changes_for_jwt(MEASUREMENTS, System(services=0, late_s=0), BROWSERS)
    assert [(one.parameter.name, one.value) for one in changes] == [("late_s", 1), ("services", 1)]


def test_where_no_change_helps_a_jwt_there_is_none() -> None:
    measurements = Measurements((SESSION, RANDOM), MEASUREMENTS.trips)
    assert changes_for_jwt(measurements, System(), BROWSERS) == []
    assert list(tipping_points(measurements, System(), PROGRAMS)) != []


def shipped(kind: str) -> Measurements:
    found = facts(kind)
    assert found is not None
    return found.measurements
