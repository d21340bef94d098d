"""A small result with round numbers."""

from accounts.bench.goals import goals
from accounts.bench.result import FORMAT, Cost, Measured, Result, Spread, Stored
from accounts.bench.statistics import with_ratios


def spread(median: float) -> Spread:
    return {"median": median, "low": 0.9 * median, "high": 1.2 * median, "p99": 2 * median}


def cost(queries: int, us: float) -> Cost:
    return {"queries": queries, "cpu_us": us, "wall_us": us}


def stored(rows: float, size: float) -> Stored:
    return {"tables": {"a_table": rows} if rows else {}, "rows": rows, "bytes": size}


def measured(slug: str, us: float, *, family: str = "session", queries: int = 1) -> Measured:
    is_baseline = slug == "baseline"
    return {
        "slug": slug,
        "title": f"Title of {slug}",
        "subtitle": f"about {slug}",
        "family": family,
        "queries": queries,
        "calls": int(3 * us),
        "cpu_us": spread(us - 10),
        "wall_us": spread(us),
        "split": {"sql": 0.1, "crypto": 0.2, "cache": 0.0, "framework": 0.7},
        "bytes_sent": 50 if family == "session" else 400,
        "stored": None if is_baseline else stored(1, 120),
        "stored_after_logout": None if is_baseline else stored(0, 0),
        "login": None if is_baseline else cost(2, 700),
        "logout": None if is_baseline else cost(1, 200),
        "logout_everywhere": None if is_baseline else cost(1, 300 + us),
        "vs_baseline": {"cpu": 1, "wall": 1},
        "vs_session_db": {"cpu": 1, "wall": 1},
    }


STRATEGIES = [
    measured("baseline", 200, family="opaque", queries=0),
    measured("session-db", 1000, queries=2),
    measured("session-joined", 400),
    measured("jwt-user", 800, family="jwt"),
    measured("jwt-blacklist", 1200, family="jwt", queries=2),
    measured("jwt-blacklist-joined", 500, family="jwt"),
]


def result(made: str = "2026-01-02T03:04:05+00:00", *, long: bool = False) -> Result:
    """A short run, or one that measured everything."""
    found: Result = {
        "format": FORMAT,
        "made": made,
        "seconds": 12.0,
        "command": "manage.py bench --rounds 60",
        "database": "sqlite",
        "rounds": 60,
        "machine": {
            "cpu": "A processor",
            "cores": 2,
            "memory_gib": 8.0,
            "system": "Linux 6",
            "load": 0.1,
        },
        "versions": {"SQLite": "3.40", "Python": "3.11"},
        "strategies": with_ratios(STRATEGIES),
        "login_setup": {"logins_each": 200, "devices": 3, "samples": 30, "hash_us": 50_000.0},
        "user_row": None,
        "tracing": {"none_us": 100.0, "off_us": 101.0, "on_us": 120.0, "off": 1.01, "on": 1.2},
        "growth": None,
        "latency": None,
        "http": None,
        "goals": [],
    }
    if long:
        _measure_the_rest(found)
    found["goals"] = goals(found)
    return found


def _measure_the_rest(found: Result) -> None:
    found["site_calls"] = {"token": 1000, "session": 900, "nobody": 801, "bare": 924}
    found["growth"] = {
        "steps": [
            {
                "rows": rows,
                "blacklist_us": spread(us),
                "session_us": spread(us + 5),
                "blacklist_row_bytes": None if rows == 0 else 117.0,
                "session_row_bytes": None if rows == 0 else 150.0,
            }
            for rows, us in ((0, 10), (10_000, 20), (1_000_000, 25))
        ],
        "pruned": {
            "rows": 1_000_000,
            "seconds": 30.0,
            "longest_batch_ms": 40.0,
            "longest_statement_ms": 30.0,
            "memory_mib": 0.5,
        },
    }
    found["latency"] = {
        "how": "by waiting",
        "rounds": 20,
        "steps": [
            {
                "asked_ms": away,
                "measured_ms": away + 0.1,
                "wall_us": {
                    one["slug"]: one["wall_us"]["median"] + 1000 * away * one["queries"]
                    for one in found["strategies"]
                },
            }
            for away in (0.0, 1.0, 5.0)
        ],
    }
    found["http"] = {
        "server": "a server",
        "client": "a client",
        "seconds_each": 2.0,
        "strategies": [
            {
                "slug": one["slug"],
                "per_second": 1_000_000 / one["wall_us"]["median"],
                "p50_ms": 1.0,
                "p99_ms": 3.0,
                "requests": 4000,
            }
            for one in found["strategies"]
        ],
    }
