"""What the charts of a result show, in a sentence each, computed from the figures."""

from collections.abc import Mapping, Sequence
from itertools import permutations
from statistics import median
from typing import cast

from accounts.bench import tables
from accounts.bench.difference import LATER, Figure
from accounts.bench.goals import LARGE, SMALL
from accounts.bench.measures.growth import number_of_lookups
from accounts.bench.result import (
    BASELINE,
    Cost,
    Growth,
    Http,
    Latency,
    Measured,
    Result,
    Throughput,
    without_baseline,
)
from accounts.strategies import Family

# The site's own two modes, each with a strategy to compare it with.
OWN = (
    ("session", "session-joined", "session-db"),
    ("token", "jwt-blacklist-joined", "jwt-user"),
)
PARTS = {
    "framework": "Django, DRF and Python",
    "crypto": "signatures",
    "cache": "the cache",
    "sql": "SQL",
}
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def name(one: Measured) -> str:
    """A strategy as a sentence calls it."""
    return one["title"]


def times(factor: float) -> str:
    """``2.4 times``; below one with two decimals: ``0.52 times``."""
    return f"{factor:.2f} times" if factor < 1 else f"{factor:.1f} times"


def number(count: int) -> str:
    """A small number in letters."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def time(result: Result) -> str:
    """The slowest strategy beside the fastest, and what the site's own two modes save."""
    found = {one["slug"]: one for one in without_baseline(result)}
    ordered = sorted(found.values(), key=lambda one: one["cpu_us"]["median"])
    pairs = [(name(ordered[-1]), ordered[-1], ordered[0])] + [
        (f"{name(found[mine])}, this site's own {what},", found[mine], found[default])
        for what, mine, default in OWN
        if mine in found and default in found
    ]
    return " ".join(_needs(who, one, other, result) for who, one, other in pairs)


def _needs(who: str, one: Measured, other: Measured, result: Result) -> str:
    mine, its = tables.cpu_figure(one, result), tables.cpu_figure(other, result)
    if not mine.differs_from(its):
        return f"{who} needs as much CPU time as {name(other)}, to within the spread."
    return f"{who} needs {times(mine.median / its.median)} the CPU time of {name(other)}."


def parts(result: Result) -> str:
    """The largest part of the time of the slowest strategy."""
    slowest = max(without_baseline(result), key=lambda one: one["wall_us"]["median"])
    shares = cast(Mapping[str, float], slowest["split"])
    kind = max(PARTS, key=lambda one: shares[one])
    return f"Under {name(slowest)}, {shares[kind]:.0%} of the time goes to {PARTS[kind]}."


def queries(result: Result) -> str:
    """How many strategies send 0, 1, 2 … queries per request, and which send most."""
    found = without_baseline(result)
    counts = {count: _with(found, count) for count in sorted({one["queries"] for one in found})}
    parts = [f"{number(len(group))} ask {_how_often(count)}" for count, group in counts.items()]
    most = counts[max(counts)]
    text = f"Of {number(len(found))} ways, {_listed(parts)}."
    verb = "asks" if len(most) == 1 else "ask"
    return f"{text} {_listed([name(one) for one in most])} {verb} most."


def _with(found: Sequence[Measured], count: int) -> list[Measured]:
    return [one for one in found if one["queries"] == count]


def _how_often(count: int) -> str:
    return {0: "the database nothing", 1: "it once", 2: "it twice"}.get(count, f"it {count} times")


def bytes_sent(result: Result) -> str:
    """The length of a token beside that of a cookie."""
    found = without_baseline(result)
    cookies = [one["bytes_sent"] for one in found if one["family"] == Family.SESSION]
    tokens = [one["bytes_sent"] for one in found if one["family"] == Family.JWT]
    if not cookies or not tokens:
        most = max(found, key=lambda one: one["bytes_sent"])
        return f"{name(most)} sends most: {most['bytes_sent']} bytes with every request."
    cookie, token = median(cookies), median(tokens)
    return (
        f"A JSON Web Token is sent with every request and is {times(token / cookie)} as long as a "
        f"cookie session: {token:.0f} bytes against {cookie:.0f} (medians)."
    )


def logins(result: Result) -> str:
    """The cheapest and the dearest log-out everywhere, of the strategies that have one."""
    costs = [
        (cost, one)
        for one in without_baseline(result)
        if (cost := one["logout_everywhere"]) and cost["queries"]
    ]
    if not costs:
        return "None of these can log out everywhere."
    ordered = sorted(costs, key=lambda pair: pair[0]["cpu_us"])
    samples = result["login_setup"]["samples"]
    least, most = (_figure(cost, samples) for cost, _ in (ordered[0], ordered[-1]))
    if not most.differs_from(least):
        return f"Logging out everywhere takes about {_cost(ordered[0][0])} whatever the way."
    parts = [f"{_cost(cost)} under {name(one)}" for cost, one in (ordered[0], ordered[-1])]
    return f"Logging out everywhere takes {' and '.join(parts)}."


