"""Tokens that are bound to a key of the client (DPoP, RFC 9449), and whether that key signs."""

from collections.abc import Mapping
from typing import Any, NoReturn

from accounts.models import proof_note
from accounts.tokens.possession import nonces, possession
from accounts.tokens.proofs import Proof
from accounts.tokens.realm import Realm, TokenRefused
from accounts.tracing.recorder import step


def key_claim(realm: Realm) -> dict[str, Any]:
    """What a token says of the key whose proof this request brings: its thumbprint.

    Raises:
        TokenRefused: it brings none that holds.
    """
    return {"cnf": {"jkt": _proved(realm, "").thumbprint}}


def key_must_sign(realm: Realm, extra: Mapping[str, Any], token: str = "") -> None:
    """Refuse what does not come with a new proof by the key that a token names. One statement.

    ``token``: the access token, for which the proof then has to be made, with a nonce of ours. One
    that is asked for with a refresh token needs neither (RFC 9449, sections 5 and 7).

    Raises:
        TokenRefused: there is none; the code is the error of RFC 9449, or of RFC 6750.
    """
    proof = _proved(realm, token, extra)
    if token and proof.nonce not in nonces(realm):
        _refuse("use_dpop_nonce", "The proof does not repeat a nonce of this minute")


def _proved(realm: Realm, token: str, extra: Mapping[str, Any] | None = None) -> Proof:
    try:
        with step("verify proof", kind="crypto", detail="ES256"):
            proof, is_new = possession(token)
    except TokenRefused as error:
        _refuse("invalid_dpop_proof", error.reason)
    if extra is not None and extra.get("cnf") != {"jkt": proof.thumbprint}:
        _refuse("invalid_token", "The token is bound to another key than the one that signed")
    if is_new and not proof_note(realm.digest(f"{proof.thumbprint} {proof.jti}"), proof.expires):
        _refuse("invalid_dpop_proof", "The proof was used before")
    return proof


def _refuse(code: str, reason: str) -> NoReturn:
    raise TokenRefused("check proof", code, reason)
