"""The rows that the server keeps for a login, as a page shows them."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import Model

from accounts.models import BlacklistedToken, Login
from accounts.strategies._base import Rows, StoredRow
from accounts.tracing.redaction import mask


def shown(rows: Iterable[Model], *columns: str, **more: str) -> Rows:
    """Some columns of each row; ids are masked."""
    return [
        StoredRow(row._meta.db_table, {name: _text(row, name) for name in columns} | more)
        for row in rows
    ]


def _text(row: Model, column: str) -> str:
    value = getattr(row, column)
    if isinstance(value, uuid.UUID):
        return mask(value.hex)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    label = getattr(row, f"get_{column}_display", lambda: value)()  # of a column with choices
    return "" if label is None else str(label)


def login_rows(login: Login, column: str) -> Rows:
    """The login's row with one of its columns, and whether it has ended."""
    found = Login.objects.filter(pk=login.pk).first()
    if found is None:
        return ()
    return shown([found], column, "expires", ended=found.get_end_reason_display() or "no")


def blacklist_rows(login: Login) -> Rows:
    """The row of the blacklist that ends this login, once there is one."""
    return shown(BlacklistedToken.objects.filter(jti=login.id), "jti", "reason", "expires_at")


def django_session_rows(key: str) -> Rows:
    """The row of a key in Django's table, if it is still there."""
    return [
        StoredRow(
            DjangoSession._meta.db_table,
            {
                "session_key": mask(row.session_key),
                "session_data": f"{len(row.session_data)} characters, signed",
                "expire_date": _text(row, "expire_date"),
            },
        )
        for row in DjangoSession.objects.filter(session_key=key)
    ]
