"""A short benchmark that the page starts: a process of its own, followed by a thread of this one.

It measures in a database of its own, as ``manage.py bench`` does. Only its progress and its result
are written to the site's database.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.conf import own_database
from accounts.models import BenchRun, BenchRunQuerySet, User
from accounts.services import ServiceError
from accounts.services.json_lines import JsonLines
from accounts.services.manage import MANAGE
from accounts.site import throttle
from accounts.site.throttle import Limit

ROUNDS = 60
MAX_SECONDS = 300  # a short run takes ten to thirty
MAX_KEPT = 20  # newest runs
_WRITE_EVERY = 0.5  # seconds between two writes of progress
_MAX_PROBLEM = 400  # characters
LOST = "The process that ran it is gone."

logger = logging.getLogger(__name__)


class Running(Exception):
    """Another benchmark is running: ``run``."""

    def __init__(self, run: BenchRun) -> None:
        super().__init__("A benchmark is running already.")
        self.run = run


def may_begin(user: User | AnonymousUser) -> bool:
    """Whether a user may start one: everybody in a demo, else staff, as it keeps a core busy."""
    return settings.BENCH_PUBLIC or user.is_staff


def bench_begin(client: str) -> BenchRun:
    """Start a short run for a client, who is throttled by this key.

    Raises:
        Running: one is running already.
        Throttled: this client has started too many.
    """
    BenchRun.objects.lost().update(slot=None, problem=LOST)
    if running := BenchRun.objects.running().defer("result").first():
        raise Running(running)
    limit = Limit("bench", client)
    throttle.take(limit)
    try:
        run = _claim()
    except Running:
        throttle.give_back([limit])
        raise
    command = [*COMMAND, "--rounds", str(ROUNDS), "--database", own_database()]
    threading.Thread(target=_follow, args=(run.pk, command), name="bench", daemon=True).start()
    return run


COMMAND = [*MANAGE, "bench", "--lines", "--no-save"]


def _claim() -> BenchRun:
    """The new run's row. Of two that are created at once, the unique slot admits one."""
    try:
        with transaction.atomic():
            run = BenchRun.objects.create(slot=BenchRun.ONLY)
    except IntegrityError:
        raise Running(BenchRun.objects.defer("result").latest("started")) from None
    old = BenchRun.objects.filter(slot=None).values_list("pk", flat=True)[MAX_KEPT:]
    BenchRun.objects.filter(pk__in=list(old)).delete()
    return run


def _follow(run_id: uuid.UUID, command: list[str]) -> None:
    """Run the command in a thread. If the site's database is gone, only the log is left to tell."""
    try:
        _record(BenchRun.objects.filter(pk=run_id), command)
    except DatabaseError:
        logger.warning("The benchmark cannot be followed", exc_info=True)
    finally:
        connection.close()


def _record(run: BenchRunQuerySet, command: list[str]) -> None:
    """Run the command to its end, and write its progress and result to the run's row."""
    problem = "The run ended without a result."
    try:
        with JsonLines(command, timeout=MAX_SECONDS) as child:
            for line in _thinned(child.lines()):
                if "result" in line:
                    run.update(result=line["result"])
                    problem = ""
                else:
                    run.update(**line, seen=timezone.now())
    except (OSError, ValueError, ServiceError) as error:
        logger.exception("The benchmark failed")
        problem = str(error)
    finally:
        run.update(slot=None, problem=problem[:_MAX_PROBLEM])


def _thinned(lines: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The result, and as much progress as is worth a write."""
    written = 0.0
    for line in lines:
        if "result" in line or time.monotonic() - written > _WRITE_EVERY:
            written = time.monotonic()
            yield line
