"""Where bars and lines stand: the longest fills its place, the rest in proportion."""

from itertools import pairwise

import pytest

from accounts.pages.benchmarks.charts import (
    MAX_BAR,
    PLOT_HEIGHT,
    ROW,
    Item,
    Part,
    Scale,
    Series,
    place_bars,
    place_lines,
    x_position,
)


def item(title: str, *amounts: float) -> Item:
    parts = [Part(f"kind-{number}", amount) for number, amount in enumerate(amounts)]
    return Item(title, "session", parts, "", "")


def test_bars_are_as_long_as_their_share_of_the_longest() -> None:
    whole, half = place_bars([item("whole", 6, 4), item("half", 5)])

    assert (whole.end, half.end) == (f"{MAX_BAR:.2f}%", f"{MAX_BAR / 2:.2f}%")
    assert [segment.width for segment in whole.segments] == ["49.20%", "32.80%"]
    assert whole.segments[1].x == whole.segments[0].width
    assert (whole.y, half.y) == (0, ROW)


def test_nothing_has_no_segment() -> None:
    [bar] = place_bars([item("nothing", 0, 0)])
    assert (bar.end, bar.segments) == ("0%", [])


@pytest.mark.parametrize(
    ("amounts", "top", "ticks"),
    [
        ([16.1, 3], 20, [0, 5, 10, 15, 20]),
        ([1081], 1500, [0, 500, 1000, 1500]),
        ([0.7], 0.8, [0, 0.2, 0.4, 0.6, 0.8]),
        ([0], 1, [0]),
        ([], 1, [0]),
    ],
)
def test_a_scale_ends_at_a_round_number(
    amounts: list[float], top: float, ticks: list[float]
) -> None:
    scale = Scale.over(amounts)

    assert scale.top >= max(amounts, default=0)
    if amounts and amounts[0]:
        assert scale.top == pytest.approx(top)
        assert scale.ticks() == pytest.approx(ticks)


def test_lines_go_from_point_to_point() -> None:
    one = Series("a line", "jwt", [0, 5, 10], ["none", "half", "all"], "label")

    [line] = place_lines([one], [0, 0.5, 1], Scale(10, 5))

    assert [(point.x, point.y) for point in line.points] == [
        (x_position(0), PLOT_HEIGHT),
        (x_position(0.5), PLOT_HEIGHT / 2),
        (x_position(1), 0),
    ]
    assert [(stroke.x1, stroke.x2) for stroke in line.strokes] == [
        (x_position(0), x_position(0.5)),
        (x_position(0.5), x_position(1)),
    ]


def test_labels_do_not_lie_on_each_other() -> None:
    series = [Series(name, "jwt", [0, 10], ["", ""], name) for name in ("one", "two", "three")]

    lines = place_lines(series, [0, 1], Scale(10, 5))

    places = sorted(line.label_y for line in lines)
    assert all(below - above >= 17 for above, below in pairwise(places))
