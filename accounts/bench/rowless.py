"""How much of ``jwt-blacklist-memory`` is its one query, for the user's row."""

from accounts.models import Login
from accounts.strategies import Accepted, Credential, Refused
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory
from accounts.tokens.codec import decode
from accounts.tokens.realm import TokenRefused

MEASURED = JwtBlacklistMemory.slug


class Rowless(JwtBlacklistMemory):
    """The same without the user's row: signature and memory, no SQL, facts as old as the token.

    Not a way to carry a login that the site offers: it says what the row costs.
    """

    slug = "rowless"

    def issue(self, login: Login) -> Credential:
        """Remember whom it will say that it is."""
        self._owner = login.user
        return super().issue(login)

    def check(self, credential: str) -> Accepted | Refused:
        """The signature and the memory."""
        try:
            claims = decode(self.realm, credential)
        except TokenRefused as error:
            return Refused(error.step, error.code, error.reason)
        if self._is_listed(claims.jti, claims.sid):
            return Refused("look up blacklist", "token_blacklisted", "On the blacklist")
        return Accepted(self._owner, self._owner.role, claims.sid)
