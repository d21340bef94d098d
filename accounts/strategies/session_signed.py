"""Django's sessions in a signed cookie."""

from typing import Any

from django.contrib.sessions.backends import signed_cookies
from django.core import signing

from accounts.models import Login
from accounts.strategies import _session
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy
from accounts.strategies._expected import Expected, Outcome
from accounts.tokens.realm import Realm
from accounts.tracing.recorder import step

_INVALID = Refused(
    "check signature", "session_missing", "The signature does not hold, or it is too old"
)


class SessionStore(_session.RealmSession, signed_cookies.SessionStore):
    """Django's engine; where it signs and verifies, it is given a realm's keys."""

    def load(self) -> dict[str, Any]:
        """The data in the cookie itself; empty when the signature does not hold."""
        try:
            with step("verify signature", kind="crypto"):
                found = signing.loads(
                    self.session_key or "",
                    serializer=self.serializer,
                    max_age=self.get_session_cookie_age(),
                    salt=signed_cookies.__name__,
                    **self.signed_with,
                )
        except (signing.BadSignature, ValueError):
            self.create()
            return {}
        return dict(found)

    def _get_session_key(self) -> str:
        return signing.dumps(
            self._session,  # type: ignore[attr-defined]
            key=self.signed_with["key"],
            compress=True,
            salt=signed_cookies.__name__,
            serializer=self.serializer,
        )


class SessionSigned(Strategy):
    """Django's ``signed_cookies``: the session is in the cookie, and the server keeps nothing.

    A cookie session with the properties of a JWT. The signature proves that the server wrote the
    cookie, and the user's row is read for every request, so a disabled account and a new password
    are noticed: Django puts a digest of the password's hash into the session.

    Logging out deletes the browser's cookie, and that is all it can do. A copy goes on until it is
    too old: invalidation is no question of cookie or token, but of whether the server keeps a row.
    """

    slug = "session-signed"
    title = "Signed cookie"
    subtitle = "signed_cookies"
    family = Family.SESSION
    checks = "Signed, not too old, the same password, and the user is active"
    when_to_use = (
        "When there is nothing to log out of: a preference, a basket. Not for a login that "
        "somebody may have to end."
    )
    order = 30
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._sessions = _session.DjangoSessions(SessionStore, realm)

    def issue(self, login: Login) -> Credential:
        """Django's ``login()``: the cookie is the session."""
        return self._sessions.start(login)

    def check(self, credential: str) -> Accepted | Refused:
        """Django's ``get_user()``: one query, the user."""
        return self._sessions.judge(credential, missing=_INVALID, unreadable=_INVALID)

    def reissue(self, login: Login, credential: str) -> Credential:
        """Django's ``update_session_auth_hash()``: a new cookie with the new digest."""
        return self._sessions.restart(login, credential)
