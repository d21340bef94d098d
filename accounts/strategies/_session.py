"""Django's own session engines, used as Django uses them: shared by the strategies around them."""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, SESSION_KEY, get_user, update_session_auth_hash
from django.contrib.auth import login as django_login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Login, User
from accounts.models.session_keys import session_keys_of
from accounts.strategies._base import Accepted, Credential, Refused, StoredRow
from accounts.tokens.realm import Realm
from accounts.tracing.redaction import mask

_KEY = re.compile(r"[\w.:=-]{8,4096}", re.ASCII)
LOGIN = "login"
# As Django's ``login()`` writes it into a session; former ones stay readable.
BACKEND = "accounts.site.backends.SiteBackend"
_FORMER_BACKENDS = ("accounts.backends.LabBackend", "accounts.site.backends.LabBackend")
UNREADABLE = Refused(
    "check signature", "session_unreadable", "The session was signed with a key that is not known"
)
CHANGED = Refused(
    "compare password hash",
    "password_changed",
    "The session was made with another password, or under another key",
)
INACTIVE = Refused("load user", "user_inactive", "The account is disabled or gone")


class RealmSession(SessionBase):
    """Mixed into an engine of Django's: the keys and the lifetime of a realm.

    They stand in for ``SECRET_KEY`` and ``SESSION_COOKIE_AGE``, by parameters and a hook that
    Django has for it. What the engine does for a request stays Django's.
    """

    realm: Realm

    @property
    def signed_with(self) -> dict[str, Any]:
        """The keys, as the functions of ``django.core.signing`` take them."""
        first, *retired = secrets(self.realm)
        return {"key": first, "fallback_keys": retired}

    def get_session_cookie_age(self) -> int:
        """Seconds."""
        return int(self.realm.login_lifetime.total_seconds())

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Serialize and sign the data of a session, as Django does."""
        return signing.dumps(
            session_dict,
            key=self.signed_with["key"],
            salt=self.key_salt,
            serializer=self.serializer,
            compress=True,
        )

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The data; empty when the signature does not hold."""
        try:
            found = signing.loads(
                str(session_data),
                salt=self.key_salt,
                serializer=self.serializer,
                **self.signed_with,
            )
        except (signing.BadSignature, ValueError):
            return {}
        return dict(found)


def secrets(realm: Realm) -> list[bytes]:
    """The raw keys of a realm."""
    return [key.secret for key in realm.keyring]


class DjangoSessions:
    """Sessions of one engine in one realm."""

    def __init__(self, engine: type[SessionBase], realm: Realm) -> None:
        bases = (engine,) if issubclass(engine, RealmSession) else (RealmSession, engine)
        # Django salts signatures with the class's name.
        members = {"realm": realm, "__qualname__": engine.__qualname__}
        self.engine = type(engine.__name__, bases, members)
        self._keys = secrets(realm)

    def start(self, login: Login) -> Credential:
        """Log a user in as Django's own ``login()`` does, and save the session."""
        session = self.engine(None)
        with session_keys_of(self._keys):
            django_login(_request(session), login.user, backend=BACKEND)
        session[LOGIN] = login.id.hex
        session.set_expiry(login.expires)
        session.save()
        return self._credential(session)

    def restart(self, login: Login, key: str) -> Credential:
        """Keep a session whose user's password changed, as ``update_session_auth_hash()`` does."""
        session = self.engine(key)
        request = _request(session)
        request.user = login.user
        with session_keys_of(self._keys):
            update_session_auth_hash(request, login.user)
        session.save()
        return self._credential(session)

    def judge(
        self, key: str, *, missing: Refused, unreadable: Refused = UNREADABLE
    ) -> Accepted | Refused:
        """Who ``get_user()`` says it is; ``missing`` is the answer when there is no session."""
        if not _KEY.fullmatch(key):  # a driver may raise at what no engine ever made
            return missing
        session = self.engine(key)
        if session.get(SESSION_KEY) is None:
            return missing if session.session_key is None else unreadable
        login_id = session.get(LOGIN)
        if session.get(BACKEND_SESSION_KEY) in _FORMER_BACKENDS:
            session[BACKEND_SESSION_KEY] = BACKEND
        with session_keys_of(self._keys):
            user = get_user(_request(session))
        if isinstance(user, User):
            known = uuid.UUID(login_id) if login_id else None
            return Accepted(user, user.role, known, replacement=self._renewed(session))
        # get_user() flushes a session whose password hash differs.
        return CHANGED if session.session_key is None else INACTIVE

    def delete(self, key: str) -> None:
        """Django's ``logout()``: delete what the key names."""
        self.engine(key).delete()

    def _renewed(self, session: SessionBase) -> Credential | None:
        """The new key of a session that ``get_user()`` found signed with a retired key."""
        if not session.modified:
            return None
        session.save()
        return self._credential(session)

    def _credential(self, session: SessionBase) -> Credential:
        return Credential(session.session_key or "", session.get_expiry_date())

    def of(self, user: User) -> list[str]:
        """The keys of a user's sessions: Django keeps no list, so all live ones are read."""
        live = Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        decode = self.engine().decode
        return [
            row.session_key
            for row in live
            if decode(row.session_data).get(SESSION_KEY) == str(user.pk)
        ]


def _request(session: SessionBase) -> HttpRequest:
    request = HttpRequest()
    request.session = session
    request.user = AnonymousUser()
    return request


def rows(key: str) -> Sequence[StoredRow]:
    """The row of a key in Django's table, if it is still there."""
    return [
        StoredRow(
            Session._meta.db_table,
            {
                "session_key": mask(row.session_key),
                "session_data": f"{len(row.session_data)} characters, signed",
                "expire_date": f"{row.expire_date:%Y-%m-%d %H:%M:%S}",
            },
        )
        for row in Session.objects.filter(session_key=key)
    ]
