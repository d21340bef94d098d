"""The figures of a result as tables: described once, for the terminal and for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.bench.difference import Figure
from accounts.bench.result import (
    BASELINE,
    SESSION_DB,
    Asking,
    Cost,
    Growth,
    GrowthStep,
    Http,
    Latency,
    Measured,
    Result,
    SiteCalls,
    Stored,
    without_baseline,
)

NEGLIGIBLE = 20  # microseconds: a method that only returns


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is about, and its cells. ``slug`` names the strategy, where it is about one."""

    name: str
    cells: Sequence[str]
    slug: str = ""
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in words. The first column names the rows; ``note`` says how they were measured."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    note: str = ""


def tables(result: Result) -> Iterator[Table]:
    """All figures; a part that was not measured has no table."""
    strategies = result["strategies"]
    yield requests(result)
    if counted := result.get("site_calls"):
        yield site_calls(counted)
    yield parts(strategies)
    yield queries(result)
    yield bytes_sent(result)
    yield logins(result)
    if distant := result["latency"]:
        yield latency(distant, strategies)
    if growing := result["growth"]:
        yield growth(growing)
    if served := result["http"]:
        yield http(served, strategies)


def requests(result: Result) -> Table:
    """What a request costs: CPU time, which other programs on the machine change least."""
    return Table(
        title="CPU time per request",
        note=(
            "Medians of requests through the whole application, without a network; four in five "
            "lie in the spread. A quotient of “≈ 1” is a difference within what chance makes. "
            "Ways that are Django’s or simplejwt’s own run their code, most others this site’s, "
            "which does less for each request: so as many queries need not cost as much time. "
            f"{_ELSEWHERE[result['database']]}"
        ),
        columns=(
            "Way",
            "CPU µs",
            "Four in five",
            "p99",
            "÷ nobody asks",
            "÷ Django's default",
            "Function calls",
        ),
        rows=[_row(one, *_request(one, result)) for one in result["strategies"]],
    )


_ELSEWHERE = {
    "sqlite": "SQLite works in the same process, so that its time is counted.",
    "postgres": "What PostgreSQL's own processes do is not counted.",
}


def _row(one: Measured, *cells: str) -> Row:
    return Row(f"{one['title']}, {one['subtitle']}", cells, one["slug"])


def _request(one: Measured, result: Result) -> Iterator[str]:
    cpu = one["cpu_us"]
    yield f"{cpu['median']:,.0f}"
    yield f"{cpu['low']:,.0f}–{cpu['high']:,.0f}" if "low" in cpu else "–"
    yield f"{cpu['p99']:,.0f}"
    for slug in (BASELINE, SESSION_DB):
        yield _quotient(one, next(o for o in result["strategies"] if o["slug"] == slug), result)
    yield f"{one['calls']:,}"


def _quotient(one: Measured, other: Measured, result: Result) -> str:
    mine, its = cpu_figure(one, result), cpu_figure(other, result)
    if one is not other and not mine.differs_from(its):
        return "≈ 1"
    return f"{mine.median / its.median:.2f}"


def cpu_figure(one: Measured, result: Result) -> Figure:
    """The CPU time of a request, to compare it with another's."""
    return Figure.from_spread(one["cpu_us"], result["rounds"])


def site_calls(found: SiteCalls) -> Table:
    """The function calls of requests to the site's own addresses."""
    return Table(
        title="Function calls of a request to this site",
        note=(
            "Through the whole application as in production. They are the same on every machine, "
            "and change with the versions of Python and of the packages."
        ),
        columns=("Request", "Function calls"),
        rows=[Row(words, [f"{found[kind]:,}"]) for kind, words in _REQUESTS.items()],
    )


_REQUESTS: dict[Asking, str] = {
    "token": "Who is signed in, by token",
    "session": "Who is signed in, by session",
    "nobody": "Nothing, of a view that answers whoever asks",
    "bare": "The same of a new project with Django REST framework",
}


def parts(strategies: Sequence[Measured]) -> Table:
    """Where the time of a request goes, waiting included."""
    return Table(
        title="Where the time of a request goes",
        note="Wall time: waiting counts too, for the database and for other programs.",
        columns=("Way", "Wall µs", "p99", "SQL", "Signatures", "Cache"),
        rows=[
            _row(
                one,
                f"{one['wall_us']['median']:,.0f}",
                f"{one['wall_us']['p99']:,.0f}",
                *(f"{one['split'][kind]:.0%}" for kind in ("sql", "crypto", "cache")),
            )
            for one in strategies
        ],
    )


def queries(result: Result) -> Table:
    """SQL statements per request."""
    rows = [_row(one, str(one["queries"])) for one in without_baseline(result)]
    return Table("SQL queries per request", ("Way", "Queries"), rows)


