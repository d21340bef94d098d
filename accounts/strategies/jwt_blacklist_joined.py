"""The site's own bearer tokens: signature, then one query."""

from accounts.models import BlacklistedToken, EndReason, Login, User
from accounts.strategies import _rotation
from accounts.strategies._base import USER_NOT_FOUND, Accepted, Refused, verdict_of
from accounts.strategies._blacklist import reason_of
from accounts.strategies._joined import UNFORGEABLE, fetch_user_with_login, login_query, table
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims

_QUERY = login_query(
    f"{table(User)} u LEFT JOIN {table(Login)} l ON l.id = %s AND l.user_id = u.id WHERE u.id = %s",
    ", l.refresh_jti = %s AND NOT l.pair_seen AS pair_is_unseen, l.ended_at IS NULL AS goes_on"  # noqa: S608 - our own text
    f", (SELECT b.reason FROM {table(BlacklistedToken)} b "
    "WHERE b.jti IN (%s, %s, %s) LIMIT 1) AS blacklisted",
    ended="NULL",  # the blacklist decides: whatever ends this login writes a row there
)


class JwtBlacklistJoined(StrictStrategy):
    """Check the signature, then ask one question: the user, the login, and is it blacklisted.

    The blacklist, the login and the user's row are read by one statement, put together once. A
    revocable token then costs one query, no more than one that cannot be revoked. Logging out
    everywhere raises a counter on the user row, which the same statement compares.

    This is the bearer token of this site's API.
    """

    slug = Login.TOKEN_STRATEGY
    title = "JWT + blacklist in one query"
    subtitle = "signature + user and blacklist together"
    checks = "Signed, not expired, not on the blacklist, and the user is active"
    when_to_use = (
        "When API clients want tokens that say who they are, and each log-out has to count at "
        "once. It costs one query, like a session that is joined to its user."
    )
    order = 150
    expects = UNFORGEABLE
    rotates = True

    def judge(self, claims: Claims) -> Accepted | Refused:
        """One query, and an UPDATE for the first request with a new pair."""
        listed = (claims.pair, claims.jti, claims.sid)
        row = fetch_user_with_login(_QUERY, claims.pair, *listed, claims.sid, claims.user_id)
        if row is None:
            return USER_NOT_FOUND
        if row.blacklisted:
            return _rotation.listed(claims.sid, reason_of(row.blacklisted), goes_on=row.goes_on)
        if row.pair_is_unseen and not Login.objects.note_pair_seen(claims.sid, claims.pair):
            return self.judge(claims)  # meanwhile it was seen, spent or superseded
        return verdict_of(row)

    def revoke(self, login: Login, credential: str = "") -> None:
        """Blacklist the login: every token it was ever given, older access tokens too."""
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        """Raise the counter that every login of the user is compared with."""
        user.end_logins(EndReason.EVERYWHERE)
