"""The blacklist in the memory of one process, kept in step with the table by the database."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from accounts.models import EndReason, Login, blacklist_login
from accounts.strategies._blacklist import is_listed
from accounts.strategies._memory_feed import Feed, Memory, NoFeed
from accounts.strategies._memory_postgres import PostgresFeed
from accounts.strategies._memory_sqlite import SqliteFeed
from accounts.tracing.recorder import step

# The time within which the other processes know of a row.
MAX_DELAY = timedelta(seconds=1)
_FEEDS: dict[str, type[Feed]] = {"postgresql": PostgresFeed, "sqlite": SqliteFeed}


def _feed() -> type[Feed]:
    # Through a pooler in transaction mode nobody listens: the session goes to somebody else.
    return NoFeed if settings.DATABASE_POOLER else _FEEDS.get(connection.vendor, NoFeed)


class BlacklistInMemory:
    """Answers from memory while a feed keeps it current, and from the table otherwise."""

    def __init__(self, leeway: timedelta, memory: type[Memory] = Memory) -> None:
        self.memory = memory(leeway.total_seconds())
        self.feed = _feed()(self.memory)

    def has_any(self, *ids: uuid.UUID) -> bool:
        """Whether one of the ids is blacklisted. A query only while the memory is not current."""
        entries = f"{len(self.memory)} entries"
        with step("look up blacklist in memory", kind="note", detail=entries):
            if self.feed.is_current():
                return self.memory.has_any(*ids)
        return is_listed(*ids)

    def add(self, login: Login, reason: EndReason) -> None:
        """Blacklist a login. This process knows it as soon as the row is committed."""
        blacklist_login(login, reason=reason)
        row = (login.id, login.expires.timestamp())
        transaction.on_commit(lambda: self.memory.add([row]))

    def close(self) -> None:
        """End the listener."""
        self.feed.close()