def _figure(cost: Cost, samples: int) -> Figure:
    spread = {"low": cost["low_us"], "high": cost["high_us"]} if "low_us" in cost else {}
    return Figure.from_spread({"median": cost["cpu_us"], **spread}, samples)


def _cost(cost: Cost) -> str:
    unit = "query" if cost["queries"] == 1 else "queries"
    return f"{cost['queries']} {unit} and {cost['cpu_us'] / 1000:.1f} ms"


def growth(found: Growth, rounds: int) -> str:
    """How much slower a look-up gets, in a run of so many rounds."""
    number = number_of_lookups(rounds)
    steps = {
        step["rows"]: Figure.from_spread(step["blacklist_us"], number, again=LATER)
        for step in found["steps"]
    }
    small, large = (SMALL, LARGE) if {SMALL, LARGE} <= set(steps) else (min(steps), max(steps))
    if small == large:
        return f"A look-up among {large:,} rows takes {steps[large].median:.0f} µs."
    factor = f"{steps[large].median / steps[small].median:.2f} times as long"
    if not steps[large].differs_from(steps[small]):
        factor = "as long, to within the spread,"
    return (
        f"Among {large:,} rows a look-up in the blacklist takes {factor} as among "
        f"{small:,}: {steps[large].median:.0f} µs against {steps[small].median:.0f}."
    )


def latency(found: Latency, strategies: Sequence[Measured]) -> str:
    """What one more round trip costs at the largest distance."""
    step = found["steps"][-1]
    times_ms: dict[int, list[float]] = {}
    for one in strategies:
        times_ms.setdefault(one["queries"], []).append(step["wall_us"][one["slug"]] / 1000)
    parts = [
        f"{median(times):.1f} ms with {_queries(count)}"
        for count, times in sorted(times_ms.items())
    ]
    text = f"With the database {step['asked_ms']:g} ms away a request takes {_listed(parts)}"
    return f"{text}: the number of round trips decides." if step["asked_ms"] else f"{text}."


def _queries(count: int) -> str:
    return {0: "no query", 1: "one query"}.get(count, f"{number(count)} queries")


def http(found: Http, strategies: Sequence[Measured], rounds: int) -> str:
    """The most and the fewest requests per second, and whether CPU time of so many rounds tells."""
    names = {one["slug"]: name(one) for one in strategies}
    measured = [one for one in found["strategies"] if one["slug"] != BASELINE]
    ordered = sorted(measured, key=lambda one: one["per_second"])
    least, most = ordered[0], ordered[-1]
    if not _rate(most).differs_from(_rate(least)):
        return f"One server process answers about {most['per_second']:,.0f} requests a second."
    return (
        f"One server process answers {most['per_second']:,.0f} requests a second under "
        f"{names[most['slug']]} and {least['per_second']:.0f} under {names[least['slug']]}. "
        f"{_order(measured, strategies, rounds)}"
    )


def _order(measured: Sequence[Throughput], strategies: Sequence[Measured], rounds: int) -> str:
    """Whether more CPU time means fewer requests, wherever both differ beyond the spread."""
    cpu = {one["slug"]: Figure.from_spread(one["cpu_us"], rounds) for one in strategies}
    names = {one["slug"]: name(one) for one in strategies}
    against = [
        f"{names[dear['slug']]} answers more than {names[cheap['slug']]}"
        for cheap, dear in permutations(measured, 2)
        if cpu[cheap["slug"]].differs_from(cpu[dear["slug"]])
        and cpu[cheap["slug"]].median < cpu[dear["slug"]].median
        and _rate(cheap).differs_from(_rate(dear))
        and cheap["per_second"] < dear["per_second"]
    ]
    if against:
        return f"CPU time does not tell all: {_listed(against)}, and takes more of it."
    return (
        "Where two ways differ by more than the spread, the one with more CPU time answers fewer; "
        "any other order of neighbours is chance."
    )


def _rate(one: Throughput) -> Figure:
    """Requests a second: wall time, in which every turn of a second or less was otherwise."""
    error = (one["high"] - one["low"]) / 2 if "low" in one else LATER * one["per_second"]
    return Figure(one["per_second"], error)


def _listed(parts: Sequence[str]) -> str:
    """``one, two and three``."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
