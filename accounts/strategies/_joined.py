"""The query behind the one-query strategies: a user row, and what has to be known of its login.

Django spends more on compiling a query with a join or an ``Exists()`` for each request than a
second primary-key look-up costs. So the text is put together once per process, and a request only
executes it. The answer is a real model instance.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.utils import timezone

from accounts.models import TOUCH_EVERY, User
from accounts.models.binding import bind
from accounts.models.user_row import USER_COLUMNS, USER_WIDTH, user_from
from accounts.strategies._base import (
    USER_INACTIVE,
    USER_NOT_FOUND,
    Accepted,
    Expected,
    Outcome,
    Refused,
    verdict_of,
)

# Each request asks for a login that is there: neither an invented one nor a digest is.
UNFORGEABLE: Mapping[str, Expected] = {"key-leaked": Expected(Outcome.REFUSED)}


@dataclass
class Query:
    """SQL that is executed for every request, and the names of its columns beside the user's.

    The names are those of the cursor's description, known after the first execution.
    """

    sql: str
    names: tuple[str, ...] | None = None


def login_query(source: str, extra: str = "", *, ended: str = "l.end_reason") -> Query:
    """One way to find the login ``l`` and the user ``u``; ``extra`` are further columns.

    ``ended`` is why the login has ended, if it has; NULL where something else decides that.
    Parameters come in the order of the text, after the two that ``fetch_user_with_login`` adds.
    """
    return Query(
        f"SELECT {USER_COLUMNS}, l.id AS login_id, "  # noqa: S608 - all of it is our own text
        f"{ended} AS login_ended, l.expires <= %s AS login_expired, "
        "l.last_seen < %s AS login_needs_touch, "
        "l.token_version <> u.token_version AS login_outdated"
        f"{extra} FROM {source}"
    )


def table(model: type[models.Model]) -> str:
    """A model's table, quoted."""
    return connection.ops.quote_name(model._meta.db_table)


_USER_ALONE = Query(f"SELECT {USER_COLUMNS} FROM {table(User)} u WHERE u.id = %s")  # noqa: S608


def fetch_user_with_login(query: Query, *params: object) -> Any | None:
    """The first row as a user that ``verdict_of`` can judge, or None. One SQL query."""
    now = timezone.now()
    return _first(query, now, now - TOUCH_EVERY, *params)


def fetch_verdict(query: Query, *params: object) -> Accepted | Refused | None:
    """The verdict on the first row; None when there is no row. One SQL query."""
    row = fetch_user_with_login(query, *params)
    return None if row is None else verdict_of(row)


def user_verdict(user_id: int, login_id: uuid.UUID) -> Accepted | Refused:
    """Whether the user goes on, where nothing is asked of the login. One SQL query."""
    user = _first(_USER_ALONE, user_id)
    if user is None:
        return USER_NOT_FOUND
    return Accepted(user, user.role, login_id) if user.is_active else USER_INACTIVE


def _first(query: Query, *params: object) -> Any | None:
    with connection.cursor() as cursor:
        cursor.execute(query.sql, bind(*params))
        row = cursor.fetchone()
        if query.names is None:
            query.names = tuple(column[0] for column in cursor.description[USER_WIDTH:])
    if row is None:
        return None
    user = user_from(row)
    vars(user).update(zip(query.names, row[USER_WIDTH:], strict=True))
    return user
