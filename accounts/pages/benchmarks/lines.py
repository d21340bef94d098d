"""Line charts: look-ups as the tables grow, requests as the database moves away."""

from collections.abc import Sequence
from dataclasses import replace

from accounts.bench import tables
from accounts.bench.result import BASELINE, Growth, Latency, Measured
from accounts.pages.benchmarks import sentences
from accounts.pages.benchmarks.charts import Lines, Scale, Series, Tick, place_lines, x_position


def growth(found: Growth, rounds: int) -> Lines:
    """Look-ups in growing tables. The sizes stand at equal distances."""
    steps = found["steps"]
    sizes = [step["rows"] for step in steps]
    places = [number / max(1, len(steps) - 1) for number in range(len(steps))]
    series = [
        _lookups("Blacklist", "jwt", sizes, [step["blacklist_us"]["median"] for step in steps]),
        _lookups("Session", "session", sizes, [step["session_us"]["median"] for step in steps]),
    ]
    scale = Scale.over([amount for one in series for amount in one.amounts])
    return Lines(
        slug="growth",
        sentence=sentences.growth(found, rounds),
        lines=place_lines(series, places, scale),
        x_ticks=_x_ticks(places, [_rows(size) for size in sizes]),
        y_ticks=_y_ticks(scale),
        x_label="rows",
        y_label="µs for one look-up",
        table=tables.growth(found),
    )


def _lookups(label: str, family: str, sizes: Sequence[int], amounts: list[float]) -> Series:
    title = f"{label} look-up"
    says = [
        f"{title}, {size:,} rows: {amount:.1f} µs"
        for size, amount in zip(sizes, amounts, strict=True)
    ]
    return Series(title, family, amounts, says, label)


def _rows(number: int) -> str:
    million, thousand = 1_000_000, 1000
    if number >= million and number % million == 0:
        return f"{number // million} million"
    return f"{number // thousand} thousand" if number % thousand == 0 < number else f"{number:,}"


def latency(found: Latency, strategies: Sequence[Measured]) -> Lines:
    """Requests with a distant database. One label for all strategies with as many queries."""
    steps = found["steps"]
    asked = [step["asked_ms"] for step in steps]
    places = [milliseconds / (max(asked) or 1) for milliseconds in asked]
    shown = [one for one in strategies if one["slug"] in steps[0]["wall_us"]]
    series = _labelled([_requests(one, found) for one in shown], shown)
    scale = Scale.over([amount for one in series for amount in one.amounts])
    return Lines(
        slug="latency",
        sentence=sentences.latency(found, [one for one in shown if one["slug"] != BASELINE]),
        lines=place_lines(series, places, scale),
        x_ticks=_x_ticks(places, [f"{milliseconds:g} ms" for milliseconds in asked]),
        y_ticks=_y_ticks(scale),
        x_label="to the database and back",
        y_label="ms for one request",
        shared_labels=True,
        table=tables.latency(found, strategies),
    )


def _requests(one: Measured, found: Latency) -> Series:
    family = BASELINE if one["slug"] == BASELINE else one["family"]
    amounts = [step["wall_us"][one["slug"]] / 1000 for step in found["steps"]]
    says = [
        f"{one['title']}, {step['asked_ms']:g} ms away: {amount:.2f} ms"
        for step, amount in zip(found["steps"], amounts, strict=True)
    ]
    return Series(one["title"], family, amounts, says)


def _labelled(series: Sequence[Series], strategies: Sequence[Measured]) -> list[Series]:
    """Of all lines with as many queries, the uppermost gets the label."""
    highest: dict[int, Series] = {}
    for line, strategy in zip(series, strategies, strict=True):
        known = highest.get(strategy["queries"])
        if known is None or line.amounts[-1] > known.amounts[-1]:
            highest[strategy["queries"]] = line
    labels = {id(line): _queries(count) for count, line in highest.items()}
    return [replace(line, label=labels.get(id(line), "")) for line in series]


def _queries(count: int) -> str:
    return {0: "No query", 1: "1 query"}.get(count, f"{count} queries")


def _x_ticks(places: Sequence[float], labels: Sequence[str]) -> list[Tick]:
    return [Tick(x_position(at), label) for at, label in zip(places, labels, strict=True)]


def _y_ticks(scale: Scale) -> list[Tick]:
    return [Tick(f"{scale.y(tick)}", f"{tick:g}") for tick in scale.ticks()]
