"""The site's own bearer tokens: signature, then one query."""

from accounts.models import BlacklistedToken, EndReason, Login, User
from accounts.strategies._base import USER_NOT_FOUND, Accepted, Refused, verdict_of
from accounts.strategies._blacklist import listed_for
from accounts.strategies._joined import fetch_user_with_login, login_query, table
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims

_QUERY = login_query(
    f"{table(User)} u LEFT JOIN {table(Login)} l ON l.id = %s AND l.user_id = u.id WHERE u.id = %s",
    f", (SELECT b.reason FROM {table(BlacklistedToken)} b "  # noqa: S608 - our own text
    "WHERE b.jti IN (%s, %s) LIMIT 1) AS blacklisted",
    ended="NULL",  # the blacklist decides: whatever ends this login writes a row there
)


class JwtBlacklistJoined(StrictStrategy):
    """Check the signature, then ask one question: the user, the login, and is it blacklisted.

    The blacklist, the login and the user's row are read by one statement that is put together once
    and only executed per request. A revocable token then costs one query, no more than one that
    cannot be revoked. Logging out everywhere raises a counter on the user row, which the same
    statement compares.

    This is the bearer token of this site's API.
    """

    slug = Login.TOKEN_STRATEGY
    title = "+ blacklist, one query"
    subtitle = "blacklist joined to user"
    checks = "Signed, not expired, not on the blacklist, and the user is active"
    when_to_use = (
        "When API clients want tokens that say who they are, and each log-out has to count at "
        "once. It costs one query, like a session that is joined to its user."
    )
    order = 150
    rotates = True

    def judge(self, claims: Claims) -> Accepted | Refused:
        """One query."""
        ids = (claims.jti, claims.sid)
        row = fetch_user_with_login(_QUERY, *ids, claims.sid, claims.user_id)
        if row is None:
            return USER_NOT_FOUND
        return listed_for(row.blacklisted) if row.blacklisted else verdict_of(row)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login: every token it was ever given, older access tokens too."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)
