"""How often something was tried: one row per key, counted by the database itself."""

import time
from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.db.models import F


class ThrottleCount(models.Model):
    """So many attempts under a key, until a moment in epoch seconds; then the row may be pruned."""

    key = models.CharField(max_length=32, primary_key=True)
    count = models.PositiveIntegerField()
    expires = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} attempts"


def throttle_counts(keys: Sequence[str]) -> dict[str, int]:
    """The counts of those keys that have one. One query."""
    return dict(ThrottleCount.objects.filter(key__in=keys).values_list("key", "count"))


def throttle_add(expiries: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Count one attempt under each key (with its expiry); the counts after it. One statement.

    The database decides a race: of two that count at once, one gets the higher number.
    """
    # In one order, or two requests that want the same rows could wait for each other in a circle.
    rows = sorted(expiries)
    table = connection.ops.quote_name(ThrottleCount._meta.db_table)
    places = ", ".join(["(%s, 1, %s)"] * len(rows))
    statement = (
        f"INSERT INTO {table} AS known (key, count, expires) VALUES {places} "  # noqa: S608
        "ON CONFLICT (key) DO UPDATE SET count = known.count + 1 RETURNING key, count"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
        return dict(cursor.fetchall())


def throttle_subtract(keys: Sequence[str]) -> None:
    """Take one attempt back under each key."""
    ThrottleCount.objects.filter(key__in=keys, count__gt=0).update(count=F("count") - 1)


def throttle_claim(key: str, *, seconds: int) -> bool:
    """Whether nobody has claimed the key within so many seconds; then it is claimed. One statement.

    Of two processes that ask at once, the database lets one have it.
    """
    now = int(time.time())
    table = connection.ops.quote_name(ThrottleCount._meta.db_table)
    statement = (
        f"INSERT INTO {table} AS known (key, count, expires) VALUES (%s, 1, %s) "  # noqa: S608
        "ON CONFLICT (key) DO UPDATE SET expires = excluded.expires "
        "WHERE known.expires <= %s RETURNING key"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, now + seconds, now])
        return cursor.fetchone() is not None
