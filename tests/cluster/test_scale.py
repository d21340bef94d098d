"""The arithmetic past this machine."""

from dataclasses import replace
from math import e

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.cluster.scale import (
    DAY,
    Breaks,
    Holds,
    Kept,
    Limit,
    System,
    Table,
    Way,
    figures,
    kept,
    limits,
)
from tests.cluster.systems import (
    MEASURED,
    PUSHED,
    ROTATING,
    SESSION,
    STATELESS,
    WAYS,
    system,
    systems,
)


def test_a_login_ends_by_a_log_out_or_at_its_end() -> None:
    once_a_day = system()
    assert once_a_day.log_outs_s == 1
    # Of logins of a day that end once a day by chance, 1/e last the day.
    assert once_a_day.log_ins_s == pytest.approx(1 / (1 - 1 / e))
    assert once_a_day.expired_s == pytest.approx(once_a_day.log_ins_s / e)
    assert once_a_day.log_ins_s == pytest.approx(once_a_day.log_outs_s + once_a_day.expired_s)
    assert kept(once_a_day, Kept.LIVE) == 86_400
    assert kept(once_a_day, Kept.LISTED) == pytest.approx(86_400 / (e - 1))
    assert kept(once_a_day, Kept.SHOWN, DAY) == pytest.approx(2 * 86_400 / (1 - 1 / e))


def test_who_never_logs_out_logs_in_when_the_login_ends() -> None:
    assert system(log_outs=1e-9).log_ins_s == pytest.approx(1)
    assert kept(system(log_outs=1e-9), Kept.LISTED) == pytest.approx(0, abs=1e-3)


def test_a_token_is_fetched_by_the_first_request_after_it_ran_out() -> None:
    asks_each_minute = system(log_outs=1e-9, requests=1440, token_s=540, login_s=365 * DAY)
    assert asks_each_minute.refreshes_s == pytest.approx(86_400 / 600, rel=0.01)
    assert system(token_s=DAY).refreshes_s == 0


def test_the_figures_of_a_session() -> None:
    found = figures(system(), SESSION)
    log_ins = system().log_ins_s
    assert (found.rows, found.stored_bytes) == (86_400, 8_640_000)
    assert found.queries_s == pytest.approx(100 * 2 + log_ins * 4 + 2)
    assert found.cores == pytest.approx(0.2 + log_ins * 0.2 + 0.001)
    assert found.wire_bytes_day == pytest.approx(86_400 * 100 * 32)
    assert (found.messages_s, found.memory_bytes, found.log_out_s) == (0, 0, 0)


def test_a_pushed_list_is_a_message_and_an_entry_for_each_process() -> None:
    here = figures(system(processes=8), PUSHED)
    assert here.messages_s == 8
    assert here.messages_bytes_day == 8 * DAY * 80
    assert here.entries == here.rows == pytest.approx(86_400 / (e - 1))
    assert here.memory_bytes == pytest.approx(50 * here.entries)
    assert here.log_out_s == 1
    assert figures(system(regions=2, round_trip_ms=80), PUSHED).log_out_s == pytest.approx(1.04)


@pytest.mark.parametrize(
    ("way", "token_s", "until"),
    [(ROTATING, 300, 300), (ROTATING, 30 * DAY, DAY), (STATELESS, 300, DAY), (SESSION, 300, 0)],
)
def test_a_log_out_holds_when_the_last_copy_has_ended(way: Way, token_s: int, until: int) -> None:
    assert figures(system(token_s=token_s), way).log_out_s == until


def test_a_fetched_list_has_a_bit_for_each_login_and_is_as_old_as_it_may_be() -> None:
    fetched = replace(PUSHED, holds=Holds.FETCHED, lag_s=60.0, entry_bytes=None)
    found = figures(system(processes=30, regions=2, round_trip_ms=80), fetched)
    assert found.messages_s == 0.5
    assert found.entries == pytest.approx(86_400 + 86_400 / (e - 1))
    assert found.log_out_s == pytest.approx(60.04)


def test_a_filter_is_told_as_a_list_is() -> None:
    told = [figures(system(), replace(PUSHED, holds=one)) for one in (Holds.LIST, Holds.FILTER)]
    assert told[0] == told[1]


