"""Signing tokens, and the one strict decoder that every endpoint uses.

Form after RFC 7519 (JWT) and RFC 7515 (JWS compact serialization), strictness after RFC 8725.
Claim names are simplejwt's, so that a client written for simplejwt works unchanged; ``sid`` is
OpenID Connect's name for the login that a token belongs to.
"""

import json
import re
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry
from joserfc.registry import JWS_HEADER_REGISTRY
from joserfc.util import urlsafe_b64decode

from accounts.tokens.keys import Key
from accounts.tokens.realm import Realm, TokenRefused, TokenType
from accounts.tracing.recorder import step

MAX_BYTES = 4096
MAX_DEPTH = 64
# What a token says of itself (RFC 7519, section 4.1, and simplejwt): no claim for others.
RESERVED = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "pair", "sid", "token_type", "user_id"}
)
# The signature may be empty here: such a token is refused for its signature, not for its form.
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{32}", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_ALGORITHMS = frozenset({"HS256", "RS256", "ES256", "EdDSA"})


class _Registry(JWSRegistry):
    # No jwk, jku, x5u, x5c: no key is ever taken from a token. No crit, no b64.
    default_header_registry = {name: JWS_HEADER_REGISTRY[name] for name in ("alg", "typ", "kid")}

    def get_alg(self, name: str) -> Any:
        # joserfc warns of EdDSA, which RFC 9864 renames; it is the name that clients know.
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError(f"{name} is not used here")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=_ALGORITHMS)


class Claims(NamedTuple):
    """What a token says, after everything about its form was checked. Times in epoch seconds.

    ``pair`` is the jti of the refresh token that came with an access token; where a token names
    none, its own jti.
    """

    token_type: TokenType
    user_id: int
    jti: uuid.UUID
    sid: uuid.UUID
    pair: uuid.UUID
    issued: int
    expires: int
    extra: Mapping[str, Any]


def issue(
    realm: Realm,
    *,
    token_type: TokenType,
    user_id: int,
    sid: uuid.UUID,
    login_expires: datetime,
    jti: uuid.UUID | None = None,
    extra: Mapping[str, Any] | None = None,
) -> str:
    """Sign a token of the login ``sid``. It never outlives the login's fixed end.

    Raises:
        ValueError: ``extra`` makes it longer than what is accepted.
    """
    now = int(time.time())
    lifetime = int(realm.lifetime_of(token_type).total_seconds())
    claims = {
        **(extra or {}),
        "token_type": token_type,
        "exp": min(now + lifetime, int(login_expires.timestamp())),
        "iat": now,
        "jti": (jti or uuid.uuid4()).hex,
        "sid": sid.hex,
        "user_id": str(user_id),
        "sub": str(user_id),  # what a library that does not know simplejwt looks for
        "iss": realm.issuer,
        "aud": realm.audience,
    }
    key = realm.keyring.signing
    payload = json.dumps(claims, separators=(",", ":"))
    with step("sign token", kind="crypto", detail=key.algorithm):
        token = jws.serialize_compact(key.header, payload, key.jwk, registry=_REGISTRY)
    if len(token) > MAX_BYTES:
        raise ValueError(f"A token has at most {MAX_BYTES} bytes, and its claims need more")
    return token


def decode(realm: Realm, token: str, *, token_type: TokenType | None = "access") -> Claims:
    """Check a token's form, signature, times and claims; ``token_type=None`` allows any type.

    Raises:
        TokenRefused: whatever is wrong with it. The user and the login are not looked at here.
    """
    with step("parse token", kind="parse"):
        unverified, key = _parse(realm, token)
    with step("verify signature", kind="crypto", detail=key.algorithm):
        _verify(unverified, key)
    return _claims(realm, unverified.payload, token_type)


class _Unverified(NamedTuple):
    """A token taken apart: what was signed, what it says, and the signature, still encoded."""

    signed: bytes
    payload: bytes
    signature: bytes


def _parse(realm: Realm, token: str) -> tuple[_Unverified, Key]:
    # Before the signature is checked, everything here is attacker-controlled.
    if len(token) > MAX_BYTES:
        raise TokenRefused("parse token", "too_large", f"A token has at most {MAX_BYTES} bytes")
    if not _COMPACT.fullmatch(token):
        raise TokenRefused("parse token", "malformed", "Token is not three base64url parts")
    signed, _, signature = token.encode().rpartition(b".")
    header, _, payload = signed.partition(b".")
    key = realm.keyring.writer(header) or _key_for(realm, _header(token))
    try:
        return _Unverified(signed, urlsafe_b64decode(payload), signature), key
    except ValueError as error:
        raise TokenRefused("parse token", "malformed", "Token is not base64url") from error


