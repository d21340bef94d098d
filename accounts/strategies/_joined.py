"""The statement behind the one-query strategies: a user row, and what is to be known of its login.

Django spends more on compiling a query with a join or an ``Exists()`` for each request than a
second primary-key look-up costs. So the text is put together once per process, and a request only
executes it; what comes back is a real model instance.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from operator import attrgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone

from accounts.models import TOUCH_EVERY, EndReason, User
from accounts.strategies._base import Accepted, Refused

_USER_FIELDS = User._meta.concrete_fields
_USER_NAMES = [field.attname for field in _USER_FIELDS]


@dataclass
class Statement:
    """A text that is executed for every request, and how its columns are called.

    ``names``, known after the first execution, are those of the columns beside the user's.
    """

    sql: str
    names: tuple[str, ...] | None = None


@cache
def statement(source: str, extra: str = "", *, ended: str = "l.end_reason") -> Statement:
    """One way to find the login ``l`` and the user ``u``; parameters in order.

    ``ended`` is why the login has ended, if it has: empty or NULL where something else decides.
    The first two parameters are always the moments before which a login is expired and not touched.
    """
    return Statement(
        f"SELECT {_user_columns()}, l.id AS login_id, "  # noqa: S608 - all of it is our own text
        f"{ended} AS login_ended, l.expires <= %s AS login_expired, "
        "l.last_seen < %s AS login_needs_touch, "
        "l.token_version <> u.token_version AS login_outdated"
        f"{extra} FROM {source}"
    )


@cache
def _user_alone() -> Statement:
    return Statement(f"SELECT {_user_columns()} FROM {table(User)} u WHERE u.id = %s")  # noqa: S608


def _user_columns() -> str:
    return ", ".join(f"u.{connection.ops.quote_name(str(f.column))}" for f in _USER_FIELDS)


def table(model: type[models.Model]) -> str:
    """A model's table, quoted."""
    return connection.ops.quote_name(model._meta.db_table)


def fetch(asked: Statement, *params: object) -> Any | None:
    """The first row as a User with the login's facts as attributes, or None. One query."""
    now = timezone.now()
    return _first(asked, now, now - TOUCH_EVERY, *params)


def fetch_user(user_id: int) -> User | None:
    """The user alone, where nothing is to be known of the login. One query."""
    return _first(_user_alone(), user_id)


def _first(asked: Statement, *params: object) -> Any | None:
    with connection.cursor() as cursor:
        cursor.execute(asked.sql, bind(*params))
        row = cursor.fetchone()
        if asked.names is None:
            asked.names = tuple(column[0] for column in cursor.description[len(_USER_FIELDS) :])
    return None if row is None else _user(row, asked.names)


def _user(row: Sequence[Any], names: Sequence[str]) -> User:
    values = list(row[: len(_USER_FIELDS)])
    for index, convert in _converters():
        values[index] = convert(values[index])
    user = User.from_db(DEFAULT_DB_ALIAS, _USER_NAMES, values)
    vars(user).update(zip(names, row[len(values) :], strict=True))
    return user


@cache
def _converters() -> list[tuple[int, Callable[[Any], Any]]]:
    """What the database's own values still need: SQLite has neither times nor booleans."""
    columns = [field.cached_col for field in _USER_FIELDS]
    return [
        (index, partial(function, expression=column, connection=connection))
        for index, column in enumerate(columns)
        for function in (
            *connection.ops.get_db_converters(column),
            *column.get_db_converters(connection),
        )
    ]


def bind(*params: object) -> list[Any]:
    """Parameters as the database keeps them: SQLite has neither UUIDs nor times."""
    binders = _binders()
    return [binders[type(value)](value) if type(value) in binders else value for value in params]


@cache
def _binders() -> dict[type, Callable[[Any], object]]:
    if connection.features.has_native_uuid_field:
        return {}
    return {uuid.UUID: attrgetter("hex"), datetime: connection.ops.adapt_datetimefield_value}


def judge(row: Any) -> Accepted | Refused:
    """Whether the user and the login of a row may go on."""
    if row.login_id is None:
        return Refused("load login", "login_missing", "No such login: it was ended and pruned")
    if not row.is_active:
        return Refused("load user", "user_inactive", "The account is disabled")
    if row.login_ended:
        reason = EndReason(row.login_ended).label
        return Refused("load login", "login_ended", f"This login has ended: {reason}")
    if row.login_expired:
        return Refused("load login", "login_expired", "This login has reached its fixed end")
    if row.login_outdated:
        return Refused("load login", "login_outdated", "Every login from before was ended at once")
    return Accepted(row, row.role, uuid.UUID(str(row.login_id)), bool(row.login_needs_touch))
