"""Where a scenario is played: a fresh user, three clients, two server processes.

The devices talk to one process, the thief to another one: two instances of a strategy, which share
nothing but the database. All of it goes through the WSGI application of this site.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Max, Min

from accounts.lab import users as lab
from accounts.lab.client import Actor
from accounts.lab.transcript import Exchange
from accounts.models import BlacklistedToken, User
from accounts.strategies import Strategy
from accounts.tokens.realm import Realm
from accounts.tracing.recorder import tracing
from accounts.tracing.sql import sql_steps

Pause = Callable[[float], None]


class Stage:
    """A fresh user, its devices A and B, the thief, and the processes that serve them."""

    def __init__(
        self,
        strategy: type[Strategy],
        realm: Realm,
        *,
        visitor: uuid.UUID | None = None,
        pause: Pause = time.sleep,
    ) -> None:
        self.strategy = strategy
        self.exchanges: list[Exchange] = []
        self.keys: set[str] = set()
        self._pause = pause
        self._began = time.monotonic()
        # Before the user is made: a strategy that does not even start leaves nobody behind.
        self.servers = [strategy(realm), strategy(realm)]
        visit = lab.visit(visitor or uuid.uuid4())
        self.user, self.password = visit.user, visit.password
        self.a = Actor("A", self, server=0)
        self.b = Actor("B", self, server=0)
        self.thief = Actor("thief", self, server=1)

    def note(self, exchange: Exchange) -> None:
        """Write an exchange down."""
        self.exchanges.append(exchange)

    def at_ms(self) -> float:
        """Milliseconds since the play began."""
        return (time.monotonic() - self._began) * 1000

    @property
    def role(self) -> str:
        """The user's role as the database has it now."""
        return User.objects.values_list("role", flat=True).get(pk=self.user.pk)

    def staff(self, title: str, change: Callable[[User], None]) -> None:
        """Let staff change the user's row, as in the admin; the statements are traced."""
        at = self.at_ms()
        with tracing() as trace, sql_steps(trace):
            user = User.objects.get(pk=self.user.pk)
            change(user)
            user.save()
            seen = trace.as_dict()
        self.note(_without_request(title, seen, at))

    def rotate_keys(self, *, overlap: bool) -> None:
        """Start both server processes again under a new secret."""
        at = self.at_ms()
        with tracing() as trace:
            realm = self.servers[0].realm.rotated(overlap=overlap)
            self._close_servers()
            self.servers = [self.strategy(realm), self.strategy(realm)]
            seen = trace.as_dict()
        kept = "keep" if overlap else "forget"
        self.note(
            _without_request(f"The servers start with a new key and {kept} the old", seen, at)
        )

    @property
    def ends(self) -> float:
        """When the last of the user's logins expires, in epoch seconds."""
        expires = self.user.logins.aggregate(last=Max("expires"))["last"]
        return float(expires.timestamp())

    @property
    def first_end(self) -> float:
        """When the first of them does; never, while nobody has logged in."""
        expires = self.user.logins.aggregate(first=Min("expires"))["first"]
        return float(expires.timestamp()) if expires else float("inf")

    def wait_until(self, moment: float) -> None:
        """Let time pass until a moment, in epoch seconds."""
        while (left := moment - time.time()) > 0:
            self._pause(left)

    def close(self) -> None:
        """Delete the user and all that was written for it, and let the processes end."""
        for actor in (self.a, self.b, self.thief):
            actor.close()
        self._close_servers()
        logins = list(self.user.logins.values_list("pk", flat=True))
        BlacklistedToken.objects.filter(pk__in=logins).delete()
        Session.objects.filter(pk__in=self.keys).delete()
        self.user.delete()

    def _close_servers(self) -> None:
        for server in self.servers:
            with suppress(Exception):
                server.close()


@contextmanager
def stage_for(
    strategy: type[Strategy],
    realm: Realm,
    *,
    visitor: uuid.UUID | None = None,
    pause: Pause = time.sleep,
) -> Iterator[Stage]:
    """A stage that is cleared away afterwards, whatever happened on it."""
    stage = Stage(strategy, realm, visitor=visitor, pause=pause)
    try:
        yield stage
    finally:
        stage.close()


def _without_request(title: str, trace: dict[str, Any], at_ms: float) -> Exchange:
    return Exchange(
        who="staff",
        title=title,
        request={"method": "", "path": "", "headers": {}, "body": None},
        response={"status": None, "body": None},
        trace=trace,
        at_ms=at_ms,
    )