def _header(token: str) -> Mapping[str, Any]:
    try:
        header = jws.extract_compact(token.encode(), registry=_REGISTRY).headers()
        _REGISTRY.check_header(header)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise TokenRefused("parse token", "malformed", "Token header is invalid") from error
    return header


def _key_for(realm: Realm, header: Mapping[str, Any]) -> Key:
    if header.get("typ") != "JWT":
        raise TokenRefused("parse token", "wrong_typ", "Header typ is not JWT")
    key = realm.keyring.find(header.get("kid"))
    if key is None:
        raise TokenRefused("find key", "unknown_key", "Token was signed with a key unknown here")
    # The key says which algorithm, never the token: this ends alg=none and HS/RS confusion.
    if header.get("alg") != key.algorithm:
        raise TokenRefused(
            "find key", "wrong_algorithm", "Token names another algorithm than its key"
        )
    return key


def _verify(unverified: _Unverified, key: Key) -> None:
    try:
        algorithm = _REGISTRY.get_alg(key.algorithm)
        algorithm.check_key(key.jwk)
        signature = urlsafe_b64decode(unverified.signature)
        genuine = algorithm.verify(unverified.signed, signature, key.jwk)
    except (JoseError, ValueError, TypeError) as error:
        raise TokenRefused("verify signature", "bad_signature", "Signature is invalid") from error
    if not genuine:
        raise TokenRefused("verify signature", "bad_signature", "Signature is invalid")


def _refuse(code: str, reason: str) -> NoReturn:
    raise TokenRefused("read claims", code, reason)


def _claims(realm: Realm, payload: bytes, token_type: TokenType | None) -> Claims:
    try:
        found = json.loads(payload.decode())
    except (ValueError, RecursionError):
        _refuse("bad_payload", "Token payload is not JSON")
    if not isinstance(found, dict):
        _refuse("bad_payload", "Token payload is not a JSON object")
    _check_audience(realm, found)
    kind = found.get("token_type")
    if kind not in ("access", "refresh") or token_type not in (None, kind):
        _refuse("wrong_type", "Token has wrong type")
    issued, expires = _check_times(realm, kind, found)
    jti = found.get("jti")
    return Claims(
        token_type=kind,
        user_id=_number(found.get("user_id")),
        jti=_identifier("jti", jti),
        sid=_identifier("sid", found.get("sid")),
        pair=_identifier("pair", found.get("pair", jti)),
        issued=issued,
        expires=expires,
        extra=found,
    )


def _check_audience(realm: Realm, found: Mapping[str, Any]) -> None:
    if found.get("iss") != realm.issuer:
        _refuse("wrong_issuer", "Token was issued by somebody else")
    if found.get("aud") != realm.audience:
        _refuse("wrong_audience", "Token is meant for another audience")


def _check_times(realm: Realm, kind: TokenType, found: Mapping[str, Any]) -> tuple[int, int]:
    issued, expires = found.get("iat"), found.get("exp")
    begins = found.get("nbf", issued)
    if type(issued) is not int or type(expires) is not int or type(begins) is not int:
        _refuse("bad_times", "Token times are not whole seconds")
    if expires - issued > realm.lifetime_of(kind).total_seconds():
        _refuse("too_long", "Token lives longer than any issued here")
    now, leeway = time.time(), realm.leeway.total_seconds()
    if expires <= now - leeway:
        _refuse("expired", "Token is expired")
    if max(issued, begins) > now + max(leeway, 1):
        _refuse("not_yet", "Token is not valid yet")
    return issued, expires


def _identifier(name: str, value: object) -> uuid.UUID:
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        _refuse("bad_id", f"Token {name} is not 32 hexadecimal digits")
    return uuid.UUID(hex=value)


def _number(value: object) -> int:
    # Within 63 bits: a larger number makes a database driver raise instead of finding nothing.
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        _refuse("bad_id", "Token names no user")
    return int(value)


def peek(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and payload of a token, to be shown. Each is empty where it cannot be read.

    Nothing is verified: decide nothing by it.
    """
    header, _, rest = token[:MAX_BYTES].partition(".")
    return _peek_part(header), _peek_part(rest.partition(".")[0])


def _peek_part(part: str) -> dict[str, Any]:
    try:
        text = urlsafe_b64decode(part.encode()).decode()
        # A page writes it as JSON again, deeper in the stack than here: leave room for that.
        if text.count("[") + text.count("{") > MAX_DEPTH:
            return {}
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
