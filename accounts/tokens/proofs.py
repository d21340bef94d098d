"""Proofs of possession (DPoP, RFC 9449): who sends a token shows that it holds the token's key."""

import base64
import hashlib
import json
import re
import secrets
import time
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from accounts.tokens.realm import TokenRefused

MAX_BYTES = 2048
FRESH = 60  # seconds; a proof is made for one request, so it is either this young or copied
_ID = re.compile(r"[\w.~+/=-]{8,128}", re.ASCII)


class Proof(NamedTuple):
    """A genuine proof: the thumbprint of its key (RFC 7638) and its own id, which counts once.

    ``nonce`` is the server's word that it repeats, if any.
    """

    thumbprint: str
    jti: str
    expires: datetime
    nonce: object


class ProofKey:
    """A client's key, which never leaves it, and the proofs that it signs."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256")
        self.thumbprint = self._key.thumbprint()

    def proof(self, method: str, url: str, *, token: str = "", nonce: str = "") -> str:
        """A proof for one request (RFC 9449, section 4.2); ``token`` where it sends one."""
        claims: dict[str, Any] = {"jti": secrets.token_urlsafe(12), "htm": method, "htu": url}
        claims["iat"] = int(time.time())
        if token:
            claims["ath"] = _hash(token)
        if nonce:
            claims["nonce"] = nonce
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        return jws.serialize_compact(header, json.dumps(claims), self._key, ["ES256"])


def key_thumbprint(jwk: object) -> str:
    """The thumbprint of a client's public key, a P-256 key as a JWK.

    Raises:
        TokenRefused: it is none, or it is a private one.
    """
    return _key(jwk).thumbprint()


def proof_check(text: str, *, method: str, url: str, token: str) -> Proof:
    """Check a proof for one request (RFC 9449, section 4.3); ``token`` is empty where it has none.

    Whether its id was seen before, and which nonce is good, is for the caller to ask.

    Raises:
        TokenRefused: it is none, for another request or token, or not of this minute.
    """
    if len(text) > MAX_BYTES:
        _refuse("too_large", f"A proof has at most {MAX_BYTES} bytes")
    header, claims = _opened(text)
    thumbprint = key_thumbprint(header.get("jwk"))
    if (claims.get("htm"), claims.get("htu")) != (method, url):
        _refuse("other_request", "The proof was made for another request")
    if token and claims.get("ath") != _hash(token):
        _refuse("other_token", "The proof was made for another token")
    issued, jti = claims.get("iat"), claims.get("jti")
    if type(issued) is not int or abs(time.time() - issued) > FRESH:
        _refuse("not_fresh", "The proof was not made just now")
    if not isinstance(jti, str) or not _ID.fullmatch(jti):
        _refuse("bad_id", "The proof has no id")
    expires = datetime.fromtimestamp(issued + FRESH, UTC)
    return Proof(thumbprint, jti, expires, claims.get("nonce"))


def _refuse(code: str, reason: str) -> NoReturn:
    raise TokenRefused("check proof", code, reason)


def _key(jwk: object) -> ECKey:
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        _refuse("bad_key", "The key is no public P-256 key")
    if "d" in jwk:  # whoever shows a private key has lost it
        _refuse("bad_key", "The key is a private one")
    try:
        return ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, KeyError, ValueError, TypeError, AttributeError):
        _refuse("bad_key", "The key is no public P-256 key")


def _opened(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of a proof, once the key in its header has verified it."""
    try:
        unverified = jws.extract_compact(text.encode())
        header = unverified.headers()
        if (header.get("typ"), header.get("alg")) != ("dpop+jwt", "ES256"):
            _refuse("malformed", "This is no proof")
        jws.deserialize_compact(text, _key(header.get("jwk")), algorithms=["ES256"])
        claims = json.loads(unverified.payload)
    except (JoseError, ValueError, TypeError, AttributeError, RecursionError):
        _refuse("bad_signature", "The proof is not genuine")
    if not isinstance(claims, dict):
        _refuse("malformed", "This is no proof")
    return header, claims


def _hash(token: str) -> str:
    digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
