"""Signing keys. A key is bound to one algorithm and found by its id, never taken from a token."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

Jwk = OctKey | RSAKey | ECKey | OKPKey


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

    @cached_property
    def secret(self) -> bytes:
        """The raw secret of a symmetric key, for libraries that take nothing else."""
        if not isinstance(self.jwk, OctKey):
            raise TypeError("only a symmetric key has a secret to share")
        return self.jwk.raw_value


@dataclass(frozen=True)
class Keyring:
    """One key that signs, and the retired ones that still verify (rotation with overlap)."""

    signing: Key
    retired: tuple[Key, ...] = ()

    @cached_property
    def _by_kid(self) -> dict[str, Key]:
        return {key.kid: key for key in self}

    def find(self, kid: object) -> Key | None:
        """The key of an id read from a header, which is attacker-controlled."""
        return self._by_kid.get(kid) if isinstance(kid, str) else None

    def __iter__(self) -> Iterator[Key]:
        yield self.signing
        yield from self.retired
