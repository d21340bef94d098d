"""The statement behind the one-query strategies: a user row, and what is to be known of its login.

Django spends more on compiling a query with a join or an ``Exists()`` for each request than a
second primary-key look-up costs. So the text is put together once per process, and ``raw()`` only
executes it; what comes back is a real model instance.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models
from django.utils import timezone

from accounts.models import TOUCH_EVERY, Because, User
from accounts.strategies._base import Accepted, Refused

_q = connection.ops.quote_name


def _columns(model: type[models.Model], alias: str) -> Iterator[str]:
    return (f"{alias}.{_q(field.column)}" for field in model._meta.concrete_fields)


@cache
def statement(source: str, extra: str = "") -> str:
    """The text for one way to find the login ``l`` and the user ``u``; parameters in order.

    The first two parameters are always the moments before which a login is expired and unseen.
    """
    return (
        f"SELECT {', '.join(_columns(User, 'u'))}, l.id AS login_id, "
        "l.ended_because AS login_ended, l.expires <= %s AS login_expired, "
        "l.last_seen < %s AS login_unseen, l.token_version <> u.token_version AS login_outdated"
        f"{extra} FROM {source}"
    )


def table(model: type[models.Model]) -> str:
    """A model's table, quoted."""
    return _q(model._meta.db_table)


def fetch(sql: str, *params: object) -> Any | None:
    """The first row as a User with the login's facts as attributes, or None. One query."""
    now = timezone.now()
    bound = [bind(value) for value in (now, now - TOUCH_EVERY, *params)]
    return next(iter(User.objects.raw(sql, bound)), None)


def bind(value: object) -> object:
    """A parameter as the database keeps it: SQLite has neither UUIDs nor times."""
    if isinstance(value, uuid.UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def judge(row: Any) -> Accepted | Refused:
    """Whether the user and the login of a row may go on."""
    if row.login_id is None:
        return Refused("load login", "login_missing", "No such login: it was ended and pruned")
    if row.login_ended:
        because = Because(row.login_ended).label
        return Refused("load login", "login_ended", f"This login has ended: {because}")
    if row.login_expired:
        return Refused("load login", "login_expired", "This login has reached its fixed end")
    if not row.is_active:
        return Refused("load user", "user_inactive", "The account is disabled")
    if row.login_outdated:
        return Refused("load login", "login_outdated", "Every login from before was ended at once")
    return Accepted(row, row.role, uuid.UUID(str(row.login_id)), bool(row.login_unseen))
