"""A user's row, read by statements that are put together once: a request only executes them.

The answer is a real model instance.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone

from accounts.models.binding import bind
from accounts.models.user import User

# No request asks for these, and SQLite keeps times as text: Django reads them where somebody does.
_DEFERRED = ("last_login", "date_joined")
_ALL_FIELDS = User._meta.concrete_fields
_ALL_NAMES = [field.attname for field in _ALL_FIELDS]
_UNREAD = [index for index, name in enumerate(_ALL_NAMES) if name in _DEFERRED]
_USER_FIELDS = [field for field in _ALL_FIELDS if field.attname not in _DEFERRED]

#: How many columns ``USER_COLUMNS`` names.
USER_WIDTH = len(_USER_FIELDS)
#: The columns of the user ``u`` that ``user_from`` takes.
USER_COLUMNS = ", ".join(
    f"u.{connection.ops.quote_name(str(field.column))}" for field in _USER_FIELDS
)

_USER_TABLE = connection.ops.quote_name(User._meta.db_table)
_NAMED = f"SELECT {USER_COLUMNS} FROM {_USER_TABLE} u WHERE u.name_key = %s"  # noqa: S608 - our own text
_LOGGED_IN = f"UPDATE {_USER_TABLE} SET last_login = %s WHERE id = %s"  # noqa: S608


def user_from(row: Sequence[Any]) -> User:
    """The user of a row that begins with ``USER_COLUMNS``."""
    values = list(row[:USER_WIDTH])
    for index, convert in _converters():
        values[index] = convert(values[index])
    for index in _UNREAD:
        values.insert(index, models.DEFERRED)
    return User.from_db(DEFAULT_DB_ALIAS, _ALL_NAMES, values)


def user_named(name_key: str) -> User | None:
    """The user of a name in its normal form. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, [name_key])
        row = cursor.fetchone()
    return None if row is None else user_from(row)


def user_logged_in_now(user: User) -> None:
    """Note when a user logged in, as Django's ``update_last_login`` does it. One statement."""
    user.last_login = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_LOGGED_IN, bind(user.last_login, user.pk))


@cache
def _converters() -> list[tuple[int, Callable[[Any], Any]]]:
    """How to convert the database's own values: SQLite has neither times nor booleans."""
    columns = [field.cached_col for field in _USER_FIELDS]
    return [
        (index, partial(function, expression=column, connection=connection))
        for index, column in enumerate(columns)
        for function in (
            *connection.ops.get_db_converters(column),
            *column.get_db_converters(connection),
        )
    ]
