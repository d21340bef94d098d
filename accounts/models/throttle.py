"""How often something was tried: one row per key, counted by the database itself."""

import time
from collections.abc import Iterable, Sequence

from django.db import connection, models


class ThrottleCount(models.Model):
    """So many attempts under a key, until a moment in epoch seconds; then the row may be pruned."""

    key = models.CharField(max_length=32, primary_key=True)
    count = models.PositiveIntegerField()
    expires = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} attempts"


def throttle_counts(keys: Sequence[str]) -> dict[str, int]:
    """The counts of those keys that have one. One query."""
    if not keys:
        return {}
    statement = f"SELECT key, count FROM {_table()} WHERE key IN ({_places(keys)})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)
        return dict(cursor.fetchall())


def throttle_add(expiries: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Count one attempt under each key (with its expiry); the counts after it. One statement.

    The database decides a race: of two that count at once, one gets the higher number.
    """
    # In one order, or two requests that want the same rows could wait for each other in a circle.
    rows = sorted(expiries)
    places = ", ".join(["(%s, 1, %s)"] * len(rows))
    statement = (
        f"INSERT INTO {_table()} AS known (key, count, expires) VALUES {places} "  # noqa: S608
        "ON CONFLICT (key) DO UPDATE SET count = known.count + 1 RETURNING key, count"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
        return dict(cursor.fetchall())


def throttle_subtract(keys: Sequence[str]) -> None:
    """Take one attempt back under each key. One statement, or none for no key."""
    if not keys:
        return
    statement = (
        f"UPDATE {_table()} SET count = count - 1 "  # noqa: S608
        f"WHERE count > 0 AND key IN ({_places(keys)})"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)


def throttle_claim(key: str, *, seconds: int) -> bool:
    """Whether nobody has claimed the key within so many seconds; then it is claimed. One statement.

    Of two processes that ask at once, the database lets one have it.
    """
    now = int(time.time())
    statement = (
        f"INSERT INTO {_table()} AS known (key, count, expires) VALUES (%s, 1, %s) "  # noqa: S608
        "ON CONFLICT (key) DO UPDATE SET expires = excluded.expires "
        "WHERE known.expires <= %s RETURNING key"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, now + seconds, now])
        return cursor.fetchone() is not None


def _table() -> str:
    return connection.ops.quote_name(ThrottleCount._meta.db_table)


def _places(keys: Sequence[str]) -> str:
    return ", ".join(["%s"] * len(keys))
