"""simplejwt's default."""

from accounts.strategies._base import Expected, Outcome
from accounts.strategies._simplejwt import SimplejwtStrategy


class JwtUser(SimplejwtStrategy):
    """simplejwt as it comes: check the signature, then read the user's row.

    The token names its user and says when it expires, and the signature proves that the server
    wrote it. That is all that is asked: the server keeps nothing about the token, so it has nothing
    to delete when somebody logs out. Only the user's row is fresh: a disabled account is noticed.
    """

    slug = "jwt-user"
    title = "JWT"
    subtitle = "simplejwt's default"
    checks = "Signed and not expired, and the user is active: nothing else was asked"
    when_to_use = (
        "When a stolen token may be used until it expires, and only a disabled account has to be "
        "stopped at once."
    )
    order = 120
    expects = {
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        **SimplejwtStrategy.expects,
    }
