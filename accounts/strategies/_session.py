"""Django's own session engines, used as Django uses them: shared by the strategies around them."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import SESSION_KEY, get_user
from django.contrib.auth import login as django_login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.models import Login
from accounts.strategies._base import Accepted, Credential, Refused

LOGIN = "login"
BACKEND = "accounts.backends.LabBackend"
Engine = Callable[[str | None], SessionBase]


def _request(session: SessionBase) -> HttpRequest:
    request = HttpRequest()
    request.session = session
    request.user = AnonymousUser()
    return request


def start(engine: Engine, login: Login, lifetime: timedelta) -> Credential:
    """Log a user in as Django's own ``login()`` does, and save the session."""
    session = engine(None)
    django_login(_request(session), login.user, backend=BACKEND)
    session[LOGIN] = login.id.hex
    session.set_expiry(lifetime)
    session.save()
    return Credential(session.session_key or "", login.expires)


def judge(engine: Engine, key: str, missing: str) -> Accepted | Refused:
    """Who ``get_user()`` says it is; ``missing`` is the reason when there is no session."""
    session = engine(key)
    user_id = session.get(SESSION_KEY)
    if user_id is None:
        return Refused("load session", "session_missing", missing)
    login_id = session.get(LOGIN)
    user = get_user(_request(session))
    if not isinstance(user, AnonymousUser):
        return Accepted(user, user.role, uuid.UUID(login_id) if login_id else None)
    if session.session_key is None:  # get_user() flushes a session whose password hash differs
        return Refused(
            "compare password hash", "password_changed", "The password behind this session changed"
        )
    return Refused("load user", "user_inactive", "The account is disabled or gone")
