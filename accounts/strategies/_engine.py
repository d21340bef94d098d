"""The session engine behind ``session-joined``, which carries the cookie logins of the site.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import (
    VALID_KEY_CHARS,
    CreateError,
    SessionBase,
    UpdateError,
)
from django.db import IntegrityError, connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Login, Session, User
from accounts.models.binding import bind
from accounts.strategies._base import Accepted, Refused, verdict_of
from accounts.strategies._joined import fetch_user_with_login, login_query, table
from accounts.tokens.realm import Realm, site_realm

_GONE = Refused(
    "load session", "session_missing", "The row is gone: the cookie is just a random number"
)
_EXPIRED = Refused("load session", "session_expired", "The session has expired")
_UNUSED = Refused("load login", "login_unused", "This login was not used for too long")

# Parameters: now, the last moment of a use that is too long ago, the digest.
_QUERY = login_query(
    f"{table(Session)} s LEFT JOIN {table(Login)} l ON l.id = s.login_id "
    f"LEFT JOIN {table(User)} u ON u.id = l.user_id WHERE s.digest = %s",
    ", s.data AS session_data, s.expires <= %s AS session_expired,"
    " l.last_seen <= %s AS login_unused",
)

# A login has one session: under a new key, the old one must not work on.
_INSERT = (
    f"INSERT INTO {table(Session)} (digest, login_id, data, expires) "  # noqa: S608 - our own text
    "VALUES (%s, %s, %s, %s) ON CONFLICT (login_id) DO UPDATE "
    "SET digest = excluded.digest, data = excluded.data, expires = excluded.expires"
)
_KEY_LENGTH = 32  # as Django's: 165 random bits


class SessionStore(SessionBase):
    """Sessions whose row is read together with its login and its user, in one query.

    The cookie holds the key, the row a keyed digest of it. A session without a login (nobody signed
    in) works too.
    """

    #: Whom the session belongs to.
    user: User | AnonymousUser
    #: Which login it carries, if any.
    login_id: uuid.UUID | None = None
    #: Whether that login goes on, or why it does not.
    verdict: Accepted | Refused = _GONE
    #: Whether somebody has changed the row's data into what nobody can read.
    is_unreadable: bool = False
    #: What this store wrote last: key, login and data.
    _written: tuple[str | None, uuid.UUID | None, str] | None = None

    def __init__(self, session_key: str | None = None, realm: Realm | None = None) -> None:
        super().__init__(session_key)
        self._realm = realm
        self.user = AnonymousUser()

    @property
    def realm(self) -> Realm:
        """Whose peppers key the digests."""
        return self._realm or site_realm()

    def _digests(self, session_key: str | None) -> list[uuid.UUID]:
        return self.realm.digests(session_key or "")

    def load(self) -> dict[str, Any]:
        """The data of the session; empty, without a key, when it does not hold."""
        row = self._fetch()
        if row is not None and not row.session_expired:
            if row.login_id is None:
                return self.decode(row.session_data)
            self.verdict = _verdict_of(row)
            if isinstance(self.verdict, Accepted):
                self.user, self.login_id = row, self.verdict.login_id
                return self.decode(row.session_data)
        elif row is not None:
            self.verdict = _EXPIRED
        self._session_key = None
        return {}

    def _fetch(self) -> Any | None:
        """The row of the key: one query, but for keys from before a rotation of the secret."""
        now = timezone.now()
        for digest in self._digests(self.session_key):
            row = fetch_user_with_login(_QUERY, now, now - settings.SESSION_IDLE, digest)
            if row is not None:
                return row
        return None

    def bind(self, login: Login) -> None:
        """Make this the session of a login; written when the session is saved."""
        self.login_id = login.id
        self.user = login.user
        self.verdict = Accepted(login.user, login.user.role, login.id)
        self.modified = True

    def encode(self, session_dict: dict[str, Any]) -> str:
        """The data as the row keeps it: JSON, and not signed as Django signs it.

        Whoever can write to this table can write to the table of users too.
        """
        data: bytes = self.serializer().dumps(session_dict)
        return data.decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The data of a row; none where it cannot be read."""
        try:
            found = self.serializer().loads(str(session_data).encode())
        except ValueError:
            found = None
        self.is_unreadable = not isinstance(found, dict)
        return found if isinstance(found, dict) else {}

    def exists(self, session_key: str) -> bool:
        """Whether a row has this key."""
        return self._rows(session_key).exists()

    def _rows(self, session_key: str | None) -> "QuerySet[Session]":
        return Session.objects.filter(digest__in=self._digests(session_key))

    def create(self) -> None:
        """Write a row under a new key; the login, if any, moves to it.

        Nobody asks whether the key is taken, which no random key ever is: the table would refuse.
        """
        self._session_key = get_random_string(_KEY_LENGTH, VALID_KEY_CHARS)
        self.save(must_create=True)
        self.modified = True

    def cycle_key(self) -> None:
        """Go on under a new key. What has no row yet gets its first key when it is saved."""
        if self.session_key is not None:
            super().cycle_key()

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's)
        """Write the row, in one statement; none where this store has just written the same.

        A log-in writes it in its own transaction, and Django's middleware saves it once more.

        Raises:
            UpdateError: the row was deleted meanwhile; it is not brought back to life.
            CreateError: somebody has this key.
        """
        if self.session_key is None:
            return self.create()
        data = self.encode(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        written = (self.session_key, self.login_id, data)
        if must_create:
            self._insert(data)
        elif written != self._written:
            self._update(data)
        self._written = written
        return None

    def _insert(self, data: str) -> None:
        digest = self._digests(self.session_key)[0]
        try:
            with connection.cursor() as cursor:
                cursor.execute(_INSERT, bind(digest, self.login_id, data, self.get_expiry_date()))
        except IntegrityError as error:
            raise CreateError from error

    def _update(self, data: str) -> None:
        row = self._rows(self.session_key)
        if not row.update(login_id=self.login_id, data=data, expires=self.get_expiry_date()):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Delete a row; deleting it twice changes nothing."""
        key = session_key or self.session_key
        if key is not None:
            self._rows(key).delete()

    def flush(self) -> None:
        """Delete the row, forget the key, the data and the login."""
        super().flush()
        self.login_id = None
        self.user = AnonymousUser()

    @classmethod
    def clear_expired(cls) -> None:
        """Delete the rows that have expired (``manage.py clearsessions``)."""
        Session.objects.filter(expires__lt=timezone.now()).delete()


def _verdict_of(row: Any) -> Accepted | Refused:
    verdict = verdict_of(row)
    return _UNUSED if row.login_unused and isinstance(verdict, Accepted) else verdict