def bytes_sent(result: Result) -> Table:
    """Bytes of the credential, sent with each request."""
    rows = [_row(one, str(one["bytes_sent"])) for one in without_baseline(result)]
    note = (
        "The cookie’s value or the token alone, without the name of its header. A token is about "
        "three bytes longer for each digit that its user’s number has more."
    )
    return Table("Bytes of the credential", ("Way", "Bytes"), rows, note)


def logins(result: Result) -> Table:
    """What it costs to log in and out, and what the server stores for a login."""
    setup = result["login_setup"]
    return Table(
        title="Logging in, logging out, and what is kept",
        note=(
            f"CPU time, without the password's hash, which takes {setup['hash_us'] / 1000:.0f} ms "
            f"and costs every way the same. “Everywhere” with {setup['devices']} devices of the "
            f"user among {setup['logins_each']} logins of others. Without the check of the "
            "credential that a log-out's request brings: the lab counts that, too."
        ),
        columns=("Way", "Log in", "Log out", "Everywhere", "Kept for a login", "After log-out"),
        rows=[_row(one, *_login(one)) for one in without_baseline(result)],
    )


def _login(one: Measured) -> Iterator[str]:
    for cost in (one["login"], one["logout"], one["logout_everywhere"]):
        yield _cost(cost)
    for stored in (one["stored"], one["stored_after_logout"]):
        yield _stored(stored)


def _cost(cost: Cost | None) -> str:
    if cost is None:
        return "–"
    if not cost["queries"] and cost["cpu_us"] < NEGLIGIBLE:
        return "does nothing"
    return f"{cost['cpu_us']:,.0f} µs, {cost['queries'] or 'no'} SQL"


def _stored(stored: Stored | None) -> str:
    if stored is None or not stored["rows"]:
        return "nothing"
    rows = f"{stored['rows']:g} {'row' if stored['rows'] == 1 else 'rows'}"
    return rows if stored["bytes"] is None else f"{rows}, {stored['bytes']:.0f} B"


def latency(found: Latency, strategies: Sequence[Measured]) -> Table:
    """Milliseconds by distance: the distance asked for, and the one that was measured."""
    steps = found["steps"]
    heads = [f"{step['asked_ms']:g} ms (really {step['measured_ms']:g})" for step in steps]
    return Table(
        title="Requests when the database is far away",
        note=f"How: {found['how']}. {found['rounds']} rounds each.",
        columns=("Way", *heads),
        rows=[
            _row(one, *(f"{step['wall_us'][one['slug']] / 1000:.2f}" for step in steps))
            for one in strategies
            if one["slug"] in steps[0]["wall_us"]
        ],
    )


def growth(found: Growth) -> Table:
    """Times of look-ups and sizes of rows, by the number of rows."""
    return Table(
        title="Look-ups as the tables grow",
        note=_pruned(found),
        columns=(
            "Rows",
            "Blacklist µs",
            "p99",
            "Session µs",
            "p99",
            "Bytes a blacklist row",
            "Bytes a session row",
        ),
        rows=[Row(f"{step['rows']:,}", list(_lookups(step))) for step in found["steps"]],
    )


def _lookups(step: GrowthStep) -> Iterator[str]:
    for spread in (step["blacklist_us"], step["session_us"]):
        yield f"{spread['median']:.1f}"
        yield f"{spread['p99']:.1f}"
    for size in (step["blacklist_row_bytes"], step["session_row_bytes"]):
        yield "–" if size is None else f"{size:.0f}"


def _pruned(found: Growth) -> str:
    done = found["pruned"]
    if done is None:
        return ""
    return (
        f"Pruning {done['rows']:,} expired rows took {done['seconds']:.0f} s; its longest "
        f"statement took {done['longest_statement_ms']:.0f} ms, and memory grew by "
        f"{done['memory_mib']:.1f} MiB."
    )


def http(found: Http, strategies: Sequence[Measured]) -> Table:
    """Rates and latencies over HTTP."""
    by_slug = {one["slug"]: one for one in strategies}
    return Table(
        title="Requests a second over HTTP",
        note=f"{found['server']}; {found['client']}; {found['seconds_each']:g} s each, in turns.",
        columns=("Way", "Requests/s", "Worst and best turn", "p50 ms", "p99 ms", "Requests"),
        rows=[
            _row(
                by_slug[one["slug"]],
                f"{one['per_second']:.0f}",
                f"{one['low']:.0f}–{one['high']:.0f}" if "low" in one else "–",
                f"{one['p50_ms']:.2f}",
                f"{one['p99_ms']:.2f}",
                f"{one['requests']:,}",
            )
            for one in found["strategies"]
        ],
    )


def goals(result: Result) -> Table:
    """The limits that this project set itself, and what was measured."""
    return Table(
        title="What was to be reached",
        columns=("Figure", "At most", "Measured", "Reached"),
        rows=[
            Row(
                one["title"],
                (f"{one['limit']:g}", f"{one['figure']:g}", "yes" if one["reached"] else "no"),
                missed=not one["reached"],
            )
            for one in result["goals"]
        ],
    )
