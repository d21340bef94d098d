"""Look-ups as the tables grow, the bytes of a row, and the pruning of expired rows."""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from math import ceil
from time import perf_counter, perf_counter_ns
from typing import Any

import psutil
from django.db import connection
from django.utils import timezone

from accounts.bench.measures.database import bytes_per_row, compact
from accounts.bench.result import Growth, GrowthStep, Pruned
from accounts.bench.statistics import spread
from accounts.models import BlacklistedToken, Session, pruning

MAX_LOOKUPS = 3000  # that count; as many before them warm up
LOOKUPS_PER_ROUND = 50
CHUNK = 100_000  # rows that are added by one statement
_SEED = 5
_MIB = 2**20

Report = Callable[[], None]


def number_of_lookups(rounds: int) -> int:
    """How many look-ups count: a short run is short here, too."""
    return min(MAX_LOOKUPS, LOOKUPS_PER_ROUND * rounds)


def measure(sizes: tuple[int, ...], rounds: int, report: Report) -> Growth:
    """One step per size, in rising order; at the end the blacklist is pruned.

    ``report`` is called for each chunk of rows, each size, and the pruning.
    """
    steps = []
    rows = 0
    _empty()
    for size in sorted(sizes):
        while rows < size:
            number = min(CHUNK, size - rows)
            _fill(number)
            rows += number
            report()
        _analyze()
        steps.append(_step(size, number_of_lookups(rounds)))
        report()
    pruned = _prune() if rows else None
    report()
    return {"steps": steps, "pruned": pruned}


def total_reports(sizes: tuple[int, ...]) -> int:
    """How often ``measure`` reports."""
    added = [size - before for before, size in pairwise((0, *sorted(sizes)))]
    return sum(ceil(rows / CHUNK) for rows in added) + len(sizes) + 1


def _step(size: int, lookups: int) -> GrowthStep:
    blacklist, session = BlacklistedToken._meta.db_table, Session._meta.db_table
    ids = _unknown_ids(2 * lookups)
    return {
        "rows": size,
        "blacklist_us": spread(_timed(_find_blacklisted, ids)),
        "session_us": spread(_timed(_find_session, _known_digests(ids))),
        "blacklist_row_bytes": bytes_per_row(blacklist),
        "session_row_bytes": bytes_per_row(session),
    }


# --- Filling ----------------------------------------------------------------------------------

NUMBERS = {
    "postgresql": "SELECT n FROM generate_series(1, {rows}) AS n",
    "sqlite": (
        "WITH RECURSIVE numbers(n) AS "
        "(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) SELECT n FROM numbers"
    ),
}
NEW_ID = {"postgresql": "gen_random_uuid()", "sqlite": "lower(hex(randomblob(16)))"}


def _fill(rows: int) -> None:
    """Add random rows to both tables, all of them expired, made by the database itself."""
    now = timezone.now()
    past = connection.ops.adapt_datetimefield_value(now - timedelta(days=1))
    blacklist, session = BlacklistedToken._meta.db_table, Session._meta.db_table
    numbers = NUMBERS[connection.vendor].format(rows=int(rows))
    new_id = NEW_ID[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {blacklist} "  # noqa: S608 - no input from outside
            "(jti, expires_at, blacklisted_at, user_id, token_type, reason) "
            f"SELECT {new_id}, %s, %s, n, 3, 1 FROM ({numbers}) AS numbers",
            [past, past],
        )
        cursor.execute(
            f"INSERT INTO {session} (digest, data, expires) "  # noqa: S608
            f"SELECT {new_id}, '{{}}', %s FROM ({numbers}) AS numbers",
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


def _timed(find: Callable[[Any, uuid.UUID], None], ids: list[uuid.UUID]) -> list[int]:
    """Nanoseconds of each look-up. Every id is another one, or its page would be in a cache.

    The first half counts for nothing: until then an index's pages are read into memory.
    """
    took = []
    with connection.cursor() as cursor:
        for one in ids:
            began = perf_counter_ns()
            find(cursor, one)
            took.append(perf_counter_ns() - began)
    return took[len(took) // 2 :]


def _find_blacklisted(cursor: Any, sid: uuid.UUID) -> None:
    table = BlacklistedToken._meta.db_table
    cursor.execute(
        f"SELECT reason FROM {table} WHERE jti IN (%s, %s) LIMIT 1",  # noqa: S608
        [_bound(sid), _bound(uuid.UUID(int=sid.int ^ 1))],
    )
    cursor.fetchone()


def _find_session(cursor: Any, digest: uuid.UUID) -> None:
    table = Session._meta.db_table
    cursor.execute(
        f"SELECT login_id, data, expires FROM {table} WHERE digest = %s",  # noqa: S608
        [_bound(digest)],
    )
    cursor.fetchone()


def _bound(value: uuid.UUID) -> uuid.UUID | str:
    return value if connection.features.has_native_uuid_field else value.hex


def _unknown_ids(number: int) -> list[uuid.UUID]:
    """Ids that are not blacklisted, like those of nearly every request."""
    rng = random.Random(_SEED)  # noqa: S311 - guards nothing
    return [uuid.UUID(int=rng.getrandbits(128), version=4) for _ in range(number)]


def _known_digests(ids: list[uuid.UUID]) -> list[uuid.UUID]:
    """Digests of sessions from all over the table; unknown ones where the table is empty."""
    digests = Session.objects.order_by("digest").values_list("digest", flat=True)
    return [digests.filter(digest__gte=one).first() or one for one in ids]


# --- Pruning ----------------------------------------------------------------------------------


def _prune() -> Pruned:
    [blacklist] = [one for one in pruning.prunables() if one.rows.model is BlacklistedToken]
    memory = psutil.Process().memory_info
    memory_before = memory().rss
    rows, batches, peaks, began = 0, [0.0], [memory_before], perf_counter()
    with _statement_times() as statements:
        batch_began = began
        for deleted in pruning.prune(blacklist):
            rows += deleted
            batches.append(perf_counter() - batch_began)
            peaks.append(memory().rss)
            batch_began = perf_counter()
    return {
        "rows": rows,
        "seconds": round(perf_counter() - began, 1),
        "longest_batch_ms": round(max(batches) * 1000, 1),
        "longest_statement_ms": round(max(statements, default=0) * 1000, 1),
        "memory_mib": round((max(peaks) - memory_before) / _MIB, 1),
    }


@contextmanager
def _statement_times() -> Iterator[list[float]]:
    """Seconds of each statement of the block."""
    times: list[float] = []

    def time(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            times.append(perf_counter() - began)

    with connection.execute_wrapper(time):
        yield times
