"""Django's default session."""

from collections.abc import Iterator, Sequence

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Login, User
from accounts.strategies import _session
from accounts.strategies._base import Accepted, Credential, Family, Holding, Refused, Strategy
from accounts.tracing import mask


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
    asks = "The session row is there, and its user is active"
    rank = 10

    def issue(self, login: Login) -> Credential:
        """Django's ``login()``."""
        return _session.start(SessionStore, login, self.realm.login_lifetime)

    def check(self, credential: str) -> Accepted | Refused:
        """Django's ``get_user()``: two queries."""
        return _session.judge(
            SessionStore, credential, "The row is gone, so the id means nothing"
        )

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the row of the key that was sent."""
        SessionStore(credential).delete()

    def revoke_all(self, user: User) -> None:
        """Read all sessions, delete the user's."""
        for row in _sessions_of(user):
            row.delete()

    def holdings(self, login: Login, credential: str) -> Sequence[Holding]:
        """The row of the key, if it is still there."""
        return [
            Holding(
                Session._meta.db_table,
                {
                    "session_key": mask(row.session_key),
                    "session_data": f"{len(row.session_data)} characters, signed",
                    "expire_date": f"{row.expire_date:%Y-%m-%d %H:%M:%S}",
                },
            )
            for row in Session.objects.filter(session_key=credential)
        ]


def _sessions_of(user: User) -> Iterator[Session]:
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if row.get_decoded().get(SESSION_KEY) == str(user.pk):
            yield row
