"""What is measured: the baseline and every strategy, each with a login of one and the same user.

Two strategies are here to compare with alone: the site does not offer them, and no registry knows
them.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.bench.client import Environ, environ, me_path
from accounts.bench.options import Options
from accounts.bench.result import BASELINE
from accounts.lab.instances import find_strategy, serving
from accounts.lab.users import begin_login, create_lab_user
from accounts.lab.wire import auth_headers
from accounts.models import Login, User
from accounts.strategies import Accepted, Credential, Family, Refused, Strategy, strategies
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from accounts.tokens.codec import Claims
from accounts.tokens.realm import lab_realm

_LIFETIME = timedelta(days=1)
_ANONYMOUS = Accepted(AnonymousUser(), "")


class Baseline(Strategy):
    """No authentication: accepts every credential without looking at it.

    A request goes through the same middleware and the same view as with any other strategy, so that
    the difference between the two is the cost of carrying a login.
    """

    slug = BASELINE
    title = "Nobody asks"
    subtitle = "the same view, no authentication"
    family = Family.OPAQUE
    checks = "Nothing"
    order = 0

    def issue(self, login: Login) -> Credential:
        return Credential("nobody", login.expires)

    def check(self, credential: str) -> Accepted:
        return _ANONYMOUS


class NoUserRow(JwtBlacklistMemory):
    """``jwt-blacklist-memory`` without its one query, for the user's row.

    It checks signature and blacklist alone, so that the difference between the two is the cost of
    the user's row.
    """

    slug = "no-user-row"

    def issue(self, login: Login) -> Credential:
        self._user = login.user
        return super().issue(login)

    def judge(self, claims: Claims) -> Accepted | Refused:
        if self.blacklist.has_any(claims.jti, claims.sid):
            return super().judge(claims)
        return Accepted(self._user, self._user.role, claims.sid)


@dataclass(frozen=True, slots=True)
class Subject:
    """A strategy, and a login that it carries."""

    strategy: Strategy
    login: Login
    credential: Credential

    @property
    def slug(self) -> str:
        """The strategy's slug."""
        return self.strategy.slug

    @property
    def headers(self) -> dict[str, str]:
        """The header by which a client sends the credential."""
        return auth_headers(self.strategy, self.credential.value)

    def environ(self) -> Environ:
        """A request that asks who is signed in."""
        return environ(me_path(self.slug), self.headers)


@contextmanager
def signed_in_subjects(options: Options) -> Iterator[list[Subject]]:
    """The subjects, the baseline first. The lab knows the baseline inside the block."""
    extend_lifetimes()
    user = new_user()
    baseline = Baseline(lab_realm())
    with serving(baseline):
        yield [sign_in(strategy, user) for strategy in (baseline, *_wanted(options))]


@contextmanager
def no_user_row_subject() -> Iterator[Subject]:
    """One more subject. The lab knows it inside the block."""
    strategy = NoUserRow(lab_realm())
    try:
        with serving(strategy):
            yield sign_in(strategy, new_user())
    finally:
        strategy.close()


def extend_lifetimes() -> None:
    """Make this process's tokens outlive the run. To be called before the first is issued."""
    settings.ACCESS_TOKEN_LIFETIME = settings.LAB_LIFETIME = _LIFETIME


def _wanted(options: Options) -> Iterator[Strategy]:
    """The lab's instances of the strategies to measure.

    Not of those whose every request needs a new proof: to make it would be measured, too.
    """
    for found in strategies:
        instance = find_strategy(found.slug)
        if instance is not None and options.wants(found.slug) and not found.bound:
            yield instance


def new_user() -> User:
    """A throwaway user of the lab."""
    return create_lab_user(uuid.uuid4()).user


def sign_in(strategy: Strategy, user: User) -> Subject:
    """Make a login without checking a password, whose hash would outweigh everything else."""
    login = begin_login(user, strategy)
    return Subject(strategy, login, strategy.issue(login))
