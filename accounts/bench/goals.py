"""The limits that this project set itself, and whether a run kept them."""

from collections.abc import Iterator, Mapping

from accounts.bench.result import Asking, Goal, Growth, Measured, Result, SiteCalls
from accounts.bench.statistics import ratio

MAX_CALLS = 1500
# A strategy, another one to compare it with, and the largest ratio of their times.
MAX_RATIOS = (
    ("jwt-blacklist-joined", "jwt-user", 0.65),
    ("jwt-blacklist-joined", "jwt-blacklist", 0.47),
    ("session-joined", "session-db", 0.43),
    ("opaque", "session-joined", 1.00),
    ("jwt-blacklist-memory", "jwt-user", 0.55),
)
SITE_STRATEGIES = ("jwt-blacklist-joined", "session-joined")
MAX_ROW_BYTES = 130
# Function calls of a request to the site, by database.
MAX_SITE_CALLS: Mapping[str, Mapping[Asking, int]] = {
    "sqlite": {"token": 1045, "session": 990, "nobody": 740},
    "postgres": {"token": 1120, "session": 1050, "nobody": 740},
}
SMALL, LARGE = 10_000, 1_000_000


def goals(result: Result) -> list[Goal]:
    """The limits that this run has figures for."""
    by_slug = {one["slug"]: one for one in result["strategies"]}
    found = [*_of_requests(by_slug), *_of_user_row(result, by_slug), *_of_tracing(result)]
    if counted := result.get("site_calls"):
        found += _of_site_calls(counted, result["database"])
    if growth := result["growth"]:
        found += _of_growth(growth, result["database"])
    return found


def _of_requests(found: Mapping[str, Measured]) -> Iterator[Goal]:
    for slug, other, limit in MAX_RATIOS:
        if slug in found and other in found:
            for clock in ("cpu_us", "wall_us"):
                one, two = found[slug][clock]["median"], found[other][clock]["median"]
                title = f"{slug} ÷ {other}, {clock.removesuffix('_us')}"
                yield goal(title, limit, ratio(one, two))
    yield from _of_calls(found)


def _of_calls(found: Mapping[str, Measured]) -> Iterator[Goal]:
    for slug in SITE_STRATEGIES:
        if slug in found:
            yield goal(f"function calls of {slug}", MAX_CALLS, found[slug]["calls"])


def _of_site_calls(found: SiteCalls, database: str) -> Iterator[Goal]:
    for asking, limit in MAX_SITE_CALLS[database].items():
        yield goal(f"function calls of a request by {asking}", limit, found[asking])


def _of_user_row(result: Result, found: Mapping[str, Measured]) -> Iterator[Goal]:
    """``jwt-blacklist-memory`` without its query for the user's row, which ``jwt-user`` has too."""
    if (row := result["user_row"]) and "jwt-user" in found:
        other = found["jwt-user"]
        title = "jwt-blacklist-memory without the user's row ÷ jwt-user"
        cpu = ratio(row["without_cpu_us"], other["cpu_us"]["median"])
        wall = ratio(row["without_wall_us"], other["wall_us"]["median"])
        yield goal(f"{title}, cpu", 0.55, cpu)
        yield goal(f"{title}, wall", 0.55, wall)


def _of_tracing(result: Result) -> Iterator[Goal]:
    if tracing := result["tracing"]:
        yield goal("tracing off ÷ no tracing", 1.02, tracing["off"])
        yield goal("tracing on ÷ no tracing", 1.10, tracing["on"])


def _of_growth(growth: Growth, database: str) -> Iterator[Goal]:
    steps = {step["rows"]: step for step in growth["steps"]}
    if SMALL in steps and LARGE in steps:
        times = [steps[size]["blacklist_us"]["median"] for size in (LARGE, SMALL)]
        yield goal("blacklist look-up, 10⁶ rows ÷ 10⁴", 1.5, ratio(*times))
    size = growth["steps"][-1]["blacklist_row_bytes"]
    if size is not None and database == "postgres":
        yield goal("bytes of a blacklist row", MAX_ROW_BYTES, size)
    if pruned := growth["pruned"]:
        yield goal("longest statement of pruning, ms", 100, pruned["longest_statement_ms"])


def goal(title: str, limit: float, figure: float) -> Goal:
    """A figure, and whether it is at most its limit."""
    return {"title": title, "limit": limit, "figure": figure, "reached": figure <= limit}
