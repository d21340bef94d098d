"""A JWT in a cookie, and nothing that tells who asked the browser to send it."""

from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._joined import user_verdict
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims


class JwtCookieNoCsrf(StrictStrategy):
    """A JWT was moved into an ``HttpOnly`` cookie, and nobody thought of CSRF: there was no need.

    With a token in a header there was none: another site's page cannot add a header. A cookie goes
    along by itself. ``SameSite`` keeps it from most pages of strangers, not from those that a
    browser counts as the same site: another port of this host, a forgotten host name beside it.

    The one difference to the row with the check is what becomes of a request that such a page asks
    for. "JWT needs no CSRF protection" was said of the header, not of the format.
    """

    slug = "jwt-cookie-no-csrf"
    title = "JWT in a cookie, no CSRF check"
    subtitle = "signature and user, nothing else asked"
    lookup = Lookup.USER
    checks = "Signed, not expired, user active. Nothing asks who made the browser send it"
    csrf_checked = False
    when_to_use = "Never: whoever carries a token in a cookie has to ask for a CSRF token."
    order = 132
    in_cookie = True
    refreshes = False
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        "cross-site-request": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
    }

    def judge(self, claims: Claims) -> Accepted | Refused:
        """One query: the user."""
        return user_verdict(claims.user_id, claims.sid)
