"""Parameters of the statements that are put together once, and executed by a cursor alone."""

import uuid
from collections.abc import Callable
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

from django.db import connection


def bind(*params: object) -> list[Any]:
    """Parameters as the database keeps them: SQLite has neither UUIDs nor times."""
    binders = _binders()
    return [binders[type(value)](value) if type(value) in binders else value for value in params]


@cache
def _binders() -> dict[type, Callable[[Any], object]]:
    if connection.features.has_native_uuid_field:
        return {}
    return {uuid.UUID: attrgetter("hex"), datetime: as_text}


def as_text(moment: datetime) -> str:
    """A moment in UTC as Django's own ``adapt_datetimefield_value`` for SQLite writes it."""
    return str(moment.replace(tzinfo=None))
