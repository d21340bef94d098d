"""simplejwt's default."""

from accounts.strategies._base import Expected, Lookup, Outcome
from accounts.strategies._simplejwt import SimplejwtStrategy


class JwtUser(SimplejwtStrategy):
    """simplejwt's default: your browser gets a signed note that says who you are.

    The token names its user and says when it expires, and the signature proves that the server
    wrote it. That is all that is asked: the server keeps nothing about the token, so it has nothing
    to delete when somebody logs out. Only the user's row is fresh: a disabled account is noticed.
    """

    slug = "jwt-user"
    title = "JWT"
    subtitle = "signature and user, simplejwt's default"
    checks = "Signed, not expired, user active. Nothing asks whether you have logged out"
    lookup = Lookup.USER
    when_to_use = (
        "When a stolen token may be used until it expires, and only a disabled account has to be "
        "stopped at once."
    )
    order = 120
    expects = {
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        **SimplejwtStrategy.expects,
    }
