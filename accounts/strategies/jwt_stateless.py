"""simplejwt without a look-up."""

from accounts.strategies._base import Expected, Lookup, Outcome
from accounts.strategies._simplejwt import SimplejwtStrategy
from accounts.tokens.simplejwt import StatelessSimplejwt


class JwtStateless(SimplejwtStrategy):
    """Only the signature is checked: the request costs no query at all.

    simplejwt's ``JWTStatelessUserAuthentication`` takes everything from the token, the role too.
    This is what tokens were made for, and where they are cheap: a service that has no user table
    can judge a request by itself.

    The price is that nothing reaches a token that has been issued. Neither a log-out nor a disabled
    account nor a role that was taken away is noticed before the token expires. Only when it is
    refreshed does simplejwt look at the user's row, and even then it copies the old role.
    """

    slug = "jwt-stateless"
    title = "JWT without look-up"
    subtitle = "signature only"
    checks = "Signed and not expired: the database was not asked"
    lookup = Lookup.NOTHING
    when_to_use = (
        "Between services that trust one issuer and share no database, with tokens that live for "
        "a minute. Not for people who log out."
    )
    order = 110
    expects = {
        "store-down": Expected(Outcome.ACCEPTED),
        "log-out": Expected(Outcome.ACCEPTED),
        "log-out-everywhere": Expected(Outcome.ACCEPTED, "not-applicable"),
        "password-change": Expected(Outcome.ACCEPTED),
        "account-disabled": Expected(Outcome.LATER, "not-applicable"),
        "role-removed": Expected(Outcome.STALE_ROLE),
        **SimplejwtStrategy.expects,
    }
    library = StatelessSimplejwt
