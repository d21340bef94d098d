"""Tokens that no library would sign, put together by hand (RFC 7515, section 5.1)."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from accounts.tokens.realm import Realm

Part = bytes | dict[str, Any] | list[Any] | str | int | None


def base64url(raw: bytes) -> str:
    """Without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def part(content: Part) -> str:
    """One part of a token; bytes as they are, anything else as JSON."""
    return base64url(content if isinstance(content, bytes) else json.dumps(content).encode())


def header_of(realm: Realm, **changes: Any) -> dict[str, Any]:
    """The header that the realm itself writes, with changes; None leaves a name out."""
    key = realm.keyring.signing
    return _changed({"alg": key.algorithm, "kid": key.kid, "typ": "JWT"}, changes)


def claims_of(realm: Realm, **changes: Any) -> dict[str, Any]:
    """The claims of an access token that the realm itself writes, with changes."""
    now = int(time.time())
    return _changed(
        {
            "token_type": "access",
            "exp": now + 60,
            "iat": now,
            "jti": uuid.uuid4().hex,
            "sid": uuid.uuid4().hex,
            "user_id": "1",
            "iss": realm.issuer,
            "aud": realm.audience,
        },
        changes,
    )


def _changed(usual: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = usual | changes
    return {name: value for name, value in merged.items() if value is not None}


def signed(header: Part, payload: Part, secret: bytes) -> str:
    """Any header and payload under a genuine HS256 signature."""
    text = f"{part(header)}.{part(payload)}"
    return f"{text}.{base64url(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def forged(
    realm: Realm,
    *,
    header: Part | None = None,
    payload: Part | None = None,
    secret: bytes | None = None,
) -> str:
    """A token with the realm's own signature, whatever it says: only the key's owner can do it."""
    return signed(
        header_of(realm) if header is None else header,
        claims_of(realm) if payload is None else payload,
        realm.keyring.signing.secret if secret is None else secret,
    )
