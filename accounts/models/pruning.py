"""Deleting what has expired, and of what strangers can make the oldest beyond a maximum.

Batch by batch: safe while the site serves, and twice at once. Nothing expires before it means
nothing: a blacklist row goes after its token's ``exp`` and the leeway, or the token would live
again that long.
"""

import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session as DjangoSession
from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import (
    AttackPlay,
    BlacklistedToken,
    ClaimRun,
    Login,
    Loot,
    Room,
    Run,
    SeenProof,
    Session,
    User,
    pruned_before,
)
from accounts.models.throttle import ThrottleCount

# Small enough that no statement holds a lock for long: other writers wait for it on SQLite.
BATCH = 500
# Each of these takes its logins and sessions along.
CASCADING_BATCH = 50
# Of a table that is searched without an index, so many rows at a time.
SAMPLE = 20_000

# Rows in all. One address must not push out what others made: while a row lives, it may make users
# and logins of two windows of ``settings.LIMITS``; of runs its own oldest ones go first. A class of
# forty makes 11,000 in a lesson.
MAX_LAB_USERS = 60_000
MAX_LAB_LOGINS = 120_000
MAX_LAB_RUNS = 40_000
MAX_LAB_RUNS_OF_CLIENT = 15_000
MAX_LAB_RUNS_OF_VISITOR = 3_000
MAX_CLAIM_RUNS = 10_000
MAX_CLAIM_RUNS_OF_CLIENT = 4_000
MAX_ATTACK_PLAYS = 5_000
MAX_ROOMS = 5_000
MAX_DJANGO_SESSIONS = 5_000  # logging out everywhere reads all of them
MAX_THROTTLE_COUNTS = 200_000


@dataclass(frozen=True, slots=True)
class Prunable:
    """Rows that may go; ``title`` names them, ``rows`` finds them."""

    title: str
    rows: "QuerySet[Any]"
    batch: int = BATCH
    #: No index finds them: looking for all takes as long as the table is large.
    is_scanned: bool = False


def prunables() -> list[Prunable]:
    """Everything that may go now."""
    expired = pruned_before()
    forgotten = min(expired, timezone.now() - settings.ENDED_LOGINS_KEPT)
    before = expired - settings.LAB_LIFETIME
    lab_users = User.objects.filter(visitor__isnull=False)
    lab_logins = Login.objects.filter(user__visitor__isnull=False)
    django_sessions = DjangoSession.objects.all()
    return [
        Prunable(
            "blacklisted tokens",
            BlacklistedToken.objects.filter(expires_at__lt=expired),
            is_scanned=True,
        ),
        Prunable("sessions", Session.objects.filter(expires__lt=expired)),
        Prunable(
            "Django's sessions",
            _older(django_sessions, "expire_date", expired, MAX_DJANGO_SESSIONS),
        ),
        Prunable("logins", Login.objects.filter(expires__lt=forgotten), is_scanned=True),
        Prunable("lab logins", _older(lab_logins, "created", before, MAX_LAB_LOGINS)),
        Prunable(
            "lab users",
            _older(lab_users, "date_joined", before, MAX_LAB_USERS),
            CASCADING_BATCH,
        ),
        Prunable("throttle counts", _throttle_counts()),
        Prunable("lab runs", _lab_runs(), CASCADING_BATCH),
        Prunable("runs of claims", _claim_runs()),
        Prunable("loot", Loot.objects.filter(created__lt=timezone.now() - settings.LAB_LIFETIME)),
        Prunable("seen proofs", SeenProof.objects.filter(expires__lt=expired)),
        Prunable(
            "attack plays",
            _older(
                AttackPlay.objects.all(),
                "created",
                timezone.now() - settings.LAB_RUN_LIFETIME,
                MAX_ATTACK_PLAYS,
            ),
            CASCADING_BATCH,
        ),
        Prunable(
            "rooms of lessons",
            _older(Room.objects.all(), "ends", timezone.now(), MAX_ROOMS),
            CASCADING_BATCH,
        ),
    ]


