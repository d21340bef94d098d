"""What the charts of a result show, in one sentence each: computed, never written by hand."""

from collections.abc import Mapping, Sequence
from statistics import median

from accounts.bench.goals import LARGE, SMALL
from accounts.bench.result import FLOOR, Cost, Goal, Growth, Http, Latency, Measured, Result
from accounts.bench.tables import carried
from accounts.strategies import Family

OWN = (
    ("session", "session-joined", "session-db"),
    ("token", "jwt-blacklist-joined", "jwt-user"),
)
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def name(one: Measured) -> str:
    """A strategy as a sentence calls it."""
    return f"“{one['title']}” ({one['subtitle']})"


def times(factor: float) -> str:
    """``2.4 times``; a share below one stays a number: ``0.52 times``."""
    return f"{factor:.2f} times" if factor < 1 else f"{factor:.1f} times"


def number(count: int) -> str:
    """A small number in letters."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def time(result: Result) -> str:
    """Who takes longest, and what the site's own two modes save."""
    found = carried(result)
    ordered = sorted(found, key=lambda one: one["wall_us"]["median"])
    cheapest, dearest = ordered[0], ordered[-1]
    factor = dearest["wall_us"]["median"] / cheapest["wall_us"]["median"]
    text = f"{name(dearest)} takes {times(factor)} as long as {name(cheapest)}."
    saved = _own({one["slug"]: one for one in found})
    return f"{text} {saved}" if saved else text


def _own(found: Mapping[str, Measured]) -> str:
    told = [
        f"This site's own {what} takes {times(_share(found[mine], found[default]))} as long as "
        f"{name(found[default])}."
        for what, mine, default in OWN
        if mine in found and default in found
    ]
    return " ".join(told)


def _share(one: Measured, other: Measured) -> float:
    return one["wall_us"]["median"] / other["wall_us"]["median"]


def queries(result: Result) -> str:
    """How many ask how often."""
    found = carried(result)
    counts = {count: _with(found, count) for count in sorted({one["queries"] for one in found})}
    told = [f"{number(len(who))} ask {_how_often(count)}" for count, who in counts.items()]
    dearest = counts[max(counts)]
    text = f"Of {number(len(found))} ways, {_listed(told)}."
    verb = "asks" if len(dearest) == 1 else "ask"
    return f"{text} {_listed([name(one) for one in dearest])} {verb} most."


def _with(found: Sequence[Measured], count: int) -> list[Measured]:
    return [one for one in found if one["queries"] == count]


def _how_often(count: int) -> str:
    return {0: "the database nothing", 1: "it once", 2: "it twice"}.get(count, f"it {count} times")


def sent(result: Result) -> str:
    """A token beside a cookie."""
    found = carried(result)
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
    """Logging out everywhere, where it can be done."""
    able = [(one["everywhere"], one) for one in carried(result) if one["everywhere"]]
    able = [(cost, one) for cost, one in able if cost["queries"]]
    if not able:
        return "None of these can log out everywhere."
    ordered = sorted(able, key=lambda pair: pair[0]["cpu_us"])
    told = [f"{_cost(cost)} under {name(one)}" for cost, one in (ordered[0], ordered[-1])]
    return f"Logging out everywhere takes {' and '.join(told)}."


def _cost(cost: Cost) -> str:
    unit = "query" if cost["queries"] == 1 else "queries"
    return f"{cost['queries']} {unit} and {cost['cpu_us'] / 1000:.1f} ms"


def growth(found: Growth) -> str:
    """How much slower a look-up gets."""
    steps = {step["rows"]: step["blacklist_us"]["median"] for step in found["steps"]}
    small, large = (SMALL, LARGE) if {SMALL, LARGE} <= set(steps) else (min(steps), max(steps))
    if small == large:
        return f"A look-up among {large:,} rows takes {steps[large]:.0f} µs."
    factor = f"{steps[large] / steps[small]:.2f} times"
    return (
        f"Among {large:,} rows a look-up in the blacklist takes {factor} as long as among "
        f"{small:,}: {steps[large]:.0f} µs against {steps[small]:.0f}."
    )


def latency(found: Latency, strategies: Sequence[Measured]) -> str:
    """What a round trip more costs at the largest distance."""
    step = found["steps"][-1]
    taken: dict[int, list[float]] = {}
    for one in strategies:
        if one["slug"] in step["wall_us"]:
            taken.setdefault(one["queries"], []).append(step["wall_us"][one["slug"]] / 1000)
    parts = [
        f"{median(times):.1f} ms with {asked(count)}" for count, times in sorted(taken.items())
    ]
    return (
        f"With the database {step['asked_ms']:g} ms away a request takes {_listed(parts)}: "
        "the number of round trips decides."
    )


def asked(count: int) -> str:
    """So many queries."""
    return {0: "no query", 1: "one query"}.get(count, f"{number(count)} queries")


def http(found: Http, strategies: Sequence[Measured]) -> str:
    """Who serves most and who least."""
    names = {one["slug"]: name(one) for one in strategies}
    served = [one for one in found["strategies"] if one["slug"] != FLOOR]
    ordered = sorted(served, key=lambda one: one["per_second"])
    least, most = ordered[0], ordered[-1]
    return (
        f"One server process answers {most['per_second']:,.0f} requests a second under "
        f"{names[most['slug']]} and {least['per_second']:.0f} under {names[least['slug']]}."
    )


def _listed(parts: Sequence[str]) -> str:
    """``one, two and three``."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def goals(found: Sequence[Goal]) -> str:
    """How many of the limits this project set itself were kept."""
    missed = [one for one in found if not one["reached"]]
    text = (
        f"{len(found) - len(missed)} of {len(found)} limits that this project set itself were kept."
    )
    told = [f"{one['title']} is {one['figure']:g} instead of {one['limit']:g}" for one in missed]
    return f"{text} Missed: {_listed(told)}." if told else text
