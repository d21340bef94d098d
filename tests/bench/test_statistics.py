"""From samples to figures."""

import pytest

from accounts.bench.measures import growth, tracing
from accounts.bench.measures.requests import split
from accounts.bench.statistics import median_us, percentile, ratio, spread, with_ratios
from tests.bench.sample import STRATEGIES


def test_the_99th_percentile_is_the_sample_that_one_in_a_hundred_exceeds() -> None:
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile([5, 1, 3], 0.99) == 5
    assert percentile([7], 0.5) == 7


def test_nanoseconds_become_microseconds() -> None:
    assert spread([1000, 2000, 9000]) == {"median": 2.0, "low": 1.0, "high": 9.0, "p99": 9.0}
    assert median_us([1500, 2500]) == 2.0


def test_ratios_are_those_of_the_medians() -> None:
    found = {one["slug"]: one for one in with_ratios(STRATEGIES)}

    assert found["session-joined"]["vs_session_db"] == {"cpu": ratio(390, 990), "wall": 0.4}
    assert found["session-joined"]["vs_baseline"] == {"cpu": ratio(390, 190), "wall": 2.0}
    assert found["baseline"]["vs_baseline"] == {"cpu": 1.0, "wall": 1.0}


def step(kind: str, start: float, duration: float) -> dict[str, object]:
    return {"kind": kind, "start_us": start, "duration_us": duration}


def test_what_no_step_accounts_for_is_the_frameworks() -> None:
    steps = [step("sql", 10, 20), step("crypto", 40, 10), step("parse", 0, 50)]

    shares = split([{"wall_us": 100, "steps": steps}])

    assert shares == {"sql": 0.2, "crypto": 0.1, "cache": 0.0, "framework": 0.7}


def test_sql_inside_a_cache_counts_once() -> None:
    steps = [step("cache", 10, 50), step("sql", 20, 30)]

    shares = split([{"wall_us": 100, "steps": steps}])

    assert shares == {"sql": 0.3, "crypto": 0.0, "cache": 0.2, "framework": 0.5}


def test_shares_are_the_mean_over_all_traces() -> None:
    traces = [
        {"wall_us": 100, "steps": [step("sql", 0, 50)]},
        {"wall_us": 100, "steps": [step("sql", 0, 30)]},
    ]

    assert split(traces)["sql"] == pytest.approx(0.4)


def test_a_short_run_too_switches_tracing_on_and_off_many_times() -> None:
    assert tracing.total_blocks(60) == tracing.total_blocks(500) == 75
    assert tracing.total_blocks(20) == 30
    assert tracing.total_blocks(1000) == 150


@pytest.mark.parametrize(
    ("sizes", "reports"),
    [((0, 10_000, 100_000, 1_000_000), 1 + 1 + 9 + 4 + 1), ((0, 300), 1 + 2 + 1), ((0,), 2)],
)
def test_growth_reports_each_chunk_each_size_and_the_pruning(
    sizes: tuple[int, ...], reports: int
) -> None:
    assert growth.total_reports(sizes) == reports
