"""Django's sessions in a signed cookie."""

from accounts.strategies._base import Expected, Lookup, Outcome, Refused
from accounts.strategies._django import DjangoSessionStrategy
from accounts.strategies._django_engines import SignedStore


class SessionSigned(DjangoSessionStrategy):
    """Django's ``signed_cookies``: the session is in the cookie, and the server keeps nothing.

    A cookie session with the properties of a JWT. The signature proves that the server wrote the
    cookie, and the user's row is read for every request, so a disabled account and a new password
    are noticed: Django puts a digest of the password's hash into the session.

    Logging out deletes the browser's cookie, and that is all it can do. A copy goes on until it is
    too old: invalidation is no question of cookie or token, but of whether the server keeps a row.
    """

    slug = "session-signed"
    title = "Session in the cookie"
    subtitle = "signed_cookies"
    checks = "Signed, not too old, the same password, and the user is active"
    lookup = Lookup.USER
    when_to_use = (
        "When there is nothing to log out of: a preference, a basket. Not for a login that "
        "somebody may have to end."
    )
    order = 30
    expects = {
        "key-leaked": Expected(Outcome.REFUSED),  # no digest of a password that it does not know
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
    }
    engine = SignedStore
    missing = unreadable = Refused(
        "check signature", "session_missing", "The signature does not hold, or it is too old"
    )
