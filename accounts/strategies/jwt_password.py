"""simplejwt with its one switch for invalidation."""

from accounts.strategies._base import Expected, Lookup, Outcome
from accounts.strategies._simplejwt import SimplejwtStrategy
from accounts.tokens.simplejwt import PasswordSimplejwt


class JwtPassword(SimplejwtStrategy):
    """simplejwt with ``CHECK_REVOKE_TOKEN``: a new password ends all tokens from before.

    The token carries a digest of the password's hash, and the user's row, which is read anyway,
    must still give the same one. So a change of password costs no query and reaches every token.

    There is nothing finer: whoever logs out without changing the password logs nobody out.
    """

    slug = "jwt-password"
    title = "JWT + password digest"
    subtitle = "signature and user + CHECK_REVOKE_TOKEN"
    checks = "Signed, not expired, the same password, and the user is active"
    lookup = Lookup.USER
    when_to_use = (
        "When you use simplejwt as it comes and a new password has to end all tokens. Logging out "
        "still ends none."
    )
    order = 130
    expects = {
        "key-leaked": Expected(Outcome.REFUSED),  # no digest of a password that it does not know
        "store-down": Expected(Outcome.ACCEPTED, "collateral"),
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        **SimplejwtStrategy.expects,
    }
    library = PasswordSimplejwt
