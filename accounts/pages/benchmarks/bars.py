"""Bars: time per request, queries, bytes, requests per second."""

from collections.abc import Mapping, Sequence
from typing import cast

from accounts.bench import tables
from accounts.bench.result import FLOOR, Http, Measured, Result, Served
from accounts.bench.tables import carried
from accounts.pages.benchmarks import sentences
from accounts.pages.benchmarks.charts import Bars, Item, Key, Part, along, place

WHERE = (
    Key("framework", "Django, DRF and Python"),
    Key("crypto", "signatures"),
    Key("cache", "cache"),
    Key("sql", "SQL"),
)


def time(result: Result) -> Bars:
    """Time per request, split by where it goes."""
    found = carried(result)
    floor = next(one for one in result["strategies"] if one["slug"] == FLOOR)
    longest = max(one["wall_us"]["median"] for one in found)
    return Bars(
        slug="time",
        sentence=sentences.time(result),
        legend_note="The upright lines are the same view when nobody asks who is there.",
        bars=place([_time(one) for one in found]),
        legend=[key for key in WHERE if any(_shares(one)[key.kind] for one in found)],
        mark=along(floor["wall_us"]["median"], longest),
        mark_words=f"nobody asks: {floor['wall_us']['median']:.0f} µs",
        table=tables.requests(result["strategies"]),
    )


def _shares(one: Measured) -> Mapping[str, float]:
    return cast(Mapping[str, float], one["split"])


def _time(one: Measured) -> Item:
    whole = one["wall_us"]["median"]
    parts = [Part(key.kind, _shares(one)[key.kind] * whole) for key in WHERE]
    split = ", ".join(
        f"{part.amount:.0f} in {key.words}"
        for part, key in zip(parts, WHERE, strict=True)
        if part.amount
    )
    return Item(
        one["title"],
        one["subtitle"],
        one["family"],
        parts,
        f"{whole:,.0f} µs",
        f"{one['title']}: {whole:,.0f} µs, of it {split}",
    )


def queries(result: Result) -> Bars:
    """SQL statements per request."""
    found = carried(result)
    return Bars(
        slug="queries",
        sentence=sentences.queries(result),
        bars=place(
            [_plain(one, one["queries"], str(one["queries"]), "SQL queries") for one in found]
        ),
        table=tables.queries(result),
    )


def sent(result: Result) -> Bars:
    """Bytes of the credential, with each request."""
    found = carried(result)
    return Bars(
        slug="bytes",
        sentence=sentences.sent(result),
        bars=place(
            [_plain(one, one["bytes_sent"], f"{one['bytes_sent']} B", "bytes") for one in found]
        ),
        table=tables.bytes_sent(result),
    )


def _plain(one: Measured, amount: float, value: str, unit: str) -> Item:
    return Item(
        one["title"],
        one["subtitle"],
        one["family"],
        [Part("whole", amount)],
        value,
        f"{one['title']}: {amount:g} {unit}",
    )


def http(found: Http, strategies: Sequence[Measured]) -> Bars:
    """Requests per second over HTTP."""
    by_slug = {one["slug"]: one for one in strategies}
    served = [one for one in found["strategies"] if one["slug"] != FLOOR]
    return Bars(
        slug="http",
        sentence=sentences.http(found, strategies),
        bars=place([_served(one, by_slug[one["slug"]]) for one in served]),
        table=tables.http(found, strategies),
    )


def _served(one: Served, strategy: Measured) -> Item:
    return Item(
        strategy["title"],
        strategy["subtitle"],
        strategy["family"],
        [Part("whole", one["per_second"])],
        f"{one['per_second']:,.0f}/s",
        f"{strategy['title']}: {one['per_second']:.0f} requests a second, "
        f"p50 {one['p50_ms']:.2f} ms, p99 {one['p99_ms']:.2f} ms",
    )
