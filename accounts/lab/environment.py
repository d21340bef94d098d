"""Where a scenario runs: a fresh user, three HTTP clients, two server processes.

The devices talk to one process, the thief to another: two instances of a strategy that share
nothing but the database. All requests go through the WSGI application of this site.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import TypeVar

from django.contrib.sessions.models import Session
from django.db.models import Max, Min

from accounts.lab.client import Client
from accounts.lab.leak import ACCOUNTS, SIGNED_IN, made_of_a_leak, users_taken
from accounts.lab.outage import StoppedCache, database_stopped, emptied
from accounts.lab.stage import Stage
from accounts.lab.transcript import Answer, ScenarioError, Transcript
from accounts.lab.users import begin_login, create_lab_user
from accounts.models import BlacklistedToken, Role, User
from accounts.strategies import Strategy
from accounts.tokens.possession import proving
from accounts.tokens.realm import Realm
from accounts.tracing.recorder import tracing
from accounts.tracing.sql import sql_steps

Pause = Callable[[float], None]
Played = TypeVar("Played")


class UserGone(ScenarioError):
    """The throwaway user was deleted meanwhile, so what was measured is about nobody."""


def play_once_more_if_gone(play: Callable[[], Played]) -> Played:
    """Play; where the user was deleted meanwhile, which is no strategy's doing, start again once.

    Raises:
        UserGone: the second user was deleted, too.
    """
    try:
        return play()
    except UserGone:
        return play()


class Environment(Stage):
    """A fresh user, its devices A and B, the thief, and the processes that serve them."""

    def __init__(
        self,
        strategy: type[Strategy],
        realm: Realm,
        *,
        visitor: uuid.UUID | None = None,
        pause: Pause = time.sleep,
    ) -> None:
        self._strategy = strategy
        self._pause = pause
        self._visitor = visitor or uuid.uuid4()
        self._others: list[User] = []  # who may be robbed beside the user of A and B
        self._others_keys: list[str] = []
        self.transcript = Transcript()
        # Before the user is made: a strategy that does not even start leaves nobody behind.
        self._servers = self._started(realm)
        lab_user = create_lab_user(self._visitor)
        self.user = lab_user.user
        near, far = self._servers
        self._a = Client("A", lab_user, near, self.transcript)
        self._b = Client("B", lab_user, near, self.transcript)
        self._thief = Client("thief", lab_user, far, self.transcript)

    @property
    def a(self) -> Client:
        return self._a

    @property
    def b(self) -> Client:
        return self._b

    @property
    def thief(self) -> Client:
        return self._thief

    @property
    def copies_are_useless(self) -> bool:
        return self._strategy.bound

    def steal(self) -> None:
        self._thief.steal_from(self._a)

    @property
    def role(self) -> str:
        return User.objects.values_list("role", flat=True).get(pk=self.user.pk)

    @property
    def first_end(self) -> float:
        """As the database has it; infinite without any login."""
        expires = self.user.logins.aggregate(first=Min("expires"))["first"]
        return float(expires.timestamp()) if expires else float("inf")

    @property
    def last_end(self) -> float:
        expires = self.user.logins.aggregate(last=Max("expires"))["last"]
        return float(expires.timestamp())

    def change_user(self, title: str, change: Callable[[User], None]) -> None:
        at_ms = self.transcript.at_ms()
        with tracing() as trace, sql_steps(trace):
            user = User.objects.get(pk=self.user.pk)
            change(user)
            user.save()
            seen = trace.as_dict()
        self.transcript.record_change(title, seen, at_ms)

    def disable_account(self) -> None:
        self.change_user("Staff disables the account", _disable)

    def take_role_away(self) -> None:
        self.change_user("Staff takes the editor's role away", _demote)

    def rotate_keys(self, *, overlap: bool) -> None:
        """Start both server processes again."""
        at_ms = self.transcript.at_ms()
        with tracing() as trace:
            realm = self._servers[0].realm.rotated(overlap=overlap)
            self._close_servers()
            self._servers = self._started(realm)
            seen = trace.as_dict()
        self.a.server = self.b.server = self._servers[0]
        self.thief.server = self._servers[1]
        kept = "keep" if overlap else "forget"
        title = f"The servers start with a new key and {kept} the old"
        self.transcript.record_change(title, seen, at_ms)

    def note(self, words: str) -> None:
        self.transcript.record_change(words)

    def lure(self, title: str) -> Answer:
        return self._a.change_password_elsewhere(title)

    def leak(self) -> None:
        self._others = [create_lab_user(self._visitor).user for _ in range(ACCOUNTS - 1)]
        users, near = [self.user, *self._others], self.a.server
        logins = [begin_login(user, near) for user in self._others[SIGNED_IN - 1 :: SIGNED_IN]]
        for login in logins:
            with proving(self.a.key, near.realm):
                self._others_keys.append(near.issue(login).value)
        known = [self.user.logins.earliest("created"), *logins]
        held, key = [self.a.credential, *self._others_keys], self.thief.key
        sent = made_of_a_leak(near, users, known, held, key)
        taken = users_taken(self.thief.server, users, sent, key)
        self.taken = len(taken)
        self.thief.steal_from(self.a, taken.get(self.user.pk, sent[0]))
        words = f"The thief tries to be each of {ACCOUNTS} users, and is {self.taken} of them"
        self.note(words)

    def let_it_spread(self) -> None:
        if delay := self._strategy.propagation_delay.total_seconds():
            self._pause(delay)
            self.thief.me("The thief replays its copy, and its server hears of the log-out")

    def stop_store(self) -> None:
        self._store = self._servers[0].cache
        for server in self._servers:
            if self._strategy.needs_cache:
                server.use_cache(StoppedCache())
        for client in (self.a, self.b, self.thief):
            client.outage = nullcontext if self._strategy.needs_cache else database_stopped
        self.note(f"The {'cache' if self._strategy.needs_cache else 'database'} stops")

    def start_store(self) -> None:
        empty = emptied(self._store) if self._strategy.needs_cache else None
        for server in self._servers:
            if empty:
                server.use_cache(empty)
        for client in (self.a, self.b, self.thief):
            client.outage = None
        self.note("The cache is back, empty" if empty else "The database is back")

    def wait_until(self, moment: float) -> None:
        while (left := moment - time.time()) > 0:
            self._pause(left)

    def must_have_user(self) -> None:
        """Raise UserGone where somebody else has deleted the user."""
        if not User.objects.filter(pk=self.user.pk).exists():
            raise UserGone("The throwaway user was deleted while this was played. Play it again.")

    def close(self) -> None:
        """Delete the user and all that was written for it, and let the processes end."""
        clients = (self.a, self.b, self.thief)
        for client in clients:
            client.close()
        self._close_servers()
        logins = self.user.logins.values_list("pk", flat=True)
        pairs = set[str]().union(*(client.refresh_jtis for client in clients))
        BlacklistedToken.objects.filter(pk__in=[*logins, *pairs]).delete()
        keys = set[str]().union(*(client.session_keys for client in clients))
        Session.objects.filter(pk__in=[*keys, *self._others_keys]).delete()
        User.objects.filter(pk__in=[self.user.pk, *(other.pk for other in self._others)]).delete()

    def _started(self, realm: Realm) -> tuple[Strategy, Strategy]:
        return self._strategy(realm), self._strategy(realm)

    def _close_servers(self) -> None:
        for server in self._servers:
            with suppress(Exception):
                server.close()


def _disable(user: User) -> None:
    user.is_active = False


def _demote(user: User) -> None:
    user.role = Role.MEMBER


@contextmanager
def environment_for(
    strategy: type[Strategy],
    realm: Realm,
    *,
    visitor: uuid.UUID | None = None,
    pause: Pause = time.sleep,
) -> Iterator[Environment]:
    """An environment that is cleared away afterwards, whatever happened in it.

    Raises:
        UserGone: its user was deleted meanwhile, whatever else seemed to happen.
    """
    environment = Environment(strategy, realm, visitor=visitor, pause=pause)
    try:
        try:
            yield environment
        finally:
            environment.must_have_user()
    finally:
        environment.close()
