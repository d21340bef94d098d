"""The family base of Django's own sessions: one engine, used as Django uses it."""

import re
import uuid
from typing import ClassVar

from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, get_user, update_session_auth_hash
from django.contrib.auth import login as django_login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Login, User
from accounts.models.session_keys import session_keys_of
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._django_engines import RealmSession
from accounts.tokens.realm import Realm

LOGIN = "login"
_KEY = re.compile(r"[\w.:=-]{8,4096}", re.ASCII)
# As Django's ``login()`` writes it into a session; former ones stay readable.
_BACKEND = "accounts.site.backends.SiteBackend"
_FORMER_BACKENDS = ("accounts.backends.LabBackend", "accounts.site.backends.LabBackend")
_CHANGED = Refused(
    "compare password hash",
    "password_changed",
    "The session was made with another password, or under another key",
)
_INACTIVE = Refused("load user", "user_inactive", "The account is disabled or gone")


class DjangoSessionStrategy(Strategy):
    """Django's ``login()`` and ``get_user()``: what is asked, and what it costs, is Django's."""

    family = Family.SESSION
    in_cookie = True
    #: Django's session engine; the instance signs with the keys of its realm.
    engine: type[SessionBase]
    #: The verdict on a key that names no session.
    missing: ClassVar[Refused]
    #: The verdict on a session whose data cannot be read.
    unreadable: ClassVar[Refused] = Refused(
        "check signature",
        "session_unreadable",
        "The session was signed with a key that is not known",
    )

    def __init__(self, realm: Realm) -> None:
        bases = (
            (self.engine,) if issubclass(self.engine, RealmSession) else (RealmSession, self.engine)
        )
        # Django salts signatures with this name.
        self.engine = type("SessionStore", bases, {"realm": realm})
        super().__init__(realm)
        self._keys = [key.secret for key in realm.keyring]

    def issue(self, login: Login) -> Credential:
        """Django's ``login()``."""
        session = self.engine(None)
        with session_keys_of(self._keys):
            django_login(_request(session), login.user, backend=_BACKEND)
        session[LOGIN] = login.id.hex
        session.set_expiry(login.expires)
        session.save()
        return _credential(session)

    def check(self, credential: str) -> Accepted | Refused:
        """Django's ``get_user()``."""
        if not _KEY.fullmatch(credential):  # a driver may raise at what no engine ever made
            return self.missing
        session = self.engine(credential)
        if session.get(SESSION_KEY) is None:
            return self.missing if session.session_key is None else self.unreadable
        login_id = session.get(LOGIN)
        if session.get(BACKEND_SESSION_KEY) in _FORMER_BACKENDS:
            session[BACKEND_SESSION_KEY] = _BACKEND
        with session_keys_of(self._keys):
            user = get_user(_request(session))
        if isinstance(user, User):
            known = uuid.UUID(login_id) if login_id else None
            return Accepted(user, user.role, known, replacement=_renewed(session))
        # get_user() flushes a session whose password hash differs.
        return _CHANGED if session.session_key is None else _INACTIVE

    def reissue(self, login: Login, credential: str) -> Credential:
        """Django's ``update_session_auth_hash()``: the same session under a new key."""
        session = self.engine(credential)
        request = _request(session)
        request.user = login.user
        with session_keys_of(self._keys):
            update_session_auth_hash(request, login.user)
        session.save()
        return _credential(session)

    def delete(self, key: str) -> None:
        """Django's ``logout()``: delete what the key names."""
        self.engine(key).delete()

    def keys_of_user(self, user: User) -> list[str]:
        """The keys of a user's sessions: Django keeps no list, so all live ones are read."""
        live = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        decode = self.engine().decode
        return [
            row.session_key
            for row in live
            if decode(row.session_data).get(SESSION_KEY) == str(user.pk)
        ]


def _renewed(session: SessionBase) -> Credential | None:
    """The new key of a session that ``get_user()`` found signed with a retired key."""
    if not session.modified:
        return None
    session.save()
    return _credential(session)


def _credential(session: SessionBase) -> Credential:
    return Credential(session.session_key or "", session.get_expiry_date())


def _request(session: SessionBase) -> HttpRequest:
    request = HttpRequest()
    request.session = session
    request.user = AnonymousUser()
    return request
