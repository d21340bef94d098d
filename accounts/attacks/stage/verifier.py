"""A verifier of tokens whose checks can be left out, one by one. Nothing but the theatre asks it.

It is written to be weak: each check that is off is the mistake that a real server once made.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.crypto import salted_hmac

from accounts.attacks._base import Defence
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.models import AttackPlay

MAX_LIFETIME = 3600  # seconds
ISSUER, AUDIENCE, KID = "http://shop.localhost", "shop", "shop-1"
_EMPTY_FILE = "../../dev/null"

# What the shop's database says.
ENDED = "login-7"
ENABLED = {"admin": True, "attacker": True, "former": False}
VERSION = 2  # of every account: it has logged out everywhere once

#: What the verifier asks, and what it takes when it does not.
CHECKS = (
    Defence("algorithm", "The key says which algorithm", "It believes alg of the token."),
    Defence("key-id", "kid names a key of this server", "It opens the file that kid names."),
    Defence("own-key", "No key out of the token", "It takes the key that the token brings in jwk."),
    Defence("key-address", "No key from an address", "It takes the key that lies at jku."),
    Defence("signature", "The signature fits", "It reads the payload without a look at it."),
    Defence("type", "typ is JWT", "It takes whatever this key has signed."),
    Defence("issuer", "iss is this shop", "It takes tokens of everybody who has this key."),
    Defence("audience", "aud is this shop", "It takes tokens for another service."),
    Defence("purpose", "It is an access token", "It takes a refresh token."),
    Defence("times", "exp is a whole number", "It takes tokens without exp, which never end."),
    Defence("expired", "exp lies ahead", "It takes old tokens."),
    Defence("begun", "nbf does not lie ahead", "It takes tokens of tomorrow."),
    Defence("lifetime", "It lives for an hour at most", "It takes tokens for ten years."),
    Defence("login", "Its login has not ended", "It does not ask, as a stateless one."),
    Defence("user", "Its account exists", "It believes that there is such an account."),
    Defence("account", "Its account is enabled", "It does not ask that either."),
    Defence("version", "Nothing was logged out everywhere since", "It compares no numbers."),
)


class NotAccepted(Exception):
    """A token that is refused; the text is the slug of the check."""


@dataclass(frozen=True)
class Keys:
    """The shop's key pair, and the thief's own."""

    shop: Ed25519PrivateKey
    thief: Ed25519PrivateKey
    jku: str

    @property
    def public_pem(self) -> bytes:
        """The shop's public key, which everybody may read."""
        return self.shop.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def keys_of(play: AttackPlay) -> Keys:
    """The key pairs of a play: of the shop, and of the thief."""
    shop, thief = (
        Ed25519PrivateKey.from_private_bytes(
            salted_hmac(f"accounts.attacks.{who}", play.pk.hex, algorithm="sha256").digest()
        )
        for who in ("shop", "thief")
    )
    return Keys(shop, thief, f"{origin_of(Party.THIEF, play.home)}/keys.json")


Slugs: TypeAlias = AbstractSet[str]


def verify(token: str, keys: Keys, *, off: Slugs, now: float) -> Mapping[str, Any]:
    """The claims of a token that passes all checks but those that are off.

    ``now`` is the server's clock, in seconds since 1970.

    Raises:
        NotAccepted: a check that is on refuses it.
    """
    signed, _, signature = token.rpartition(".")
    try:
        header, payload = (json.loads(decoded_bytes(part)) for part in signed.split("."))
        algorithm, key = _key(header, keys, off)
    except (ValueError, TypeError, AttributeError):
        raise NotAccepted("form") from None
    if header.get("alg") != algorithm and "algorithm" not in off:
        raise NotAccepted("algorithm")
    if "algorithm" in off:
        algorithm = str(header.get("alg"))
    if "signature" not in off and not _fits(algorithm, key, signed, signature):
        raise NotAccepted("signature")
    if header.get("typ") != "JWT" and "type" not in off:
        raise NotAccepted("type")
    _check_claims(payload, off, now)
    return dict(payload)


def _key(header: Mapping[str, Any], keys: Keys, off: Slugs) -> tuple[str, Any]:
    """The algorithm and the key that the header leads to; the shop's own where it is not believed.

    Raises:
        NotAccepted: it names another key.
    """
    if "jwk" in header:
        if "own-key" not in off:
            raise NotAccepted("own-key")
        return "EdDSA", Ed25519PublicKey.from_public_bytes(decoded_bytes(header["jwk"]["x"]))
    if "jku" in header:
        if "key-address" not in off or header["jku"] != keys.jku:  # nothing is fetched in here
            raise NotAccepted("key-address")
        return "EdDSA", keys.thief.public_key()
    if header.get("kid") == KID:
        return "EdDSA", keys.shop.public_key()
    if "key-id" not in off or header.get("kid") != _EMPTY_FILE:  # nor is a file opened
        raise NotAccepted("key-id")
    return "HS256", b""


def _fits(algorithm: str, key: Any, signed: str, signature: str) -> bool:
    if algorithm == "none":
        return True
    if algorithm == "HS256":  # a public key, too, is only bytes
        secret = key if isinstance(key, bytes) else _pem(key)
        return hmac.compare_digest(hmac_of(secret, signed), signature)
    try:
        key.verify(decoded_bytes(signature), signed.encode())
    except (InvalidSignature, ValueError, AttributeError):
        return False
    return True


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _check_claims(payload: Mapping[str, Any], off: Slugs, now: float) -> None:
    name, ends = str(payload.get("sub")), payload.get("exp", "never")
    has_end = isinstance(ends, int)
    wrong = {
        "issuer": payload.get("iss") != ISSUER,
        "audience": payload.get("aud") != AUDIENCE,
        "purpose": payload.get("token_type") != "access",
        "times": not has_end,
        "expired": has_end and ends < now,
        "begun": payload.get("nbf", 0) > now + 1,
        "lifetime": has_end and ends - payload.get("iat", 0) > MAX_LIFETIME,
        "login": payload.get("sid") == ENDED,
        "user": name not in ENABLED,
        "account": not ENABLED.get(name, True),
        "version": payload.get("version") != VERSION,
    }
    for check, is_wrong in wrong.items():
        if is_wrong and check not in off:
            raise NotAccepted(check)


def decoded(part: str) -> dict[str, Any]:
    """Header or payload of a token that somebody here has made."""
    return dict(json.loads(decoded_bytes(part)))


def decoded_bytes(part: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def encoded(raw: bytes) -> str:
    """Base64url without padding (RFC 7515, section 2)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def hmac_of(secret: bytes, signed: str) -> str:
    """The signature HS256."""
    return encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))


def part(content: Mapping[str, Any]) -> str:
    """Header or payload of a token."""
    return encoded(json.dumps(content).encode())
