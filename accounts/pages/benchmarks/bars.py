"""Bar charts: time per request, queries, bytes, requests per second."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from accounts.bench import tables
from accounts.bench.result import BASELINE, Http, Measured, Result, Throughput, without_baseline
from accounts.pages.benchmarks import sentences
from accounts.pages.benchmarks.charts import Bars, Item, Key, Part, bar_length, longest, place_bars

KINDS = (
    Key("framework", "Django, DRF and Python"),
    Key("crypto", "signatures"),
    Key("cache", "cache"),
    Key("sql", "SQL"),
)


def time(result: Result) -> Bars:
    """CPU time per request, with its spread."""
    [baseline] = [one for one in result["strategies"] if one["slug"] == BASELINE]
    baseline_us = baseline["cpu_us"]["median"]
    items = [_cpu(one) for one in without_baseline(result)]
    return Bars(
        slug="time",
        sentence=sentences.time(result),
        legend_note="The upright lines are the same view when nobody asks who is there.",
        bars=place_bars(items),
        mark=bar_length(baseline_us, longest(items)),
        mark_label=f"nobody asks: {baseline_us:.0f} µs",
        table=tables.requests(result),
    )


def _cpu(one: Measured) -> Item:
    spread = one["cpu_us"]
    value = f"{spread['median']:,.0f} µs"
    if "low" not in spread:
        return _whole(one, spread["median"], value, value)
    low, high = spread["low"], spread["high"]
    says = f"{value}, four in five between {low:,.0f} and {high:,.0f}"
    return replace(_whole(one, spread["median"], value, says), spread=(low, high))


def parts(result: Result) -> Bars:
    """Wall time per request, split into the kinds of its steps."""
    strategies = without_baseline(result)
    return Bars(
        slug="parts",
        sentence=sentences.parts(result),
        bars=place_bars([_parts(one) for one in strategies]),
        legend=[key for key in KINDS if any(_shares(one)[key.kind] for one in strategies)],
        table=tables.parts(result["strategies"]),
    )


def _shares(one: Measured) -> Mapping[str, float]:
    return cast(Mapping[str, float], one["split"])


def _parts(one: Measured) -> Item:
    whole = one["wall_us"]["median"]
    parts = [Part(key.kind, _shares(one)[key.kind] * whole) for key in KINDS]
    split = ", ".join(
        f"{part.amount:.0f} in {key.label}"
        for part, key in zip(parts, KINDS, strict=True)
        if part.amount
    )
    return _item(one, parts, f"{whole:,.0f} µs", f"{whole:,.0f} µs, of it {split}")


def queries(result: Result) -> Bars:
    """SQL statements per request."""
    return Bars(
        slug="queries",
        sentence=sentences.queries(result),
        bars=place_bars(
            [
                _whole(one, one["queries"], str(one["queries"]), f"{one['queries']} SQL queries")
                for one in without_baseline(result)
            ]
        ),
        table=tables.queries(result),
    )


def bytes_sent(result: Result) -> Bars:
    """Bytes of the credential, which is sent with each request."""
    return Bars(
        slug="bytes",
        sentence=sentences.bytes_sent(result),
        bars=place_bars(
            [
                _whole(one, size := one["bytes_sent"], f"{size} B", f"{size} bytes")
                for one in without_baseline(result)
            ]
        ),
        table=tables.bytes_sent(result),
    )


def http(found: Http, strategies: Sequence[Measured], rounds: int) -> Bars:
    """Requests per second over HTTP."""
    by_slug = {one["slug"]: one for one in strategies}
    measured = [one for one in found["strategies"] if one["slug"] != BASELINE]
    return Bars(
        slug="http",
        sentence=sentences.http(found, strategies, rounds),
        bars=place_bars([_throughput(by_slug[one["slug"]], one) for one in measured]),
        table=tables.http(found, strategies),
    )


def _throughput(strategy: Measured, one: Throughput) -> Item:
    rate = one["per_second"]
    times = f"p50 {one['p50_ms']:.2f} ms, p99 {one['p99_ms']:.2f} ms"
    says = f"{rate:.0f} requests a second, {times}"
    item = _whole(strategy, rate, f"{rate:,.0f}/s", says)
    return replace(item, spread=(one["low"], one["high"])) if "low" in one else item


def _whole(one: Measured, amount: float, value: str, description: str) -> Item:
    """A bar of a single part."""
    return _item(one, [Part("whole", amount)], value, description)


def _item(one: Measured, parts: Sequence[Part], value: str, description: str) -> Item:
    says = f"{one['title']}: {description}"
    return Item(one["title"], one["family"], parts, value, says)
