"""Short access tokens, and refresh tokens that are spent on use."""

from accounts.models import EndReason, Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Rows
from accounts.strategies._rows import login_rows
from accounts.strategies._strict import StrictStrategy, as_told, told_of
from accounts.tokens.codec import Claims


class JwtRotating(StrictStrategy):
    """Access tokens that nobody looks up, and a refresh token that works once.

    A request costs no query. The database is asked only when the access token has run out and the
    refresh token is spent for a new pair: one UPDATE, which only the first of two can win. So a
    log-out, a disabled account or a lost role is noticed at the next refresh, and a stolen access
    token goes on until it expires: that delay is the price you choose.

    A refresh token that was spent before and comes back means that two have it. Nobody can tell the
    thief from the owner, so the login ends. Two things look alike. Requests in parallel share their
    successor within a short grace. After a lost answer, the token gets a new one: the old is dead.
    """

    slug = "jwt-rotating"
    title = "JWT + rotated refresh"
    subtitle = "signature only + refresh token that works once"
    checks = "Signed and not expired: the database is asked when it is refreshed"
    lookup = Lookup.NOTHING
    when_to_use = (
        "When clients stay logged in for weeks, an access token that lives on for minutes does no "
        "harm, and a stolen refresh token has to be noticed."
    )
    order = 180
    expects = {
        "store-down": Expected(Outcome.LATER),
        "log-out": Expected(Outcome.LATER),
        "log-out-everywhere": Expected(Outcome.LATER, "not-applicable"),
        "password-change": Expected(Outcome.LATER),
        "account-disabled": Expected(Outcome.LATER, "not-applicable"),
        "role-removed": Expected(Outcome.STALE_ROLE),
        "refresh-replayed": Expected(Outcome.LATER),
    }
    rotates = True

    def claims_about(self, user: User) -> dict[str, str]:
        return told_of(user)

    def judge(self, claims: Claims) -> Accepted:
        """No query: the user is what the token says."""
        return as_told(claims)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Its refresh token is worth nothing from now on."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        user.end_logins(EndReason.EVERYWHERE)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return login_rows(login, "refresh_jti")
