"""A JWT that is bound to a key of the client."""

from accounts.models import Login
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused
from accounts.strategies._joined import user_verdict
from accounts.strategies._proofs import key_claim, key_must_sign
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims
from accounts.tokens.realm import TokenType


class JwtDpop(StrictStrategy):
    """The token names a key, and counts only with a proof that this key signed for this request.

    This is DPoP (RFC 9449). The client makes a key pair and shows the public one when it logs in.
    Each request brings a small JWT beside the token, which the key has signed: method, address,
    time, an id that counts once, and a word that the server gave out a moment ago. Who copies the
    token copies no key: the browser signs with it and hands it out to nobody, not even to the page.

    It is an answer to theft and to nothing else. A log-out ends nothing: the device itself, or a
    script in its page, could go on until the token expires. Who has the server's secret signs
    tokens for a key of his own. And each request costs a second signature and a row that remembers
    its proof.
    """

    slug = "jwt-dpop"
    title = "JWT bound to a key"
    subtitle = "signature, proof by the client's key, and user"
    checks = "Signed, not expired, with a new proof by its key, and the user is active"
    lookup = Lookup.USER
    when_to_use = (
        "When copies of tokens are what you fear: in logs, in backups, at other services. Add a "
        "look-up of the login, or a log-out will not end it."
    )
    order = 134
    bound = True
    kept = ("cnf",)
    expects = {"role-removed": Expected(Outcome.REFUSED)}

    def claims_of(self, login: Login) -> dict[str, object]:
        return key_claim(self.realm)

    def opened(self, token: str, token_type: TokenType = "access") -> Claims:
        claims = super().opened(token, token_type)
        key_must_sign(self.realm, claims.extra, token if token_type == "access" else "")
        return claims

    def judge(self, claims: Claims) -> Accepted | Refused:
        return user_verdict(claims.user_id, claims.sid)  # one query
