"""What is said follows from the figures."""

from dataclasses import replace

import pytest

from accounts.cluster.scale import DAY, Kept, Table
from accounts.cluster.scale_parameters import PARAMETERS, about, amount, size, time
from accounts.cluster.scale_words import (
    beyond_measured,
    breaks,
    headline,
    lists_and_sessions,
    rows_beside,
)
from tests.cluster.systems import MEASURED, PUSHED, ROTATING, SESSION, STATELESS, system

READS_ALL = replace(SESSION, everywhere_us=100)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (0.0231, "0.023"),
        (0.5, "0.5"),
        (1, "1"),
        (1.85, "1.9"),
        (9.999, "10"),
        (31.4, "31"),
        (4200, "4,200"),
        (999_999.6, "1 million"),
        (3_240_000, "3.2 million"),
        (45_000_000, "45 million"),
        (1.6e9, "1.6 billion"),
        (2e12, "2 trillion"),
    ],
)
def test_an_amount_has_the_figures_that_count(number: float, words: str) -> None:
    assert amount(number) == words


def test_bytes_times_and_tipping_points_are_short() -> None:
    assert [size(number) for number in (0, 640, 64_000, 3.2e9)] == [
        "0 B",
        "640 B",
        "64 kB",
        "3.2 GB",
    ]
    assert [time(seconds) for seconds in (0.04, 1, 300, 14 * 86_400)] == [
        "40 ms",
        "1 s",
        "5 min",
        "14 d",
    ]
    assert about(160_514) == "160,000"


def test_nothing_breaks_some_break_or_all() -> None:
    few, more, many = (system(users=users) for users in (1000, 200_000, 10**9))
    ways = (READS_ALL, STATELESS)
    then = (
        "“A session”, from 100,000 users on: to log out everywhere takes longer than 10 s, as it "
        "reads every live session of everybody."
    )
    assert headline(few, ways, MEASURED) == (
        f"With 1,000 users nothing breaks. The first to break would be {then}"
    )
    assert headline(more, ways, MEASURED) == f"With 200,000 users 1 of 2 ways break, first {then}"
    assert headline(many, ways, MEASURED) == (
        f"With 1 billion users every way breaks, first {then}"
    )
    assert headline(few, (), MEASURED) == (
        "With 1,000 users nothing was measured that could break."
    )


def test_the_list_is_shorter_longer_or_as_long_as_the_sessions() -> None:
    assert lists_and_sessions(system(log_outs=0.1)) == (
        "A blacklist keeps 4,392 rows, a table of sessions 86,400: fewer logins have ended within "
        "1 d than go on."
    )
    assert "more logins have ended within 1 d than go on" in lists_and_sessions(system(log_outs=2))
    # So many log-outs x that 1 - e^-x is half of x.
    assert "about as many logins" in lists_and_sessions(system(log_outs=1.5936))


def test_rows_that_show_logins_are_named_where_a_way_has_them() -> None:
    shown = Table("logins", Kept.SHOWN, 1, 100, shown_s=DAY)
    way = replace(SESSION, tables=(*SESSION.tables, shown))
    assert rows_beside(system(), [SESSION]) == ""
    said = rows_beside(system(), [SESSION, way])
    assert "until 1 d after it would have ended. These 273,366 rows" in said


def test_a_way_says_what_breaks_first_and_what_more_processes_do_not_cure() -> None:
    said = breaks(system(processes=1), SESSION, MEASURED)
    assert len(said) == 2
    assert said[0].startswith("From 170,000 users on: the one process is always busy")
    assert said[1].startswith("With more processes: from ")
    assert said[1].endswith("users on: all 100 connections of the database are always busy.")


def test_what_asks_nobody_has_no_end_that_was_measured() -> None:
    alone = replace(STATELESS, log_in=replace(STATELESS.log_in, queries=0))
    alone = replace(alone, log_out=replace(STATELESS.log_out, queries=0))
    last = breaks(system(), alone, MEASURED)[-1]
    assert last == "More processes cure that, and nothing else was measured that could break."


def test_a_copy_that_lives_on_is_said_first() -> None:
    assert (
        breaks(system(), STATELESS, MEASURED)[0]
        == "After a log-out a stolen copy works on for up to 1 d."
    )
    assert (
        breaks(system(), ROTATING, MEASURED)[0]
        == "After a log-out a stolen token works on for up to 5 min."
    )
    assert not any("stolen" in text for text in breaks(system(), SESSION, MEASURED))


def test_distance_is_said_where_it_takes_longer_than_computing() -> None:
    far = system(regions=2, round_trip_ms=100)
    assert breaks(far, SESSION, MEASURED)[0] == (
        "In another region a request waits 200 ms, longer than it computes: so it is from 1.0 ms "
        "between regions on."
    )
    for near in (system(regions=2, round_trip_ms=0.5), system(round_trip_ms=100)):
        assert not any("region" in text for text in breaks(near, SESSION, MEASURED))
    assert not any("region" in text for text in breaks(far, STATELESS, MEASURED))


def test_memory_and_messages_are_named_where_they_are_first() -> None:
    full = replace(PUSHED, entry_bytes=1e6)
    assert "the list no longer fits into the memory" in breaks(system(), full, MEASURED)[0]
    busy = replace(PUSHED, message_us=1e6)
    assert "nothing but take the news of log-outs" in breaks(system(), busy, MEASURED)[0]
    assert not any("news" in text for text in breaks(system(), SESSION, MEASURED))


def test_tables_beyond_the_measured_ones_are_named() -> None:
    assert beyond_measured(system(users=10**6), [SESSION], MEASURED) == ""
    said = beyond_measured(system(users=2 * 10**6), [SESSION, STATELESS], MEASURED)
    assert said.startswith("Look-ups were measured in tables of up to 1 million rows; here one has")
    assert "has 2 million" in said
    assert beyond_measured(system(users=10**9), [STATELESS], MEASURED) == ""


def test_every_parameter_offers_its_default_and_its_ends_in_order() -> None:
    for parameter in PARAMETERS:
        assert parameter.default in parameter.stops, parameter.name
        assert list(parameter.stops) == sorted(parameter.stops)
        assert len({parameter.said(stop) for stop in parameter.stops}) == len(parameter.stops)