def test_a_shared_cache_holds_the_logins_or_those_that_ended() -> None:
    for holds, how in ((Holds.CACHED_LOGINS, Kept.LIVE), (Holds.CACHED_LIST, Kept.LISTED)):
        found = figures(system(regions=2), replace(PUSHED, holds=holds, lag_s=0.0))
        assert found.cache_entries == kept(system(), how)
        assert (found.entries, found.messages_s, found.log_out_s) == (0, 0, 0)


def test_tokens_of_a_way_that_live_shorter_are_fetched_more_often() -> None:
    minute = replace(ROTATING, token_s=60)
    assert figures(system(token_s=300), minute).log_out_s == 60
    assert figures(system(token_s=30), minute).log_out_s == 30
    usual, short = (figures(system(token_s=300), way).queries_s for way in (ROTATING, minute))
    assert usual < short == figures(system(token_s=60), ROTATING).queries_s


def test_of_two_regions_one_waits_for_the_database() -> None:
    assert figures(system(regions=2, round_trip_ms=100), SESSION).far_s == pytest.approx(0.1)
    assert figures(system(regions=1, round_trip_ms=100), SESSION).far_s == 0
    assert figures(system(regions=2, round_trip_ms=100), STATELESS).far_s == 0


def test_what_was_not_measured_is_left_out_and_breaks_nothing() -> None:
    unknown = replace(
        PUSHED,
        entry_bytes=None,
        message_us=None,
        message_bytes=None,
        tables=(Table("list", Kept.LISTED, 1, None),),
    )
    found = figures(system(), unknown)
    assert (found.memory_bytes, found.stored_bytes, found.messages_bytes_day) == (None,) * 3
    assert found.entries > 0
    what = {limit.what for limit in limits(system(), unknown, MEASURED)}
    assert what == {Breaks.PROCESSES, Breaks.CONNECTIONS, Breaks.PRUNING}


def test_the_first_limit_is_that_of_the_fewest_users() -> None:
    reads_all = replace(SESSION, everywhere_us=100)
    found = limits(system(), reads_all, MEASURED)
    assert found[0].what is Breaks.EVERYWHERE
    assert found[0].users == pytest.approx(100_000)  # × 100 µs are ten seconds
    assert [limit.users for limit in found] == sorted(limit.users for limit in found)


def test_what_no_number_of_users_reaches_is_no_limit() -> None:
    # Who logs out twice a day leaves one login of a year in 10³¹⁷ to run out: nothing to prune.
    all_log_out = system(log_outs=2, login_s=365 * DAY)
    what = {limit.what for limit in limits(all_log_out, SESSION, MEASURED)}
    assert what == {Breaks.PROCESSES, Breaks.CONNECTIONS}


def test_more_processes_cure_the_processes_alone() -> None:
    few = {limit.what: limit.users for limit in limits(system(processes=2), PUSHED, MEASURED)}
    many = {limit.what: limit.users for limit in limits(system(processes=4), PUSHED, MEASURED)}
    assert few.keys() == {*Breaks} - {Breaks.EVERYWHERE}
    better = {what for what in few if many[what] > few[what]}
    assert better == {what for what in Breaks if Limit(what, 0).is_cured} == {Breaks.PROCESSES}


@given(systems, st.sampled_from(WAYS))
def test_with_the_users_of_a_limit_it_is_reached_and_no_sooner(one: System, way: Way) -> None:
    for limit in limits(one, way, MEASURED):
        at = limits(replace(one, users=limit.users), way, MEASURED)  # type: ignore[arg-type]
        again = {each.what: each.users for each in at}
        assert again[limit.what] == pytest.approx(limit.users)
        assert figures(replace(one, users=0), way).queries_s == 0


@given(systems, st.sampled_from(WAYS))
def test_twice_the_users_are_twice_everything_but_the_times(one: System, way: Way) -> None:
    single, double = figures(one, way), figures(replace(one, users=2 * one.users), way)
    for name in ("rows", "queries_s", "cores", "messages_s", "entries", "wire_bytes_day"):
        assert getattr(double, name) == pytest.approx(2 * getattr(single, name)), name
    assert (double.log_out_s, double.far_s) == (single.log_out_s, single.far_s)
