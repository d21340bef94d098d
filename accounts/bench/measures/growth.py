"""Look-ups while the tables grow, the bytes of a row, and the pruning of what has expired."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter, perf_counter_ns
from typing import Any

import psutil
from django.db import connection
from django.utils import timezone

from accounts.bench.measures.database import bytes_per_row, compact
from accounts.bench.result import Growing, Growth, Pruned
from accounts.bench.statistics import spread
from accounts.models import BlacklistedToken, Session, pruning

LOOKUPS = 3000
WARM_UP = 3000  # until most of an index's pages are in memory
CHUNK = 100_000
_SEED = 5
_MIB = 2**20

Report = Callable[[str], None]


def measure(sizes: tuple[int, ...], report: Report) -> Growth:
    """One step per size, in rising order; at the end the blacklist is pruned."""
    steps = []
    rows = 0
    _empty()
    for size in sorted(sizes):
        while rows < size:
            number = min(CHUNK, size - rows)
            _fill(number)
            rows += number
            report(f"{rows:,} of {size:,} rows")
        _analyze()
        steps.append(_step(size))
        report(f"look-ups among {size:,} rows")
    report("pruning")
    return {"steps": steps, "pruned": _prune() if rows else None}


def _step(size: int) -> Growing:
    blacklist, session = BlacklistedToken._meta.db_table, Session._meta.db_table
    return {
        "rows": size,
        "blacklist_us": spread(_timed(_ask_blacklist, _strangers())),
        "session_us": spread(_timed(_ask_session, _known_sessions())),
        "blacklist_row_bytes": bytes_per_row(blacklist),
        "session_row_bytes": bytes_per_row(session),
    }


# --- Filling ----------------------------------------------------------------------------------

_NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, {rows}) AS n",
    "sqlite": (
        "WITH RECURSIVE numbers(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) SELECT n FROM numbers"
    ),
}
_UUID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def _fill(rows: int) -> None:
    """Add random rows to both tables, all of them expired. The database makes them itself."""
    now = timezone.now()
    past = connection.ops.adapt_datetimefield_value(now - timedelta(days=1))
    blacklist, session = BlacklistedToken._meta.db_table, Session._meta.db_table
    numbers = _NUMBERS[connection.vendor].format(rows=int(rows))
    made = _UUID[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {blacklist} "  # noqa: S608 - nothing here comes from outside
            "(jti, expires_at, blacklisted_at, user_id, token_type, reason) "
            f"SELECT {made}, %s, %s, n, 3, 1 FROM ({numbers}) AS numbers",
            [past, past],
        )
        cursor.execute(
            f"INSERT INTO {session} (digest, data, expires) "  # noqa: S608
            f"SELECT {made}, '{{}}', %s FROM ({numbers}) AS numbers",
            [past],
        )


def _empty() -> None:
    for model in (BlacklistedToken, Session):
        model.objects.all().delete()
    compact()


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


# --- Looking up -------------------------------------------------------------------------------


def _timed(ask: Callable[[Any, uuid.UUID], None], ids: Iterator[uuid.UUID]) -> list[int]:
    """Nanoseconds of each look-up, every one for another id: the same would stay in a cache."""
    took = []
    with connection.cursor() as cursor:
        for number, one in enumerate(ids):
            began = perf_counter_ns()
            ask(cursor, one)
            if number >= WARM_UP:
                took.append(perf_counter_ns() - began)
    return took


def _ask_blacklist(cursor: Any, sid: uuid.UUID) -> None:
    table = BlacklistedToken._meta.db_table
    cursor.execute(
        f"SELECT reason FROM {table} WHERE jti IN (%s, %s) LIMIT 1",  # noqa: S608
        [_bound(sid), _bound(uuid.UUID(int=sid.int ^ 1))],
    )
    cursor.fetchone()


def _ask_session(cursor: Any, digest: uuid.UUID) -> None:
    table = Session._meta.db_table
    cursor.execute(
        f"SELECT login_id, data, expires FROM {table} WHERE digest = %s",  # noqa: S608
        [_bound(digest)],
    )
    cursor.fetchone()


def _bound(value: uuid.UUID) -> uuid.UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def _strangers() -> Iterator[uuid.UUID]:
    """Ids that are not blacklisted: nearly every request asks for such a one."""
    chance = random.Random(_SEED)  # noqa: S311 - guards nothing
    for _ in range(WARM_UP + LOOKUPS):
        yield uuid.UUID(int=chance.getrandbits(128), version=4)


def _known_sessions() -> Iterator[uuid.UUID]:
    """Sessions that are there, from all over the table; strangers where it is empty."""
    digests = Session.objects.order_by("digest").values_list("digest", flat=True)
    found = [digests.filter(digest__gte=one).first() for one in _strangers()]
    return (one or stranger for one, stranger in zip(found, _strangers(), strict=True))


# --- Pruning ----------------------------------------------------------------------------------


def _prune() -> Pruned:
    [what] = [one for one in pruning.prunables() if one.rows.model is BlacklistedToken]
    process = psutil.Process()
    before = most = process.memory_info().rss
    rows, slowest, began = 0, 0.0, perf_counter()
    with _longest() as longest:
        batch = began
        for deleted in pruning.prune(what):
            rows += deleted
            slowest = max(slowest, perf_counter() - batch)
            most = max(most, process.memory_info().rss)
            batch = perf_counter()
    return {
        "rows": rows,
        "seconds": round(perf_counter() - began, 1),
        "longest_batch_ms": round(slowest * 1000, 1),
        "longest_statement_ms": round(longest[0], 1),
        "memory_mib": round((most - before) / _MIB, 1),
    }


@contextmanager
def _longest() -> Iterator[list[float]]:
    """Milliseconds of the longest statement of the block."""
    longest = [0.0]

    def time(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            longest[0] = max(longest[0], (perf_counter() - began) * 1000)

    with connection.execute_wrapper(time):
        yield longest
