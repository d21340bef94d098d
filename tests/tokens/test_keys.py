"""Keys of a kind or size that nobody should sign with are refused, in words."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from accounts.tokens.keys import BadKey, Key

WEAK: dict[str, Any] = {
    "small RSA": rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505
    "another curve": ec.generate_private_key(ec.SECP384R1()),
    "Ed448": ed448.Ed448PrivateKey.generate(),
}


@pytest.mark.parametrize("name", WEAK)
def test_it_is_refused_whether_it_signs_or_verifies(name: str) -> None:
    key = WEAK[name]
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for pem in (private, public):
        with pytest.raises(BadKey, match="use Ed25519, P-256 or RSA of 2048 bits or more"):
            Key.from_pem(pem)