def _older(rows: "QuerySet[Any]", column: str, moment: datetime, most: int) -> "QuerySet[Any]":
    """Those from before a moment, and the oldest beyond a maximum."""
    last = rows.order_by(f"-{column}").values_list(column, flat=True)[most - 1 : most]
    return rows.filter(**{f"{column}__lt": max([moment, *last])})


def _throttle_counts() -> "QuerySet[ThrottleCount]":
    """Those whose window is over, and the lowest beyond the maximum.

    Whoever floods the table with counts of one does not free what has reached its limit.
    """
    counts = ThrottleCount.objects.order_by("-count").values_list("count", flat=True)
    beyond = counts[MAX_THROTTLE_COUNTS : MAX_THROTTLE_COUNTS + 1]
    is_over = Q(expires__lt=int(time.time()))
    return ThrottleCount.objects.filter(is_over | Q(count__lte=max([0, *beyond])))


def _lab_runs() -> "QuerySet[Run]":
    """Those whose links have expired, and the oldest beyond what each and all may keep.

    What everybody is shown has no visitor: no stranger can push it out.
    """
    outdated = timezone.now() - settings.LAB_RUN_LIFETIME
    own = Run.objects.filter(visitor__isnull=False)
    found = _older_of_each(own, "client", outdated, MAX_LAB_RUNS_OF_CLIENT)
    found |= _older_of_each(own, "visitor", outdated, MAX_LAB_RUNS_OF_VISITOR)
    others = own.exclude(pk__in=found.values("pk"))
    return Run.objects.outdated() | found | _older(others, "created", outdated, MAX_LAB_RUNS)


def _claim_runs() -> "QuerySet[ClaimRun]":
    outdated = timezone.now() - settings.LAB_RUN_LIFETIME
    runs = ClaimRun.objects.all()
    found = _older_of_each(runs, "client", outdated, MAX_CLAIM_RUNS_OF_CLIENT)
    others = runs.exclude(pk__in=found.values("pk"))
    return found | _older(others, "created", outdated, MAX_CLAIM_RUNS)


def _older_of_each(
    rows: "QuerySet[Any]", owner: str, moment: datetime, most: int
) -> "QuerySet[Any]":
    """Those from before a moment of owners with more than a maximum, and their oldest beyond it."""
    counted = rows.values(owner).annotate(number=Count("pk")).filter(number__gt=most)
    found = rows.none()
    for name in counted.values_list(owner, flat=True):
        found |= _older(rows.filter(**{owner: name}), "created", moment, most)
    return found


def prune_a_little() -> Iterator[int]:
    """Prune what indexes find, and of each other table a part that begins at a random key.

    What it costs does not depend on how large the tables are. Yields after each batch.
    """
    for what in prunables():
        yield from prune(_part_of(what) if what.is_scanned else what)


def _part_of(what: Prunable) -> Prunable:
    """Those among ``SAMPLE`` rows, in the order of their random keys.

    Where that comes to the last row, the first ``SAMPLE`` join them.
    """
    keys = what.rows.model.objects.order_by("pk").values_list("pk", flat=True)
    start = uuid.uuid4()
    last = list(keys.filter(pk__gte=start)[SAMPLE - 1 : SAMPLE])
    if last:
        return replace(what, rows=what.rows.filter(pk__range=(start, last[0])))
    head = list(keys[SAMPLE - 1 : SAMPLE])
    if head:
        return replace(what, rows=what.rows.filter(Q(pk__gte=start) | Q(pk__lte=head[0])))
    return what


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
        locked = mine.select_for_update(skip_locked=True, of=("self",))
        mine = rows.filter(pk__in=list(locked.values_list("pk", flat=True)))
    _, deleted = mine.delete()
    return deleted.get(rows.model._meta.label, 0)
