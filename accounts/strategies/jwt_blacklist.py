"""A blacklist beside simplejwt's default: what people write."""

import uuid

from accounts.models import EndReason, Login, User, blacklist_login
from accounts.strategies._base import Expected, Outcome, Refused, Rows
from accounts.strategies._blacklist import LISTED, is_listed
from accounts.strategies._rows import blacklist_rows
from accounts.strategies._simplejwt import SimplejwtStrategy, sid_of
from accounts.tokens.simplejwt import Token


class JwtBlacklist(SimplejwtStrategy):
    """Check the signature, look the token up in a blacklist, then read the user's row.

    Logging out writes the login's id (``sid``) into a table, and every request asks whether its
    token or its login is in there. That resolves invalidation, at the price of a second query: now
    a request costs as many as Django's session does.

    Only what somebody writes into the table counts. Whoever changes a password has to think of
    blacklisting the other logins too: here, as with simplejwt's own blacklist, nobody does.
    """

    slug = "jwt-blacklist"
    title = "JWT + blacklist"
    subtitle = "signature and user + look-up by jti and sid"
    checks = "Signed, not expired, not on the blacklist, and the user is active"
    when_to_use = (
        "When you use simplejwt already and want a log-out to count without writing SQL. It costs "
        "two queries, as many as the session it was to replace."
    )
    order = 140
    expects = {
        "password-change": Expected(Outcome.ACCEPTED),
        **SimplejwtStrategy.expects,
    }

    def look_up(self, token: Token) -> Refused | None:
        """One more query, before the user's: is the token or its login on the list."""
        return LISTED if is_listed(uuid.UUID(hex=token["jti"]), sid_of(token)) else None

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login: every token it was ever given."""
        blacklist_login(login, reason=EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Blacklist each live login of the user."""
        for login in Login.objects.live().filter(user=user):
            blacklist_login(login, reason=EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return blacklist_rows(login)
