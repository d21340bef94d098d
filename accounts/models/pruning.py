"""Deleting what has expired, batch by batch: safe while the site serves, and twice at once.

Nothing is deleted before it means nothing: a blacklist row goes after its token's ``exp`` and the
leeway, or the token would live again that long.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session as DjangoSession
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import BlacklistedToken, Login, Run, Session, User, pruned_before
from accounts.models.throttle import ThrottleCount

# Small enough that no statement holds a lock for long: other writers wait for it on SQLite.
BATCH = 500
# Each of these takes its logins and sessions along.
CASCADING_BATCH = 50


@dataclass(frozen=True, slots=True)
class Prunable:
    """Rows that may go; ``title`` names them, ``rows`` finds them."""

    title: str
    rows: "QuerySet[Any]"
    batch: int = BATCH


def prunables() -> list[Prunable]:
    """Everything that may go now."""
    expired = pruned_before()
    forgotten = timezone.now() - settings.ENDED_LOGINS_KEPT
    return [
        Prunable("blacklisted tokens", BlacklistedToken.objects.filter(expires_at__lt=expired)),
        Prunable("sessions", Session.objects.filter(expires__lt=expired)),
        Prunable("Django's sessions", DjangoSession.objects.filter(expire_date__lt=expired)),
        Prunable("logins", Login.objects.filter(expires__lt=min(expired, forgotten))),
        Prunable(
            "lab users",
            User.objects.filter(
                visitor__isnull=False, date_joined__lt=expired - settings.LAB_LIFETIME
            ),
            CASCADING_BATCH,
        ),
        Prunable("throttle counts", ThrottleCount.objects.filter(expires__lt=int(time.time()))),
        Prunable("lab runs", Run.objects.outdated(), CASCADING_BATCH),
    ]


def prune(what: Prunable) -> Iterator[int]:
    """Delete the rows and yield how many went with each batch.

    They are found in the order of their primary key, each batch after the last one, so that no row
    is looked at twice and nothing is kept in memory. Finding them locks nothing.
    """
    rows = what.rows.order_by("pk")
    found = list(rows.values_list("pk", flat=True)[: what.batch])
    while found:
        yield _delete(what.rows, found)
        found = list(rows.filter(pk__gt=found[-1]).values_list("pk", flat=True)[: what.batch])


@transaction.atomic
def _delete(rows: "QuerySet[Any]", keys: list[Any]) -> int:
    """Delete those that are still there and still may go."""
    mine = rows.filter(pk__in=keys)
    if connection.features.has_select_for_update_skip_locked:
        # Two processes that want the same rows must not wait for each other in a circle.
        locked = mine.select_for_update(skip_locked=True)
        mine = rows.filter(pk__in=list(locked.values_list("pk", flat=True)))
    _, deleted = mine.delete()
    return deleted.get(rows.model._meta.label, 0)
