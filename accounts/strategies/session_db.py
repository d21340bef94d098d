"""Django's default session."""

from collections.abc import Sequence

from django.contrib.sessions.backends.db import SessionStore

from accounts.models import Login, User
from accounts.strategies import _session
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.tokens.realm import Realm

_GONE = Refused(
    "load session", "session_missing", "The row is gone or expired, so the id means nothing"
)


class SessionDb(Strategy):
    """Django as it comes: a row in ``django_session``, then the user's row.

    The cookie holds 32 random characters that mean nothing by themselves. For every request Django
    reads the row of that key, which names the user, and then the user. Logging out deletes the row.

    Django keeps no list of a user's sessions, so logging out everywhere means reading every live
    session of everybody and deleting those that turn out to be this user's.
    """

    slug = "session-db"
    title = "Database row"
    subtitle = "Django's default"
    family = Family.SESSION
    checks = "The session row is there, and its user is active"
    when_to_use = (
        "When Django's sessions are all you need. There is nothing to build, every log-out counts "
        "at once, and two look-ups by key are seldom what makes a page slow."
    )
    order = 10

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._sessions = _session.DjangoSessions(SessionStore, realm)

    def issue(self, login: Login) -> Credential:
        """Django's ``login()``."""
        return self._sessions.start(login)

    def check(self, credential: str) -> Accepted | Refused:
        """Django's ``get_user()``: two queries."""
        return self._sessions.judge(credential, missing=_GONE)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the row of the key that was sent."""
        self._sessions.delete(credential)

    def revoke_all(self, user: User) -> None:
        """Read all sessions, delete the user's."""
        for key in self._sessions.of(user):
            self._sessions.delete(key)

    def reissue(self, login: Login, credential: str) -> Credential:
        """Django's ``update_session_auth_hash()``: the same session under a new key."""
        return self._sessions.restart(login, credential)

    def stored_rows(self, login: Login, credential: str) -> Sequence[StoredRow]:
        """The row of the key, if it is still there."""
        return _session.rows(credential)
