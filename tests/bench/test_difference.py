"""When two figures differ, and when their difference lies within the spread."""

import random
from statistics import median

import pytest

from accounts.bench.difference import AGAIN, LATER, Figure
from accounts.bench.statistics import spread


def figure(median: float, width: float, n: int) -> Figure:
    return Figure.from_spread({"median": median, "low": median - width, "high": median + width}, n)


def test_more_samples_or_less_spread_make_a_difference_clearer() -> None:
    assert not figure(100, 40, 20).differs_from(figure(110, 40, 20))
    assert figure(100, 40, 2000).differs_from(figure(110, 40, 2000))
    assert figure(100, 5, 20).differs_from(figure(110, 5, 20))


def test_two_differ_by_more_than_both_errors_together() -> None:
    one = Figure(100, 3)  # an error of 3 and one of 4 make 5
    assert Figure(105.1, 4).differs_from(one)
    assert not Figure(104.9, 4).differs_from(one)


def test_a_ratio_is_known_as_well_as_both_that_it_is_of() -> None:
    ratio = Figure(300, 12).over(Figure(200, 6))
    assert ratio.median == 1.5
    assert ratio.error == pytest.approx(1.5 * 0.05)  # 4 % and 3 % make 5 %


def test_what_comes_out_otherwise_when_it_is_measured_again_is_no_difference() -> None:
    one, other = figure(100, 1, 10**9), figure(100 + 100 * AGAIN, 1, 10**9)
    assert not one.differs_from(other)
    assert one.differs_from(figure(100 + 300 * AGAIN, 1, 10**9))


def test_what_is_measured_at_another_time_has_to_differ_more() -> None:
    one, other = (
        Figure.from_spread(spread([us * 1000] * 80 + [us * 1100] * 20), 100, again=LATER)
        for us in (100, 114)
    )
    assert not one.differs_from(other)


def test_what_was_counted_differs_by_one() -> None:
    assert Figure.from_spread({"median": 1, "low": 1, "high": 1}, 1).differs_from(Figure(2))


def test_an_older_result_has_the_99th_percentile_or_the_median_alone() -> None:
    known = Figure.from_spread({"median": 100, "p99": 123.26}, 100)
    assert known.error == pytest.approx(((2 * 1.2533) ** 2 + (100 * AGAIN) ** 2) ** 0.5)
    assert Figure.from_spread({"median": 100}, 100).error == 100 * LATER


def test_of_equal_programs_hardly_a_pair_is_told_apart() -> None:
    rng = random.Random(5)  # noqa: S311 - guards nothing

    def measured() -> Figure:
        samples = [round(1_000_000 * rng.lognormvariate(0, 0.2)) for _ in range(200)]
        assert median(samples)
        return Figure.from_spread(spread(samples), 200)

    told_apart = sum(measured().differs_from(measured()) for _ in range(400))
    assert told_apart < 20  # one in twenty
