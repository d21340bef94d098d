"""Which tables a statement reads from end to end, once there are many rows of every kind.

``tests/strategies/test_plans.py`` asks it of all that requests send. At the size of a large site:
``PLAN_ROWS=1000000 python -m pytest tests/strategies/test_plans.py --database postgres``.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from accounts.bench.measures.growth import NEW_ID, NUMBERS
from accounts.models import User
from accounts.models.pruning import MAX_LAB_RUNS
from accounts.tracing.sql import CONTROL

Statement = tuple[str, Any]

# So many seconds ago, as the database keeps times.
_AGO = {
    "postgresql": "now() - ({}) * interval '1 second'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', (-({})) || ' seconds')",
}
# The same id for each row of one of fifty.
_NUMBERED = {
    "postgresql": "lpad(to_hex(n % 50), 32, '0')::uuid",
    "sqlite": "printf('%032x', n % 50)",
}


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """What the block sends, with its parameters; the control of transactions apart."""
    sent: list[Statement] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.startswith(CONTROL):
            sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield sent


def scans(statement: Statement) -> list[str]:
    """What a statement's plan reads from end to end: tables, and indexes without a condition."""
    if connection.vendor == "sqlite":
        return [line for line in plan(statement).splitlines() if _is_scan(line)]
    [found] = json.loads(plan(statement))
    return list(_scanned(found["Plan"]))


def plan(statement: Statement) -> str:
    """How the database finds the rows of a statement: lines on SQLite, JSON on PostgreSQL."""
    sql, params = statement
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return "\n".join(detail for *_, detail in cursor.fetchall())
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        [[found]] = cursor.fetchall()
        return found if isinstance(found, str) else json.dumps(found)


def _is_scan(detail: str) -> bool:
    """Whether a line of SQLite's plan reads a table or an index to its end.

    Neither a subquery is one nor what stands in the statement: ``SCAN 2 CONSTANT ROWS``.
    """
    return detail.startswith("SCAN ") and "(" not in detail and "CONSTANT ROW" not in detail


def _scanned(node: dict[str, Any]) -> Iterator[str]:
    kind = node["Node Type"]
    by_index = kind in ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
    if kind == "Seq Scan" or (by_index and "Index Cond" not in node):
        yield f"{kind} of {node.get('Relation Name', node.get('Index Name'))}"
    for below in node.get("Plans", ()):
        yield from _scanned(below)


def fill(logins: int, script: User) -> None:
    """Add so many logins, and as many rows as go with them to the other tables that requests ask.

    Ten logins a user, but every twentieth is of one whose script logs in at each run. Of five one
    is a session, one of our tokens; one in a thousand has a digest, as many ended because a refresh
    token came twice. Half have ended; all were used within three weeks.
    """
    others = {"accounts_user": logins // 10, "accounts_run": min(logins, MAX_LAB_RUNS)}
    with connection.cursor() as cursor:
        for table, columns in _rows(logins, script.pk).items():
            names, values = ", ".join(columns), ", ".join(columns.values())
            numbers = NUMBERS[connection.vendor].format(rows=others.get(table, logins))
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM ({numbers}) AS numbers"  # noqa: S608 - all of it is our own text
            )
        cursor.execute(_SESSIONS.format(uuid=NEW_ID[connection.vendor]))
        cursor.execute("ANALYZE")


# Each session belongs to a login.
_SESSIONS = (
    "INSERT INTO accounts_session (digest, login_id, data, expires) "
    "SELECT {uuid}, id, '{{}}', expires FROM accounts_login WHERE user_agent = 'many' "
    "AND strategy = 'session-joined'"
)


def _rows(logins: int, script: int) -> dict[str, dict[str, str]]:
    """The columns of each table, and how the number ``n`` of a row makes its value."""
    uuid, day = NEW_ID[connection.vendor], 86_400
    ago = _AGO[connection.vendor].format
    used = f"n % 8111 * 223 % {21 * day}"
    first = "(SELECT min(id) FROM accounts_user WHERE email = 'many')"
    user = f"CASE WHEN n % 19 = 0 THEN {script} ELSE {first} + n % {max(logins // 10, 1)} END"
    return {
        "accounts_user": {
            "username": "'many ' || n",
            "name_key": "'many ' || n",
            "email": "'many'",
            **dict.fromkeys(("password", "first_name", "last_name"), "''"),
            **dict.fromkeys(("is_superuser", "is_staff"), "false"),
            "is_active": "n % 50 <> 0",
            "role": "'member'",
            "token_version": "n % 3",
            "date_joined": ago("n"),
        },
        "accounts_login": {
            "id": uuid,
            "user_id": user,
            "strategy": "CASE n % 5 WHEN 0 THEN 'session-joined' WHEN 1 THEN 'jwt-blacklist-joined'"
            " WHEN 3 THEN 'opaque' ELSE 'jwt-user' END",
            "token_version": "n % 3",
            "digest": f"CASE WHEN n % 1000 = 3 THEN {uuid} END",
            "refresh_jti": f"CASE WHEN n % 5 = 1 THEN {uuid} END",
            "pair_seen": "true",
            "spent": "'[]'",
            "created": ago(f"{used} + 60"),
            "last_seen": ago(used),
            "password_at": ago(used),
            "expires": ago(f"{used} - {14 * day}"),
            "ip": "'203.0.113.7'",
            "user_agent": "'many'",
            "ended_at": f"CASE WHEN n % 2 = 0 THEN {ago(used)} END",
            "end_reason": "CASE WHEN n % 1000 = 2 THEN 'replayed' WHEN n % 2 = 0 THEN 'logged-out'"
            " ELSE '' END",
        },
        "accounts_blacklistedtoken": {
            "jti": uuid,
            "expires_at": ago(f"-({used})"),
            "blacklisted_at": ago("n"),
            "user_id": "n",
            "token_type": "3",
            "reason": "1",
        },
        "accounts_throttlecount": {"key": "'many ' || n", "count": "1", "expires": "n"},
        "django_session": {
            "session_key": "'many ' || n",
            "session_data": "''",
            "expire_date": ago(f"-({used})"),
        },
        "accounts_run": {
            **dict.fromkeys(("id", "batch"), uuid),
            "visitor": f"CASE WHEN n % 30 > 0 THEN {_NUMBERED[connection.vendor]} END",
            "strategy": "'way ' || n % 20",
            "event": "'event ' || n % 15",
            "created": ago("n"),
            **dict.fromkeys(("client", "database"), "''"),
            **dict.fromkeys(("report", "transcript"), "'{}'"),
        },
    }
