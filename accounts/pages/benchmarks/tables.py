"""The figures behind the charts, as tables."""

from collections.abc import Sequence

from accounts.bench.result import Cost, Goal, Growth, Http, Kept, Latency, Measured
from accounts.pages.benchmarks.charts import Table

NOTHING = 20  # microseconds: a method that only returns


def full_name(one: Measured) -> str:
    """A strategy with its subtitle."""
    return f"{one['title']}, {one['subtitle']}"


def requests(strategies: Sequence[Measured]) -> Table:
    """Everything about a request."""
    columns = (
        "Way",
        "Wall µs",
        "p99",
        "CPU µs",
        "p99",
        "÷ nobody asks",
        "÷ Django's default",
        "SQL",
        "Signatures",
        "Function calls",
    )
    return Table(columns, [_request(one) for one in strategies])


def _request(one: Measured) -> list[str]:
    return [
        full_name(one),
        f"{one['wall_us']['median']:,.0f}",
        f"{one['wall_us']['p99']:,.0f}",
        f"{one['cpu_us']['median']:,.0f}",
        f"{one['cpu_us']['p99']:,.0f}",
        f"{one['to_floor']['wall']:.2f}",
        f"{one['to_base']['wall']:.2f}",
        f"{one['split']['sql']:.0%}",
        f"{one['split']['crypto']:.0%}",
        f"{one['calls']:,}",
    ]


def logins(strategies: Sequence[Measured]) -> Table:
    """What the verbs cost and what the server keeps."""
    columns = ("Way", "Log in", "Log out", "Everywhere", "Kept for a login", "After log-out")
    return Table(
        columns,
        [
            [
                full_name(one),
                _cost(one["login"]),
                _cost(one["logout"]),
                _cost(one["everywhere"]),
                _kept(one["kept"]),
                _kept(one["kept_after_logout"]),
            ]
            for one in strategies
        ],
    )


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return "–"
    if not cost["queries"] and cost["cpu_us"] < NOTHING:
        return "does nothing"
    return f"{cost['cpu_us']:,.0f} µs, {cost['queries'] or 'no'} SQL"


def _kept(kept: Kept | None) -> str:
    if kept is None or not kept["rows"]:
        return "nothing"
    rows = f"{kept['rows']:g} {'row' if kept['rows'] == 1 else 'rows'}"
    return rows if kept["bytes"] is None else f"{rows}, {kept['bytes']:.0f} B"


def growth(found: Growth) -> Table:
    """Look-ups and sizes by number of rows."""
    columns = (
        "Rows",
        "Blacklist µs",
        "p99",
        "Session µs",
        "p99",
        "Bytes a blacklist row",
        "Bytes a session row",
    )
    return Table(
        columns,
        [
            [
                f"{step['rows']:,}",
                f"{step['blacklist_us']['median']:.1f}",
                f"{step['blacklist_us']['p99']:.1f}",
                f"{step['session_us']['median']:.1f}",
                f"{step['session_us']['p99']:.1f}",
                _size(step["blacklist_row_bytes"]),
                _size(step["session_row_bytes"]),
            ]
            for step in found["steps"]
        ],
    )


def _size(number: float | None) -> str:
    return "–" if number is None else f"{number:.0f}"


def latency(found: Latency, strategies: Sequence[Measured]) -> Table:
    """Milliseconds by distance; the distance asked for, and the one that was measured."""
    steps = found["steps"]
    heads = [f"{step['asked_ms']:g} ms (really {step['measured_ms']:g})" for step in steps]
    return Table(
        ("Way", *heads),
        [
            [full_name(one), *(f"{step['wall_us'][one['slug']] / 1000:.2f}" for step in steps)]
            for one in strategies
        ],
    )


def http(found: Http, names: dict[str, str]) -> Table:
    """Rates and latencies."""
    return Table(
        ("Way", "Requests/s", "p50 ms", "p99 ms", "Requests"),
        [
            [
                names[one["slug"]],
                f"{one['per_second']:.0f}",
                f"{one['p50_ms']:.2f}",
                f"{one['p99_ms']:.2f}",
                f"{one['requests']:,}",
            ]
            for one in found["strategies"]
        ],
    )


def goals(found: Sequence[Goal]) -> Table:
    """Limits, and what was measured."""
    return Table(
        ("Figure", "At most", "Measured", "Reached"),
        [
            [
                one["title"],
                f"{one['limit']:g}",
                f"{one['figure']:g}",
                "yes" if one["reached"] else "no",
            ]
            for one in found
        ],
    )
