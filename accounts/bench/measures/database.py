"""The database: the statements it receives, and the rows and bytes of its tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError, connection, transaction

from accounts.tracing.sql import CONTROL


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent inside the block, apart from the control of transactions."""
    sent: list[str] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.startswith(CONTROL):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield sent


def row_counts() -> dict[str, int]:
    """Rows by table."""
    with connection.cursor() as cursor:
        counts = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = int(cursor.fetchone()[0])
    return counts


def changed(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Rows that were added (or, below zero, deleted), by table; without unchanged tables."""
    changes = {table: after[table] - before.get(table, 0) for table in after}
    return {table: change for table, change in changes.items() if change}


def table_bytes(table: str) -> int | None:
    """Bytes of a table and its indexes; None where the database does not say.

    https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-DBSIZE
    https://www.sqlite.org/dbstat.html (left out of some builds of SQLite)
    """
    if connection.vendor == "postgresql":
        return _number("SELECT pg_total_relation_size(%s)", table)
    sql = (
        "SELECT sum(pgsize) FROM dbstat WHERE name IN "
        "(SELECT name FROM sqlite_master WHERE tbl_name = %s)"
    )
    try:
        with transaction.atomic():
            return _number(sql, table)
    except DatabaseError:
        return None


def bytes_per_row(table: str) -> float | None:
    """Bytes of a table and its indexes, divided by its rows; None for an empty table too."""
    rows, size = row_counts().get(table, 0), table_bytes(table)
    return round(size / rows, 1) if rows and size is not None else None


def compact() -> None:
    """Write the tables anew, without rows that were deleted or replaced."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL" if connection.vendor == "postgresql" else "VACUUM")


def _number(sql: str, table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return int(cursor.fetchone()[0])
