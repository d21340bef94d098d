"""A random bearer token: neither session nor JWT."""

import secrets

from accounts.models import EndReason, Login, User
from accounts.strategies._base import Accepted, Credential, Family, Refused, Rows, Strategy
from accounts.strategies._joined import UNFORGEABLE, fetch_verdict, login_query, table
from accounts.strategies._rows import login_rows
from accounts.tracing.recorder import step

_QUERY = login_query(
    f"{table(Login)} l JOIN {table(User)} u ON u.id = l.user_id WHERE l.digest = %s"
)
_UNKNOWN = Refused("load login", "token_unknown", "No login has this token")


class Opaque(Strategy):
    """256 random bits as a bearer token; the database keeps its digest beside the login.

    Sent like a JWT and looked up like a session. Nothing can be read from it, nothing has to be
    verified, and one query finds the login and its user by the digest. Whoever wants tokens that
    can be revoked, and one database, needs no signature.
    """

    slug = "opaque"
    title = "Random token"
    subtitle = "its digest and user read together"
    family = Family.OPAQUE
    checks = "A login has this token's digest, and its user is active"
    when_to_use = (
        "When API clients need a bearer token and the server that checks it is yours. Nothing to "
        "decode, nothing to verify, ended like a session."
    )
    order = 210
    expects = UNFORGEABLE

    def issue(self, login: Login) -> Credential:
        """A new random token; the login's row gets its digest."""
        token = secrets.token_urlsafe(32)
        Login.objects.filter(pk=login.pk).update(digest=self.realm.digest(token))
        return Credential(token, login.expires)

    def check(self, credential: str) -> Accepted | Refused:
        """One query: the login of this digest, and its user."""
        with step("digest token", kind="parse"):
            digests = self.realm.digests(credential)
        for digest in digests:  # the second one, if any, is under a secret that was rotated away
            if verdict := fetch_verdict(_QUERY, digest):
                return verdict
        return _UNKNOWN

    def revoke(self, login: Login, credential: str = "") -> None:
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return login_rows(login, "digest")
