"""Find the check that stops this: one forged token each, taken apart, the same for everybody.

The verifier itself says which check it is. The keys and the clock of an exercise are fixed, so that
its address shows the same token on every server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accounts.attacks._base import Defence
from accounts.attacks.forged_token import FORGERIES
from accounts.attacks.stage.verifier import (
    CHECKS,
    Keys,
    NotAccepted,
    Slugs,
    decoded,
    decoded_bytes,
    verify,
)

NOW = int(datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp())
_TIMES = ("iat", "nbf", "exp")


def _moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


MOMENT = _moment(NOW)


def _key(who: str) -> Ed25519PrivateKey:
    """A key that everybody can make: it signs nothing but exercises."""
    return Ed25519PrivateKey.from_private_bytes(sha256(f"exercise of the {who}".encode()).digest())


KEYS = Keys(_key("shop"), _key("thief"), "http://evil.localhost/keys.json")

#: What gives each forgery away. Their order is that of the exercises: append, never sort.
REASONS = {
    "Made for another service": "aud says newsletter. The token is genuine, and meant for somebody "
    "else: what is given to one service must not open another one.",
    "No signature at all (alg: none)": "alg says none, so nothing is signed. A server that takes "
    "the algorithm from the token lets the thief choose to sign nothing.",
    "Expired an hour ago": "exp is an hour before the server’s clock. Somebody kept an old token.",
    "The thief’s own key in the header (jwk)": "The header brings its own key in jwk, and the "
    "signature fits that one. Whoever writes a token could write the key beside it.",
    "A refresh token": "token_type says refresh. It is genuine and good for one thing: to get an "
    "access token. It lives longer, so it must not stand in for one.",
    "Another name in the payload, the old signature": "The payload says admin, and the signature "
    "does not fit: it was made for a token of the thief’s own account.",
    "Valid for ten years": "From iat to exp are ten years. The shop gives tokens for an hour; "
    "somebody who had its key for a moment has made himself one for later.",
    "Signed with the public key as a secret": "alg says HS256, where the shop signs with Ed25519. "
    "The thief took the public key, which everybody has, as the secret of HS256.",
    "Of a login that has ended": "sid is a login that has ended. Everything in the token is in "
    "order: only the list of logins knows of the log-out.",
    "From another site that has the same key": "iss is another site. It has the same key, so the "
    "signature fits; but its admin is not the shop’s.",
    "kid names an empty file, which is the secret": "kid is a path to an empty file. A server that "
    "opens it has an empty secret, and the thief knows that one.",
    "Valid from tomorrow on": "nbf is a day after the server’s clock: not yet valid.",
    "The address of the thief’s key in the header (jku)": "jku is an address of the thief. A "
    "server that fetches its key from there takes the thief’s.",
    "Of an account that was disabled": "sub is an account that was disabled. The token does not "
    "know it: only the row of the user does.",
    "A log-out message that the shop has signed": "typ says logout+jwt. The shop did sign it, to "
    "tell another service of a log-out: whoever gets hold of it must not log in with it.",
    "Without an end (no exp)": "There is no exp, so there is nothing that could lie behind. A "
    "server that compares only what it finds takes this token for ever.",
    "From before a log-out everywhere": "version is one less than the account’s: its owner has "
    "logged out everywhere since, or has a new password.",
    "Of an account that was deleted": "sub is an account that is no more. A server that never "
    "looks it up serves somebody who does not exist.",
}

#: What a check looks at in a token.
LOOKS_AT = {
    "algorithm": "alg",
    "key-id": "kid",
    "own-key": "jwk",
    "key-address": "jku",
    "issuer": "iss",
    "audience": "aud",
    "purpose": "token_type",
    "expired": "exp",
    "begun": "nbf",
    "lifetime": "exp",
    "login": "sid",
    "type": "typ",
    "times": "exp",
    "user": "sub",
    "account": "sub",
    "version": "version",
}


@dataclass(frozen=True, slots=True)
class Exercise:
    """A token that is to be refused."""

    number: int
    title: str
    reason: str
    token: str

    @property
    def parts(self) -> Sequence[str]:
        """Header, payload and signature, encoded."""
        return self.token.split(".")

    @property
    def header(self) -> Mapping[str, Any]:
        """What the header says."""
        return decoded(self.parts[0])

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the payload says."""
        return decoded(self.parts[1])

    @property
    def signature(self) -> str:
        """How the signature fits the shop's key, in words."""
        signed, _, signature = self.token.rpartition(".")
        if not signature:
            return "There is none."
        try:
            KEYS.shop.public_key().verify(decoded_bytes(signature), signed.encode())
        except InvalidSignature:
            return "It does not fit the shop’s public key (Ed25519)."
        return "It fits the shop’s public key (Ed25519)."

    @property
    def times(self) -> Mapping[str, str]:
        """When its times are, in words."""
        return {name: _moment(self.payload[name]) for name in _TIMES if name in self.payload}

    @property
    def stopped_by(self) -> Defence:
        """The check that stops it, as the verifier says."""
        refused = _refused_by(self.token, off=set())
        return next(check for check in CHECKS if check.slug == refused)

    def seen_by(self, check: Defence) -> str:
        """What a check finds where it looks, in words."""
        name = LOOKS_AT.get(check.slug)
        if name is None:
            return f"It looks at the signature. {self.signature}"
        found = {**self.header, **self.payload}.get(name)
        if found is None:
            return f"It looks at {name}, and there is none."
        return f"It looks at {name}, and finds {self.times.get(name, found)}."

    def is_let_in_by(self, check: Defence) -> bool:
        """Whether it would come in if the verifier had this check alone."""
        others = {one.slug for one in CHECKS} - {check.slug}
        return not _refused_by(self.token, off=others)


def _refused_by(token: str, off: Slugs) -> str:
    """The slug of the check that refuses it; empty where it comes in."""
    try:
        verify(token, KEYS, off=off, now=NOW)
    except NotAccepted as refused:
        return str(refused)
    return ""


def exercise_of(number: int) -> Exercise | None:
    """The exercise of a number, from 1; None where there is none."""
    if not 1 <= number <= len(REASONS):
        return None
    title, reason = [*REASONS.items()][number - 1]
    return Exercise(number, title, reason, FORGERIES[title](KEYS, NOW))
