"""PASETO fixes what is wrong with JWT."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from accounts.bench.subjects import Subject
from accounts.claims import (
    Claim,
    Evidence,
    Kind,
    Laboratory,
    Measurement,
    Progress,
    Source,
    Verdict,
)
from accounts.claims.insecure_by_design import FORGERIES as JWT_FORGERIES
from accounts.claims.insecure_by_design import naive as naive_jwt
from accounts.models import EndReason, Login, Role
from accounts.strategies import Accepted
from accounts.tokens.realm import lab_realm

Json = dict[str, Any]
HEADER, SIGNATURE = "v4.public.", 64  # bytes of an Ed25519 signature
STATELESS, LIFETIME = "jwt-stateless", 300


# ---- Version 4, public: https://github.com/paseto-standard/paseto-spec ----------------------


def signed(claims: Json, key: Ed25519PrivateKey, header: str = HEADER) -> str:
    """A token that says ``claims``."""
    message = json.dumps(claims, separators=(",", ":")).encode()
    return header + _encoded(message + key.sign(_authenticated(header, message)))


def naive(token: str, key: Ed25519PublicKey) -> Json | None:
    """What a token says, if these lines believe it: as few as the naive ones for JWT."""
    if not token.startswith(HEADER):
        return None
    content = urlsafe_b64decode(token.removeprefix(HEADER).split(".")[0] + "==")
    message, signature = content[:-SIGNATURE], content[-SIGNATURE:]
    try:
        key.verify(signature, _authenticated(HEADER, message))
    except InvalidSignature:
        return None
    claims: Json = json.loads(message)
    return claims if claims["exp"] > time.time() else None


def _authenticated(header: str, message: bytes) -> bytes:
    """What the signature is over: header, message, footer and assertion, each with its length."""
    pieces = (header.encode(), message, b"", b"")
    return _le64(len(pieces)) + b"".join(_le64(len(piece)) + piece for piece in pieces)


def _le64(number: int) -> bytes:
    return number.to_bytes(8, "little")


# ---------------------------------------------------------------------------------------------


class PasetoFixesJwt(Claim):
    """Forge tokens of both formats, then end the login of a genuine one in four ways.

    PASETO leaves the verifier no choice: the version stands for one algorithm. The forgeries are
    those of the claim that JWT is insecure by design, carried over as far as the format has a place
    for them, and sent to a verifier of as few lines. Then a user logs out, logs out everywhere, is
    disabled, loses a role; each time a copied token is shown to the same lines, and a copied JWT to
    a server that asks the signature alone.
    """

    slug = "paseto-fixes-jwt"
    said = "PASETO fixes what is wrong with JWT."
    source = Source(
        "Paragon Initiative Enterprises",
        "2017",
        "https://paragonie.com/blog/2017/03/jwt-json-web-tokens-is-bad-standard-that-everyone-should-avoid",
        "The format lets the attacker choose the algorithm; one without choices ends that.",
    )
    against = Source(
        "Thomas Ptacek (Fly.io)",
        "2021",
        "https://fly.io/blog/api-tokens-a-tedious-survey/",
        "Getting the cryptography right is the easy part; what a token means is not.",
    )
    limits = (
        "Holds where naive lines believe no forged PASETO but a forged JWT, and no copy lives on.",
        "Does not hold where naive lines believe a forged PASETO.",
        "Depends on what is meant, where no PASETO is forged but copies live on after a log-out.",
    )
    caveat = (
        "Version 4 with a key pair, written out here in thirty lines and held against the official "
        "test vector. A server that looks each login up ends a PASETO like a JWT, at the same cost."
    )
    order = 250

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        key = Ed25519PrivateKey.generate()
        total = len(FORGERIES) + len(EVENTS)
        yield Progress("forging", 0, total)
        believed_jwts = sum(_is_believed_jwt(lab, forge) for forge in JWT_FORGERIES.values())
        believed = sum(_is_believed(forge(key), key) for forge in FORGERIES.values())
        copies: dict[str, int] = {"paseto": 0, STATELESS: 0}
        for done, end in enumerate(EVENTS.values()):
            yield Progress("ending logins", len(FORGERIES) + done, total)
            subject, token = lab.sign_in(STATELESS), signed(_claims(), key)
            end(subject)
            copies["paseto"] += _is_believed(token, key)
            verdict = subject.strategy.check(subject.credential.value)
            copies[STATELESS] += isinstance(verdict, Accepted)
        yield Evidence.from_measurements(
            [
                _count("forged-paseto", "PASETO", believed, f"{FORGED}, of {len(FORGERIES)}"),
                _count("forged-jwt", "JWT", believed_jwts, f"{FORGED}, of {len(JWT_FORGERIES)}"),
                _count("copies-paseto", "PASETO", copies["paseto"], LIVES),
                Measurement.for_strategy(
                    "copies", STATELESS, [copies[STATELESS]], group=LIVES, unit="copies"
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        forged, forged_jwts, copies = (
            int(evidence[name].median) for name in ("forged-paseto", "forged-jwt", "copies-paseto")
        )
        words = (
            f"The naive lines believed {forged} of {len(FORGERIES)} forged PASETOs and "
            f"{forged_jwts} of {len(JWT_FORGERIES)} forged JWTs. After {len(EVENTS)} ends of a "
            f"login {copies} copied PASETOs were still believed."
        )
        if forged or not forged_jwts:
            return Verdict(Kind.FAILS, words, fails)
        if copies:
            return Verdict(Kind.DEPENDS, words, depends, "It tips with a look-up for each request.")
        return Verdict(Kind.HOLDS, words, holds)


FORGED = "Forgeries that naive lines believe"
LIVES = "Copies that live on after the login ended, of 4"


def _count(name: str, title: str, number: int, group: str) -> Measurement:
    unit = "copies" if group == LIVES else "forgeries"
    return Measurement.from_samples(name, [number], group=group, title=title, unit=unit)


def _claims(**changes: Any) -> Json:
    return {"sub": "2", "role": "editor", "exp": int(time.time()) + LIFETIME, **changes}


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _is_believed(token: str, key: Ed25519PrivateKey) -> bool:
    try:
        return naive(token, key.public_key()) is not None
    except (ValueError, KeyError):
        return False


def _is_believed_jwt(lab: Laboratory, forge: Callable[[str], str]) -> bool:
    token = forge(lab.sign_in(STATELESS).credential.value)
    try:
        return naive_jwt(token, lab_realm().keyring.signing.secret) is not None
    except (ValueError, KeyError):
        return False


def _other_header(header: str) -> Callable[[Ed25519PrivateKey], str]:
    def forge(key: Ed25519PrivateKey) -> str:
        message = json.dumps(_claims(sub="1")).encode()
        return header + _encoded(message)

    return forge


def _own_key_in_footer(key: Ed25519PrivateKey) -> str:
    own = Ed25519PrivateKey.generate()
    footer = json.dumps({"jwk": _encoded(own.public_key().public_bytes_raw())}).encode()
    return f"{signed(_claims(sub='1'), own)}.{_encoded(footer)}"


def _own_key(key: Ed25519PrivateKey) -> str:
    return signed(_claims(sub="1"), Ed25519PrivateKey.generate())


def _changed(**changes: Any) -> Callable[[Ed25519PrivateKey], str]:
    def forge(key: Ed25519PrivateKey) -> str:
        genuine = urlsafe_b64decode(signed(_claims(), key).removeprefix(HEADER) + "==")
        message = json.dumps(_claims(**changes), separators=(",", ":")).encode()
        return HEADER + _encoded(message + genuine[-SIGNATURE:])

    return forge


def _cut_off(key: Ed25519PrivateKey) -> str:
    return HEADER + _encoded(json.dumps(_claims(sub="1")).encode())


FORGERIES: dict[str, Callable[[Ed25519PrivateKey], str]] = {
    "purpose none": _other_header("v4.none."),
    "no purpose": _other_header("v4."),
    "an older version": _other_header("v1.public."),
    "version none": _other_header("none.public."),
    "its own key in the footer": _own_key_in_footer,
    "signed with another key": _own_key,
    "other claims under the old signature": _changed(sub="1"),
    "a longer life under the old signature": _changed(exp=int(time.time()) + 10 * 365 * 86400),
    "the signature cut off": _cut_off,
}


def _log_out(subject: Subject) -> None:
    Login.objects.filter(pk=subject.login.pk).end(EndReason.LOGGED_OUT)


def _log_out_everywhere(subject: Subject) -> None:
    subject.login.user.end_logins(EndReason.EVERYWHERE)


def _disable(subject: Subject) -> None:
    subject.login.user.is_active = False
    subject.login.user.save()


def _remove_role(subject: Subject) -> None:
    subject.login.user.role = Role.MEMBER
    subject.login.user.save()


EVENTS: dict[str, Callable[[Subject], None]] = {
    "log out": _log_out,
    "log out everywhere": _log_out_everywhere,
    "disable": _disable,
    "remove the role": _remove_role,
}
