"""A JWT in a cookie, with a CSRF check."""

from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._joined import user_verdict
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims


class JwtCookie(StrictStrategy):
    """The same JWT, kept in an ``HttpOnly`` cookie instead of a header: format is not carrier.

    What a cookie is good for comes with the cookie: no script can read the token, so none that
    slipped into the page can carry it away. What a cookie is bad for comes along, too: the browser
    sends it by itself, also when another site's page asks for it. So it needs what a session needs,
    a CSRF token with each request that changes something.

    What a token does not do by itself, it does not do in a cookie either. A log-out has the browser
    drop the cookie, and a copy of it goes on.
    """

    slug = "jwt-cookie"
    title = "JWT in a cookie"
    subtitle = "signature and user, CSRF token asked for"
    lookup = Lookup.USER
    checks = "Signed, not expired, user active. A change needs a CSRF token"
    when_to_use = (
        "When a library hands out tokens, browsers are the clients and no script is to read them. "
        "Add a look-up of the login, or a log-out will not end it."
    )
    order = 131
    in_cookie = True
    refreshes = False
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
    }

    def judge(self, claims: Claims) -> Accepted | Refused:
        """One query: the user."""
        return user_verdict(claims.user_id, claims.sid)
