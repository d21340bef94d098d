"""Who is first, who is out, and why."""

from dataclasses import replace

import pytest
from hypothesis import given

from accounts.answer.facts import facts
from accounts.answer.ranking import (
    Audience,
    Client,
    Measurements,
    Ranking,
    Reason,
    System,
    rank,
    rankings,
    reasons,
    time_us,
)
from accounts.lab.events import events
from tests.answer.measured import (
    COUNTER,
    DEAR_SESSION,
    EVERYBODY,
    MEASUREMENTS,
    MEMORY,
    OPEN,
    RANDOM,
    REVOCABLE,
    ROTATING,
    SESSION,
    candidate,
    systems,
)

BROWSERS, PROGRAMS = Audience.BROWSERS, Audience.PROGRAMS


def slugs(ranking: Ranking) -> list[str]:
    return [entry.candidate.slug for entry in ranking.entries]


def test_a_cookie_comes_first_for_browsers_and_a_header_for_programs() -> None:
    near = System(distance_ms=0, late_s=0)
    assert slugs(rank(MEASUREMENTS, near, BROWSERS)) == [
        *("session", "dear-session"),
        *("random", "revocable"),
    ]
    assert slugs(rank(MEASUREMENTS, near, PROGRAMS)) == [
        *("random", "revocable"),
        *("session", "dear-session"),
    ]


def test_each_kind_of_client_is_answered() -> None:
    audiences = [one.audience for one in rankings(MEASUREMENTS, System(clients=EVERYBODY))]
    assert audiences == [BROWSERS, PROGRAMS]
    assert [one.audience for one in rankings(MEASUREMENTS, System())] == [BROWSERS]
    app = System(clients=frozenset({Client.APP}))
    assert [one.audience for one in rankings(MEASUREMENTS, app)] == [PROGRAMS]


def test_every_reason_is_given() -> None:
    system = System(late_s=0, services=1, header_bytes=60)
    assert reasons(SESSION, system) == (Reason.DATABASE,)
    assert reasons(OPEN, system) == (Reason.OPEN, Reason.HEADER)
    assert reasons(COUNTER, system) == (Reason.THROWS_OUT, Reason.DATABASE, Reason.HEADER)
    assert reasons(MEMORY, system) == (Reason.LATE, Reason.DATABASE, Reason.HEADER)
    assert reasons(ROTATING, system) == (Reason.LATE, Reason.HEADER)
    assert reasons(ROTATING, System(late_s=1)) == reasons(MEMORY, System(late_s=1)) == ()


def test_what_is_out_is_said_with_its_reasons_and_nothing_is_left_out() -> None:
    found = rank(MEASUREMENTS, System(), BROWSERS)
    assert {one.candidate.slug: one.why for one in found.excluded} == {
        "open": (Reason.OPEN,),
        "counter": (Reason.THROWS_OUT,),
        "rotating": (Reason.LATE,),
    }
    assert len(found.entries) + len(found.excluded) == len(MEASUREMENTS.candidates)


def test_a_question_waits_for_its_way_to_the_database() -> None:
    assert [MEASUREMENTS.trip_us(ms) for ms in (0, 0.5, 1, 5, 9)] == pytest.approx(
        [0, 550, 1100, 5500, 5500]
    )
    assert time_us(DEAR_SESSION, MEASUREMENTS, System(distance_ms=1)) == pytest.approx(
        2000 + 2 * 1100
    )


def test_a_token_that_is_refreshed_pays_for_it_by_how_often_it_is_used() -> None:
    near = System(distance_ms=0, late_s=60, per_hour=600)  # ten requests a minute
    assert time_us(ROTATING, MEASUREMENTS, near) == pytest.approx(500 + 1500 / 10)
    assert time_us(ROTATING, MEASUREMENTS, replace(near, per_hour=6)) == pytest.approx(500 + 1500)
    far = replace(near, distance_ms=1)
    assert time_us(ROTATING, MEASUREMENTS, far) == pytest.approx(500 + (1500 + 2 * 1100) / 10)


def test_a_difference_within_the_spread_is_none() -> None:
    close = candidate("close", 705)
    ranking = rank(
        Measurements((SESSION, close, DEAR_SESSION), MEASUREMENTS.trips), System(), BROWSERS
    )
    assert [entry.candidate for entry in ranking.equals] == [close]
    first, second, last = ranking.entries
    assert not first.differs_from(second)
    assert last.differs_from(first)


def test_an_equal_that_does_not_suit_is_no_equal() -> None:
    ranking = rank(
        Measurements(
            (
                SESSION,
                replace(RANDOM, slug="r"),
            ),
            MEASUREMENTS.trips,
        ),
        System(),
        BROWSERS,
    )
    assert slugs(ranking) == ["session", "r"]
    assert ranking.equals == ()


def test_where_no_way_will_do_nobody_wins() -> None:
    ranking = rank(MEASUREMENTS, System(services=1, late_s=0), PROGRAMS)
    assert ranking.winner is None
    assert ranking.equals == ()


@given(systems)
def test_more_is_forgiven_when_a_log_out_may_be_later_or_a_header_longer(system: System) -> None:
    for one in (*MEASUREMENTS.candidates, MEMORY):
        before = set(reasons(one, system))
        assert set(reasons(one, replace(system, late_s=system.late_s + 60))) <= before
        assert set(reasons(one, replace(system, header_bytes=system.header_bytes + 60))) <= before
        assert before <= set(reasons(one, replace(system, services=system.services + 1)))


@given(systems)
def test_no_request_gets_faster_with_the_database_further_away(system: System) -> None:
    further = replace(system, distance_ms=system.distance_ms + 0.5)
    for one in MEASUREMENTS.candidates:
        assert time_us(one, MEASUREMENTS, further) >= time_us(one, MEASUREMENTS, system)


@given(systems)
def test_a_busier_user_makes_no_request_dearer(system: System) -> None:
    busier = replace(system, per_hour=2 * system.per_hour)
    for one in MEASUREMENTS.candidates:
        assert time_us(one, MEASUREMENTS, busier) <= time_us(one, MEASUREMENTS, system)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@given(system=systems)
def test_no_position_has_a_winner_that_the_shipped_matrix_calls_open(
    kind: str, system: System
) -> None:
    found = facts(kind)
    assert found is not None
    for ranking in rankings(found.measurements, system):
        if not ranking.winner:
            continue
        slug = ranking.winner.candidate.slug
        log_out = found.reports(slug)["log-out"]
        assert log_out["thief"] in {"refused", "refused-later"}
        assert log_out["other"] == "untouched"
        if system.late_s == 0:
            assert log_out["at_once"]
        for event, report in found.reports(slug).items():
            if not event.startswith("key-rotated") and not events[event].is_drill:
                assert report["thief"] != "accepted"
        if system.services:
            assert log_out["sql_per_request"] == 0
        assert ranking.winner.candidate.bytes_sent <= system.header_bytes


def test_a_revocable_token_and_a_random_one_are_both_at_once() -> None:
    assert reasons(REVOCABLE, System()) == reasons(RANDOM, System()) == ()
