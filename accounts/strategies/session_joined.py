"""The site's own cookie session. Django finds its engine here (``SESSION_ENGINE``)."""

from accounts.models import EndReason, Login, Session, User
from accounts.strategies._base import Accepted, Credential, Family, Refused, Rows, Strategy
from accounts.strategies._engine import SessionStore
from accounts.strategies._joined import UNFORGEABLE
from accounts.strategies._rows import shown
from accounts.tracing.recorder import step

__all__ = ["SessionJoined", "SessionStore"]


class SessionJoined(Strategy):
    """A session row joined to its login and its user: everything in one query.

    The cookie holds a random key, and the database only a keyed digest of it: who reads the table
    cannot replay a row. Logging out deletes the row, so the key means nothing from then on. Logging
    out everywhere raises one counter on the user row, which the same query compares, so no device
    has to be looked for.

    This is the cookie session of this site.
    """

    slug = "session-joined"
    title = "Session in one query"
    subtitle = "session and user read together"
    family = Family.SESSION
    in_cookie = True
    checks = "The session row, its login and its user all hold"
    when_to_use = (
        "When browsers are the clients. One query, every login can be ended by itself, and the "
        "table holds no key that could be replayed."
    )
    order = 40
    expects = UNFORGEABLE

    def issue(self, login: Login) -> Credential:
        store = SessionStore(realm=self.realm)
        store.bind(login)
        store.set_expiry(login.expires)
        store.create()
        return Credential(store.session_key or "", login.expires)

    def check(self, credential: str) -> Accepted | Refused:
        store = SessionStore(credential, realm=self.realm)
        with step("load session", kind="parse"):
            store.accessed = bool(store.keys())  # one query
        return store.verdict

    def revoke(self, login: Login, credential: str = "") -> None:
        """End the login, and delete the row of the key that was sent."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)
        SessionStore(realm=self.realm).delete(credential)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return shown(Session.objects.filter(login=login), "digest", "expires")
