"""Django's default session."""

from django.contrib.sessions.backends.db import SessionStore

from accounts.models import Login, User
from accounts.strategies._base import Refused, Rows
from accounts.strategies._django import DjangoSessionStrategy
from accounts.strategies._rows import django_session_rows


class SessionDb(DjangoSessionStrategy):
    """Django's default: your browser gets a random number, the server's database keeps the rest.

    The cookie holds 32 random characters that mean nothing by themselves. For every request Django
    reads the row of that key, which names the user, and then the user. Logging out deletes the row.

    Django keeps no list of a user's sessions, so logging out everywhere means reading every live
    session of everybody and deleting those that turn out to be this user's.
    """

    slug = "session-db"
    title = "Session (Django)"
    subtitle = "Django's default"
    checks = "The session row is there, and its user is active"
    when_to_use = (
        "When Django's sessions are all you need. There is nothing to build, every log-out counts "
        "at once, and two look-ups by key are seldom what makes a page slow."
    )
    order = 10
    engine = SessionStore
    missing = Refused(
        "load session", "session_missing", "The row is gone: the cookie is just a random number"
    )

    def revoke(self, login: Login, credential: str = "") -> None:
        """Django's ``logout()``: delete the row of the key that was sent."""
        self.delete(credential)

    def revoke_all(self, user: User) -> None:
        """Read all sessions, delete the user's."""
        for key in self.keys_of_user(user):
            self.delete(key)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return django_session_rows(credential)
