"""A strategy as one server process has it: what the tests of strategies log in to."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings
from django.test.utils import override_settings

from accounts.lab.users import LabUser, begin_login, sign_in
from accounts.models import Login
from accounts.strategies import Accepted, Credential, Refused, Strategy
from accounts.tokens.possession import proving
from accounts.tokens.proofs import ProofKey

Process = Callable[..., Strategy]
KEY = ProofKey()  # of every device


def with_key(
    strategy: Strategy, token: str = "", key: ProofKey = KEY
) -> AbstractContextManager[None]:
    """What a device asks in the block comes with a proof, where the strategy binds to a key."""
    return proving(key if strategy.bound else None, strategy.realm, token)


def log_in(strategy: Strategy, lab_user: LabUser) -> tuple[Login, Credential]:
    """Log in a device of the visitor's."""
    user = sign_in(lab_user.user.username, lab_user.password)
    login = begin_login(user, strategy)
    with with_key(strategy):
        return login, strategy.issue(login)


def is_accepted(strategy: Strategy, credential: Credential) -> bool:
    """Whether a process accepts what a device sends."""
    with with_key(strategy, credential.value):
        return isinstance(strategy.check(credential.value), Accepted)


def code(verdict: Accepted | Refused | Credential) -> str:
    """Why not, for programs."""
    assert isinstance(verdict, Refused)
    return verdict.code


@contextmanager
def sharing(address: str) -> Iterator[None]:
    """With a shared cache at an address for the whole site, as where ``CACHE_URL`` names one."""
    found = {"BACKEND": "accounts.tracing.cache.TracedRedisCache", "LOCATION": address}
    named = {name: {**found, "KEY_PREFIX": name} for name in ("lab", settings.SHARED_CACHE)}
    with override_settings(CACHES={"default": found, **named}, SESSION_CACHE_ALIAS="lab"):
        yield
