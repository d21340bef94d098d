"""SQL statements as steps, by Django's own hook: never a patched cursor.

https://docs.djangoproject.com/en/5.2/topics/db/instrumentation/
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

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


class sql_steps:  # noqa: N801 - a context manager, called like a function
    """Record each statement sent while ``trace`` is the current one, transaction control apart.

    The text has placeholders; the parameters, which may be credentials, are never looked at.
    """

    __slots__ = ("_connection", "_trace")

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    def __enter__(self) -> None:
        self._connection = connections[DEFAULT_DB_ALIAS]
        self._connection.execute_wrappers.append(self._record)

    def __exit__(self, *exception: object) -> None:
        self._connection.execute_wrappers.remove(self._record)

    def _record(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001  (Django's own signature)
        context: dict[str, Any],
    ) -> Any:
        if current_trace() is not self._trace or sql.startswith(CONTROL):
            return execute(sql, params, many, context)
        with self._trace.begin("sql", *_described(sql)) as step:
            answer = execute(sql, params, many, context)
        step.rows = _rows(context)
        return answer


def _rows(context: dict[str, Any]) -> int | None:
    """How many rows the statement found or changed; SQLite does not say it of a SELECT."""
    rows = getattr(context["cursor"].cursor, "rowcount", -1)
    return rows if rows >= 0 else None
