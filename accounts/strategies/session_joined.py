"""The site's own cookie session, and the session engine behind it (``SESSION_ENGINE``).

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import EndReason, Login, Session, User
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._joined import Statement, fetch, judge, statement, table
from accounts.tokens.realm import Realm, site_realm
from accounts.tracing.recorder import step
from accounts.tracing.redaction import mask

_GONE = Refused("load session", "session_missing", "The row is gone, so the id means nothing")
_EXPIRED = Refused("load session", "session_expired", "The session has expired")
_UNUSED = Refused("load login", "login_unused", "This login was not used for too long")


@cache
def _question() -> Statement:
    """Parameters: now, the last moment of a use that is too long ago, the digest."""
    return statement(
        f"{table(Session)} s LEFT JOIN {table(Login)} l ON l.id = s.login_id "
        f"LEFT JOIN {table(User)} u ON u.id = l.user_id WHERE s.digest = %s",
        ", s.data AS session_data, s.expires <= %s AS session_expired,"
        " l.last_seen <= %s AS login_unused",
    )


class SessionStore(SessionBase):
    """Sessions whose row is read together with its login and its user, in one query.

    The cookie holds the key, the row a keyed digest of it. ``user`` is who the session belongs to;
    ``verdict`` says why it is refused. A session without a login (nobody signed in) works too.
    """

    def __init__(self, session_key: str | None = None, realm: Realm | None = None) -> None:
        super().__init__(session_key)
        self._realm = realm
        self.user: User | AnonymousUser = AnonymousUser()
        self.login_id: uuid.UUID | None = None
        self.verdict: Accepted | Refused = _GONE

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
            self.verdict = _judge(row)
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
            row = fetch(_question(), now, now - settings.SESSION_IDLE, digest)
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

        Who can write to this table can write to that of the users.
        """
        data: bytes = self.serializer().dumps(session_dict)
        return data.decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The data of a row; none where it cannot be read."""
        try:
            found = self.serializer().loads(str(session_data).encode())
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def exists(self, session_key: str) -> bool:
        """Whether a row has this key."""
        return self._rows(session_key).exists()

    def _rows(self, session_key: str | None) -> "QuerySet[Session]":
        return Session.objects.filter(digest__in=self._digests(session_key))

    def create(self) -> None:
        """Write a row under a new key; the login, if any, moves to it."""
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002  (Django's)
        """Write the row.

        Raises:
            UpdateError: the row was deleted meanwhile; it is not brought back to life.
        """
        if self.session_key is None:
            return self.create()
        session = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        data = self.encode(session)
        values = {"login_id": self.login_id, "data": data, "expires": self.get_expiry_date()}
        with transaction.atomic():
            if must_create:
                self._insert(self._digests(self.session_key)[0], values)
            elif not self._rows(self.session_key).update(**values):
                raise UpdateError
        return None

    def _insert(self, digest: uuid.UUID, values: dict[str, Any]) -> None:
        if self.login_id is not None:
            # A login has one session: its key was cycled, and the old one must not work on.
            Session.objects.filter(login_id=self.login_id).delete()
        try:
            with transaction.atomic():
                Session.objects.create(digest=digest, **values)
        except IntegrityError as error:
            raise CreateError from error

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


def _judge(row: Any) -> Accepted | Refused:
    verdict = judge(row)
    return _UNUSED if row.login_unused and isinstance(verdict, Accepted) else verdict


class SessionJoined(Strategy):
    """A session row joined to its login and its user: everything in one query.

    The cookie holds a random key, and the database only a keyed digest of it: who reads the table
    cannot replay a row. Logging out deletes the row, so the key means nothing from then on. Logging
    out everywhere raises one counter on the user row, which the same query compares, so no device
    has to be looked for.

    This is the cookie session of this site.
    """

    slug = "session-joined"
    title = "One-query row"
    subtitle = "session joined to user"
    family = Family.SESSION
    checks = "The session row, its login and its user all hold"
    when_to_use = (
        "When browsers are the clients. One query, every login can be ended by itself, and the "
        "table holds no key that could be replayed."
    )
    order = 40

    def _store(self, key: str | None = None) -> SessionStore:
        return SessionStore(key, realm=self.realm)

    def issue(self, login: Login) -> Credential:
        """A new row under a new random key."""
        store = self._store()
        store.bind(login)
        store.set_expiry(login.expires)
        store.create()
        return Credential(store.session_key or "", login.expires)

    def check(self, credential: str) -> Accepted | Refused:
        """One query: the session, its login, its user."""
        store = self._store(credential)
        with step("load session", kind="parse"):
            store.accessed = bool(store.keys())
        return store.verdict

    def revoke(self, login: Login, credential: str = "") -> None:
        """End the login, and delete the row of the key that was sent."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)
        self._store(credential).delete()

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The session row, if it is still there."""
        return [
            StoredRow(Session._meta.db_table, _shown(row.digest, row.expires))
            for row in Session.objects.filter(login=login)
        ]


def _shown(digest: uuid.UUID, expires: datetime) -> dict[str, str]:
    return {"digest": mask(digest.hex), "expires": f"{expires:%Y-%m-%d %H:%M:%S}"}
