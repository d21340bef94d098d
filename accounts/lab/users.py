"""The fence around the lab: throwaway users, strategies of the lab's own realm, the thief's pocket.

The lab's strategies are weak on purpose. They know only throwaway users, sign with their own key
and audience, use their own cookies, and nothing that they issue is accepted outside ``/api/lab/``.
"""

import base64
import json
import os
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import httpx
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts import conf
from accounts.models import LAB_HASHER, Login, Role, User, login_begin
from accounts.strategies import Family, Strategy, strategies
from accounts.tokens.realm import lab_realm

PATH = "/api/lab/"


class LabRefused(Exception):
    """No throwaway user has this name and password."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A throwaway user and its password, which only the visitor is told."""

    user: User
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Loot:
    """What the thief copied: a credential of a strategy, its login, and the visitor who plays."""

    slug: str
    login_id: uuid.UUID | None
    credential: str = field(repr=False)
    visitor: uuid.UUID | None = None


def visit(visitor: uuid.UUID) -> Visit:
    """Make a throwaway user. Its random password needs no slow hash: there is nothing to guess."""
    password = secrets.token_urlsafe(16)
    user = User.objects.create(
        username=f"lab-{secrets.token_hex(6)}",
        password=make_password(password, hasher=LAB_HASHER),
        visitor=visitor,
        role=Role.EDITOR,
    )
    return Visit(user, password)


def sign_in(username: str, password: str) -> User:
    """Check the name and password of a throwaway user.

    Raises:
        LabRefused: there is none such.
    """
    # An older one may be pruned at any moment: a login must not begin while its user goes.
    since = timezone.now() - conf.lab_lifetime()
    known = User.objects.filter(visitor__isnull=False, date_joined__gt=since, is_active=True)
    user = known.filter(username=username).first()
    if user is None or not check_password(password, user.password):
        raise LabRefused
    return user


def begin(user: User, strategy: Strategy) -> Login:
    """A login of a throwaway user; no address and no user agent are kept."""
    return login_begin(user, strategy=strategy.slug, lifetime=strategy.realm.login_lifetime)


def change_password(login: Login) -> str:
    """Give the user of a login a new random password, which ends its other logins.

    As the site does it: the login that made the change stays.

    Raises:
        PasswordReplaced: another device did it at the same moment, which ended this one's login.
    """
    password = secrets.token_urlsafe(16)
    login.user.change_password(password, keep=login.pk)
    login.refresh_from_db(fields=["token_version"])
    return password


# --- Strategies -------------------------------------------------------------------------------

_playing: ContextVar[dict[str, Strategy] | None] = ContextVar("playing", default=None)


# One instance per process: state lives on it, and two must not be made at the same time.
_made: dict[str, Strategy] = {}
_making = Lock()


def _instance(slug: str) -> Strategy:
    return _made.get(slug) or _make(slug)


def _make(slug: str) -> Strategy:
    with _making:
        if slug not in _made:
            _made[slug] = strategies[slug](lab_realm())
        return _made[slug]


def close_strategies() -> None:
    """Close this process's instances; they are made again when they are needed."""
    with _making:
        while _made:
            _made.popitem()[1].close()


# What a process that was forked off found, and leaves alone: connections and threads of its parent.
_of_parent: list[dict[str, Strategy]] = []


def _leave_to_parent() -> None:
    # Kept, because collecting an instance would close what its parent still uses.
    _of_parent.append(dict(_made))
    _made.clear()
    _making.release()


os.register_at_fork(
    before=_making.acquire, after_in_parent=_making.release, after_in_child=_leave_to_parent
)


@receiver(setting_changed)
def _forget(**kwargs: object) -> None:
    close_strategies()


def strategy(slug: str) -> Strategy | None:
    """This process's instance of a strategy, or the one that a scenario plays; None if unknown."""
    playing = _playing.get()
    if playing is not None and slug in playing:
        return playing[slug]
    return _instance(slug) if slug in strategies else None


@contextmanager
def playing(instance: Strategy) -> Iterator[None]:
    """Judge the requests of this context by an instance with keys and clocks of its own.

    No request from outside can ask for it: it lives in a context variable of the caller.
    """
    token = _playing.set({**(_playing.get() or {}), instance.slug: instance})
    try:
        yield
    finally:
        _playing.reset(token)


def cookie_name(slug: str) -> str:
    """The cookie of a session strategy in the lab."""
    return f"lab-{slug}" if settings.DEMO else f"__Secure-lab-{slug}"


def cookie_path(slug: str) -> str:
    """Where that cookie is sent: nowhere else on the site."""
    return f"{PATH}{slug}/"


# --- The thief --------------------------------------------------------------------------------


def _safe() -> Fernet:
    key = lab_realm().digest("the thief's pocket").bytes
    return Fernet(base64.urlsafe_b64encode(key + lab_realm().digest("second half").bytes))


def seal(loot: Loot) -> str:
    """Encrypt a copied credential, so that a script can hold it and not read an HttpOnly cookie."""
    ids = [known.hex if known else None for known in (loot.login_id, loot.visitor)]
    return _safe().encrypt(json.dumps([loot.slug, loot.credential, *ids]).encode()).decode()


def unseal(sealed: str) -> Loot | None:
    """What was sealed within the lab's lifetime; None for anything else."""
    try:
        opened = _safe().decrypt(sealed.encode(), ttl=int(conf.lab_lifetime().total_seconds()))
        slug, credential, *ids = json.loads(opened)
        login_id, visitor = (uuid.UUID(known) if known else None for known in ids)
    except (InvalidToken, ValueError):
        return None
    return Loot(slug, login_id, credential, visitor)


def replay(loot: Loot, base_url: str) -> tuple[int, Any]:
    """Send the stolen copy as a separate HTTP client; the status and the body it got."""
    with httpx.Client(transport=_transport(), base_url=base_url) as thief:
        answer = thief.get(f"{PATH}{loot.slug}/me/", headers=carried(loot.slug, loot.credential))
    return answer.status_code, answer.json()


def carried(slug: str, credential: str) -> dict[str, str]:
    """The header in which a client sends the credential."""
    if strategies[slug].family is Family.SESSION:
        return {"Cookie": f"{cookie_name(slug)}={credential}"}
    return {"Authorization": f"Bearer {credential}"}


def _transport() -> httpx.WSGITransport:
    return httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION))
