"""Signing keys. A key is bound to one algorithm and found by its id, never taken from a token."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.util import json_b64encode

Jwk = OctKey | RSAKey | ECKey | OKPKey
MIN_RSA_BITS = 2048
_SMALL_PRIMES = [n for n in range(3, 168) if all(n % divisor for divisor in range(2, n))]


class BadKey(ValueError):
    """A configured key that cannot be used, and why."""


@dataclass(frozen=True)
class Key:
    """A key, its id and the one algorithm it may be used with (RFC 8725, sections 3.1 and 3.5)."""

    kid: str
    algorithm: str
    jwk: Jwk = field(repr=False)

    @classmethod
    def symmetric(cls, secret: bytes) -> "Key":
        """An HS256 key; its id says nothing of the secret but which one it is."""
        kid = hashlib.blake2b(secret, person=b"kid", digest_size=6).hexdigest()
        return cls(kid=kid, algorithm="HS256", jwk=OctKey.import_key(secret))

    @classmethod
    def from_pem(cls, pem: bytes) -> "Key":
        """An Ed25519, P-256 or RSA key; its id is its thumbprint (RFC 7638).

        Raises:
            BadKey: not a PEM key, or of a kind or size that no token is signed with here.
        """
        algorithm, family = _kind_of(_load(pem))
        jwk = family.import_key(pem)
        return cls(kid=jwk.thumbprint(), algorithm=algorithm, jwk=jwk)

    @property
    def header(self) -> dict[str, str]:
        """The header of every token that it signs."""
        return {"alg": self.algorithm, "kid": self.kid, "typ": "JWT"}

    @property
    def signs(self) -> bool:
        """Whether the private part is here."""
        return isinstance(self.jwk, OctKey) or self.jwk.is_private

    def public(self) -> dict[str, Any]:
        """The public part as a JWK (RFC 7517), fit to be published.

        Raises:
            BadKey: a symmetric key has no public part.
        """
        if isinstance(self.jwk, OctKey):
            raise BadKey("a symmetric key has no public part")
        found = self.jwk.as_dict(private=False)
        return {**found, "kid": self.kid, "alg": self.algorithm, "use": "sig"}

    @cached_property
    def secret(self) -> bytes:
        """The raw secret of a symmetric key, for libraries that take nothing else."""
        if not isinstance(self.jwk, OctKey):
            raise TypeError("only a symmetric key has a secret to share")
        return self.jwk.raw_value


@dataclass(frozen=True)
class Keyring:
    """One key that signs, and the retired ones that still verify (rotation with overlap).

    Raises:
        BadKey: some are secret and some public.
    """

    signing: Key
    retired: tuple[Key, ...] = ()

    def __post_init__(self) -> None:
        # If both were here, a public key might one day be used as a secret.
        if len({isinstance(key.jwk, OctKey) for key in self}) > 1:
            raise BadKey("secrets and public keys do not mix")

    @cached_property
    def _by_kid(self) -> dict[str, Key]:
        return {key.kid: key for key in self}

    @cached_property
    def _by_header(self) -> dict[bytes, Key]:
        return {json_b64encode(key.header): key for key in self}

    def writer(self, header: bytes) -> Key | None:
        """The key that writes exactly this header: then there is nothing to parse."""
        return self._by_header.get(header)

    def find(self, kid: object) -> Key | None:
        """The key of an id read from a header, which is attacker-controlled."""
        return self._by_kid.get(kid) if isinstance(kid, str) else None

    def public(self) -> list[dict[str, Any]]:
        """The public keys as a JWK set's members: none for symmetric keys."""
        return [key.public() for key in self if not isinstance(key.jwk, OctKey)]

    def __iter__(self) -> Iterator[Key]:
        yield self.signing
        yield from self.retired


def _load(pem: bytes) -> object:
    try:
        if b"PRIVATE KEY" in pem:
            return load_pem_private_key(pem, password=None)
        return load_pem_public_key(pem)
    except (ValueError, TypeError) as error:
        raise BadKey("not a PEM key without a password") from error


def _kind_of(key: object) -> tuple[str, type[RSAKey | ECKey | OKPKey]]:
    match key:
        case ed25519.Ed25519PrivateKey() | ed25519.Ed25519PublicKey():
            return "EdDSA", OKPKey
        case ec.EllipticCurvePrivateKey() | ec.EllipticCurvePublicKey():
            if isinstance(key.curve, ec.SECP256R1):
                return "ES256", ECKey
        case rsa.RSAPrivateKey() | rsa.RSAPublicKey():
            if key.key_size >= MIN_RSA_BITS and not _is_roca(key):
                return "RS256", RSAKey
    raise BadKey(f"use Ed25519, P-256 or RSA of {MIN_RSA_BITS} bits or more")


def _is_roca(key: rsa.RSAPrivateKey | rsa.RSAPublicKey) -> bool:
    """Whether a faulty chip made the key, so that it can be factored (CVE-2017-15361).

    Such primes are a power of 65537 modulo every small prime, and so is their product:
    https://crocs.fi.muni.cz/public/papers/rsa_ccs17
    """
    public = key if isinstance(key, rsa.RSAPublicKey) else key.public_key()
    modulus = public.public_numbers().n
    return all(
        modulus % prime in {pow(65537, power, prime) for power in range(prime)}
        for prime in _SMALL_PRIMES
    )
