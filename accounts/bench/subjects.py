"""Whom the requests are sent for: one user, signed in under every strategy and the floor."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from accounts import lab
from accounts.bench.baselines import Floor
from accounts.bench.client import Environ, environ, me
from accounts.bench.options import Options
from accounts.bench.rowless import Rowless
from accounts.models import Login, User
from accounts.strategies import Credential, Family, Strategy, strategies
from accounts.tokens.realm import lab_realm

_LONG = timedelta(days=1)  # a token must not expire between two rounds


@dataclass(frozen=True, slots=True)
class Subject:
    """A strategy, and a login that it carries."""

    strategy: Strategy
    login: Login
    credential: Credential

    @property
    def slug(self) -> str:
        """The strategy's."""
        return self.strategy.slug

    @property
    def headers(self) -> dict[str, str]:
        """What a client sends with each request."""
        if self.strategy.family is Family.SESSION:
            return {"Cookie": f"{lab.cookie_name(self.slug)}={self.credential.value}"}
        return {"Authorization": f"Bearer {self.credential.value}"}

    def environ(self) -> Environ:
        """A request that asks who is signed in."""
        return environ(me(self.slug), self.headers)


@contextmanager
def world(options: Options) -> Iterator[list[Subject]]:
    """The subjects, the floor first; while it lasts, the lab knows the floor as well."""
    long_lifetimes()
    user = new_user()
    floor = Floor(lab_realm())
    with lab.playing(floor):
        yield [signed_in(strategy, user) for strategy in (floor, *chosen(options))]


@contextmanager
def rowless() -> Iterator[Subject]:
    """One more subject, which the lab knows while it lasts."""
    strategy = Rowless(lab_realm())
    try:
        with lab.playing(strategy):
            yield signed_in(strategy, new_user())
    finally:
        strategy.close()


def long_lifetimes() -> None:
    """Make tokens of this process outlive the run. To be called before the first is made."""
    settings.ACCESS_TOKEN_LIFETIME = settings.LAB_LIFETIME = _LONG


def chosen(options: Options) -> Iterator[Strategy]:
    """This process's instances of the strategies to measure."""
    for found in strategies:
        instance = lab.strategy(found.slug)
        if instance is not None and options.wants(found.slug):
            yield instance


def new_user() -> User:
    """A throwaway user."""
    return lab.visit(uuid.uuid4()).user


def signed_in(strategy: Strategy, user: User) -> Subject:
    """A new login, without a password: only a person has to prove who he is."""
    login = lab.begin(user, strategy)
    return Subject(strategy, login, strategy.issue(login))
