"""SQL statements as steps, by Django's own hook: never a patched cursor.

https://docs.djangoproject.com/en/5.2/topics/db/instrumentation/
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import connections

from accounts.tracing.recorder import Trace, current_trace
from accounts.tracing.redaction import redact

_TABLE = re.compile(r'(?:FROM|JOIN|INTO|UPDATE)\s+"?(\w+)"?', re.IGNORECASE)
# Only SQLite sends these as statements: counted, a log-in would cost more there than elsewhere.
CONTROL = ("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT")
_SUBSELECT = re.compile(r"\(SELECT[^()]*(?:\([^()]*\)[^()]*)*\)")


def summary(sql: str) -> str:
    """A statement's verb and its tables, the outer ones first: ``SELECT … accounts_user``."""
    verb = sql.split(None, 1)[0].upper() if sql.strip() else "SQL"
    outer = _SUBSELECT.sub("", sql)
    tables = dict.fromkeys([*_TABLE.findall(outer), *_TABLE.findall(sql)])
    return f"{verb} … {' + '.join(tables)}" if tables else verb


@lru_cache(maxsize=512)
def _described(sql: str) -> tuple[str, str]:
    """A statement's summary and its text, redacted once: the same few are sent again and again."""
    return redact(summary(sql)), redact(sql)


@contextmanager
def sql_steps(trace: Trace) -> Iterator[None]:
    """Record each statement sent while ``trace`` is the current one, transaction control apart.

    The text has placeholders; the parameters, which may be credentials, are never looked at.
    """

    def record(
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  (Django's own signature)
        context: dict[str, Any],
    ) -> Any:
        if current_trace() is not trace or sql.startswith(CONTROL):
            return execute(sql, params, many, context)
        began = trace.begin("sql", *_described(sql))
        try:
            return execute(sql, params, many, context)
        finally:
            began.duration = trace.elapsed - began.start
            began.rows = _rows(context)

    connection = connections["default"]
    connection.execute_wrappers.append(record)
    try:
        yield
    finally:
        connection.execute_wrappers.remove(record)


def _rows(context: dict[str, Any]) -> int | None:
    """How many rows the statement found or changed; SQLite does not say it of a SELECT."""
    rows = getattr(context["cursor"].cursor, "rowcount", -1)
    return rows if rows >= 0 else None
