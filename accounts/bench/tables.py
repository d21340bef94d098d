"""A result of ``manage.py bench`` as tables in a terminal."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from accounts.bench.result import FLOOR, Cost, Growth, Http, Kept, Latency, Measured, Result


def tables(result: Result) -> Iterator[Table]:
    """One per subject; what was not measured has none."""
    yield _requests(result)
    yield _logins(result)
    if latency := result["latency"]:
        yield _latency(latency)
    if http := result["http"]:
        yield _http(http)
    if growth := result["growth"]:
        yield _growth(growth)
    yield _goals(result)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _requests(result: Result) -> Table:
    machine = result["machine"]
    title = (
        f"One authenticated request, in µs: {result['rounds']} rounds on {result['database']}, "
        f"{machine['cores']} × {machine['cpu']} (load {machine['load']})"
    )
    table = _table(
        title,
        "strategy",
        "SQL",
        "calls",
        "CPU",
        "p99",
        "wall",
        "p99",
        "÷ floor",
        "÷ session-db",
        "SQL %",
        "crypto %",
        "bytes sent",
    )
    for one in result["strategies"]:
        table.add_row(*_request(one), style="dim" if one["slug"] == FLOOR else None)
    return table


def _request(one: Measured) -> Iterator[str]:
    yield one["slug"]
    yield str(one["queries"])
    yield f"{one['calls']:,}"
    for spread in (one["cpu_us"], one["wall_us"]):
        yield f"{spread['median']:.0f}"
        yield f"{spread['p99']:.0f}"
    yield f"{one['to_floor']['cpu']:.2f}"
    yield f"{one['to_base']['cpu']:.2f}"
    yield f"{one['split']['sql']:.0%}"
    yield f"{one['split']['crypto']:.0%}"
    yield str(one["bytes_sent"])


def _logins(result: Result) -> Table:
    around = result["around"]
    table = _table(
        f"Logins: CPU in µs and SQL, without the password's hash ({around['hash_us']:.0f} µs)",
        "strategy",
        "log in",
        "log out",
        "everywhere",
        "rows kept",
        "bytes kept",
        "rows after log-out",
        "bytes",
    )
    for one in result["strategies"]:
        if one["slug"] != FLOOR:
            table.add_row(
                one["slug"],
                _cost(one["login"]),
                _cost(one["logout"]),
                _cost(one["everywhere"]),
                *_kept(one["kept"]),
                *_kept(one["kept_after_logout"]),
            )
    return table


def _cost(cost: Cost | None) -> str:
    return f"{cost['cpu_us']:.0f} / {cost['queries']}" if cost else ""


def _kept(kept: Kept | None) -> tuple[str, str]:
    if kept is None:
        return "", ""
    return f"{kept['rows']:g}", "?" if kept["bytes"] is None else f"{kept['bytes']:.0f}"


def _latency(latency: Latency) -> Table:
    steps = latency["steps"]
    table = _table(
        f"Wall time in ms with a distant database: {latency['how']}",
        "strategy",
        *(f"{step['asked_ms']:g} ms ({step['measured_ms']:g})" for step in steps),
    )
    for slug in steps[0]["wall_us"]:
        table.add_row(slug, *(f"{step['wall_us'][slug] / 1000:.2f}" for step in steps))
    return table


def _http(http: Http) -> Table:
    table = _table(
        f"Over HTTP: {http['server']}; {http['client']}",
        "strategy",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "requests",
    )
    for one in http["strategies"]:
        table.add_row(
            one["slug"],
            f"{one['per_second']:.0f}",
            f"{one['p50_ms']:.2f}",
            f"{one['p99_ms']:.2f}",
            str(one["requests"]),
        )
    return table


def _growth(growth: Growth) -> Table:
    title = "Look-ups in growing tables, in µs"
    if pruned := growth["pruned"]:
        title += (
            f"; pruning {pruned['rows']:,} rows took {pruned['seconds']:.0f} s, "
            f"its longest statement {pruned['longest_statement_ms']:.0f} ms, "
            f"{pruned['memory_mib']:.1f} MiB"
        )
    table = _table(
        title, "rows", "blacklist", "p99", "session", "p99", "bytes / blacklist row", "/ session"
    )
    for step in growth["steps"]:
        times = [step["blacklist_us"], step["session_us"]]
        sizes = [step["blacklist_row_bytes"], step["session_row_bytes"]]
        table.add_row(
            f"{step['rows']:,}",
            *(f"{time[key]:.1f}" for time in times for key in ("median", "p99")),
            *("" if size is None else f"{size:.0f}" for size in sizes),
        )
    return table


def _goals(result: Result) -> Table:
    table = _table("To be reached", "figure", "at most", "measured", "")
    for goal in result["goals"]:
        reached = goal["reached"]
        table.add_row(
            goal["title"],
            f"{goal['limit']:g}",
            f"{goal['figure']:g}",
            "yes" if reached else "[bold red]no[/]",
        )
    return table
