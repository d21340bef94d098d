"""What no benchmark measures: the memory that a list takes in a process, and what its news costs.

``manage.py scale --measure`` measures it on an empty PostgreSQL and keeps it beside this module.
"""

import gc
import json
import time
import tracemalloc
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection

from accounts.bench.measures.machine import machine
from accounts.bench.result import is_loaded
from accounts.models import BLACKLIST_CHANNEL
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from accounts.tokens.realm import lab_realm

FILE = Path(__file__).parent / "results" / "lists.json"
ENTRIES = 200_000
MESSAGES = 20_000
_DAY = 86_400  # seconds
_PATIENCE = 60  # seconds until all messages have come
# Beside the channel and the text of a message: a letter, its length, its sender, a zero after each.
# https://www.postgresql.org/docs/current/protocol-message-formats.html (NotificationResponse)
_FRAME = 1 + 4 + 4 + 1 + 1
_TEXT = "gen_random_uuid() || ' ' || extract(epoch FROM now() + interval '1 day')"  # as the trigger


@dataclass(frozen=True, slots=True)
class List:
    """A list in the memory of a process: for each entry, and for each message that brings one."""

    entries: int
    entry_bytes: float
    messages: int
    #: CPU time of a process; None where the machine was too busy for times
    message_us: float | None
    message_bytes: int


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is shipped: by strategy, when and where."""

    made: datetime
    machine: Mapping[str, Any]
    lists: Mapping[str, List]


@cache
def recorded() -> Recorded:
    """Read once."""
    content = json.loads(FILE.read_text())
    lists = {slug: List(**one) for slug, one in content["lists"].items()}
    return Recorded(datetime.fromisoformat(content["made"]), content["machine"], lists)


def record(entries: int = ENTRIES, messages: int = MESSAGES) -> None:
    """Measure, and make it what is shipped. The database is PostgreSQL."""
    here, size, (cost, length) = machine(), entry_bytes(entries), message_costs(messages)
    us = None if is_loaded(here) else cost
    content = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": here,
        "lists": {JwtBlacklistMemory.slug: asdict(List(entries, size, messages, us, length))},
    }
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(content, indent=1) + "\n")
    recorded.cache_clear()


def entry_bytes(entries: int) -> float:
    """Bytes of a process's memory for each id that ``jwt-blacklist-memory`` holds."""
    memory = JwtBlacklistMemory(lab_realm()).blacklist.memory
    expires = time.time() + _DAY
    gc.collect()
    tracemalloc.start()
    try:
        memory.add((uuid.uuid4(), expires + number / entries) for number in range(entries))
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return round(taken / len(memory), 1)


def message_costs(messages: int) -> tuple[float, int]:
    """CPU time (µs) that a process takes to hear of a log-out, and the bytes of the message.

    The database names so many rows at once; it is another process, and its time does not count.

    Raises:
        TimeoutError: they did not all come.
    """
    blacklist = JwtBlacklistMemory(lab_realm()).blacklist
    try:
        if not blacklist.feed.is_current():
            raise TimeoutError("The database cannot be listened to")
        began = time.process_time_ns()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT length({_TEXT})")
            [length] = cursor.fetchone()
            cursor.execute(
                f"SELECT count(pg_notify(%s, {_TEXT})) FROM generate_series(1, %s)",  # noqa: S608
                [BLACKLIST_CHANNEL, messages],
            )
        _wait_for(blacklist.memory, messages)
        spent = time.process_time_ns() - began
    finally:
        blacklist.close()
    return round(spent / 1000 / messages, 1), _FRAME + len(BLACKLIST_CHANNEL) + length


def _wait_for(memory: Any, entries: int) -> None:
    ends = time.monotonic() + _PATIENCE
    while len(memory) < entries:
        if time.monotonic() > ends:
            raise TimeoutError(f"{len(memory)} of {entries} messages came")
        time.sleep(0.1)
