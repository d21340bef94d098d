"""Tokens that the shop never made, against a verifier whose checks can be left out."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import act_note
from accounts.attacks.stage.verifier import (
    AUDIENCE,
    CHECKS,
    ENDED,
    ISSUER,
    KID,
    VERSION,
    Keys,
    NotAccepted,
    encoded,
    hmac_of,
    keys_of,
    part,
    verify,
)
from accounts.models import AttackAct, AttackPlay

HOUR, YEARS = 3600, 10 * 365 * 24 * 3600
TITLES = {check.slug: check.title for check in CHECKS}


def _claims(now: int, **changes: Any) -> dict[str, Any]:
    usual = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "admin",
        "token_type": "access",
        "sid": "login-9",
        "version": VERSION,
        "iat": now,
        "exp": now + HOUR,
    }
    return {**usual, **changes}


def _token(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[str], str]) -> str:
    text = f"{part({'typ': 'JWT', **header})}.{part(claims)}"
    return f"{text}.{sign(text)}"


def _by(key: Ed25519PrivateKey) -> Callable[[str], str]:
    return lambda text: encoded(key.sign(text.encode()))


def _for_another_purpose(keys: Keys, now: int) -> str:
    header = {"alg": "EdDSA", "kid": KID, "typ": "logout+jwt"}
    return _token(header, _claims(now), _by(keys.shop))


def _without_end(keys: Keys, now: int) -> str:
    claims = _claims(now)
    del claims["exp"]
    return _token({"alg": "EdDSA", "kid": KID}, claims, _by(keys.shop))


def _genuine(keys: Keys, now: int, **changes: Any) -> str:
    """A token that the shop, or whoever shares its key, has really signed."""
    return _token({"alg": "EdDSA", "kid": KID}, _claims(now, **changes), _by(keys.shop))


def _no_signature(keys: Keys, now: int) -> str:
    return _token({"alg": "none", "kid": KID}, _claims(now), lambda _: "")


def _public_key_as_secret(keys: Keys, now: int) -> str:
    header = {"alg": "HS256", "kid": KID}
    return _token(header, _claims(now), lambda text: hmac_of(keys.public_pem, text))


def _empty_file_as_key(keys: Keys, now: int) -> str:
    header = {"alg": "HS256", "kid": "../../dev/null"}
    return _token(header, _claims(now), lambda text: hmac_of(b"", text))


def _own_key_in_token(keys: Keys, now: int) -> str:
    x = encoded(keys.thief.public_key().public_bytes_raw())
    header = {"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": x}}
    return _token(header, _claims(now), _by(keys.thief))


def _own_key_at_address(keys: Keys, now: int) -> str:
    return _token({"alg": "EdDSA", "jku": keys.jku}, _claims(now), _by(keys.thief))


def _changed_payload(keys: Keys, now: int) -> str:
    header, _, signature = _genuine(keys, now, sub="attacker").split(".")
    return f"{header}.{part(_claims(now))}.{signature}"


#: What the thief makes, each at a time in seconds since 1970.
FORGERIES: dict[str, Callable[[Keys, int], str]] = {
    "No signature at all (alg: none)": _no_signature,
    "Signed with the public key as a secret": _public_key_as_secret,
    "kid names an empty file, which is the secret": _empty_file_as_key,
    "The thief’s own key in the header (jwk)": _own_key_in_token,
    "The address of the thief’s key in the header (jku)": _own_key_at_address,
    "Another name in the payload, the old signature": _changed_payload,
    "From another site that has the same key": lambda keys, now: _genuine(
        keys, now, iss="http://other"
    ),
    "Made for another service": lambda keys, now: _genuine(keys, now, aud="newsletter"),
    "A refresh token": lambda keys, now: _genuine(keys, now, token_type="refresh"),
    "Expired an hour ago": lambda keys, now: _genuine(
        keys, now, iat=now - 2 * HOUR, exp=now - HOUR
    ),
    "Valid from tomorrow on": lambda keys, now: _genuine(keys, now, nbf=now + 24 * HOUR),
    "Valid for ten years": lambda keys, now: _genuine(keys, now, exp=now + YEARS),
    "Of a login that has ended": lambda keys, now: _genuine(keys, now, sid=ENDED),
    "A log-out message that the shop has signed": _for_another_purpose,
    "Without an end (no exp)": _without_end,
    "Of an account that was deleted": lambda keys, now: _genuine(keys, now, sub="deleted"),
    "Of an account that was disabled": lambda keys, now: _genuine(keys, now, sub="former"),
    "From before a log-out everywhere": lambda keys, now: _genuine(keys, now, version=VERSION - 1),
}


def _send(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief sends one forgery after the other; the shop's verifier judges."""
    keys, off, now = keys_of(play), {*play.defences}, int(time.time())
    accepted = 0
    for title, forge in FORGERIES.items():
        try:
            claims = verify(forge(keys, now), keys, off=off, now=now)
        except NotAccepted as refused:
            act_note(play, "refused", title=title, check=str(refused))
        else:
            act_note(play, "accepted", title=title, who=claims["sub"])
            accepted += 1
    return JsonResponse({"says": f"The shop accepted {accepted} of {len(FORGERIES)}."})


class ForgedToken(Attack):
    """The thief makes tokens, eighteen of them, and sends each to the shop’s verifier.

    Some are not signed, or with a key that anybody has. Some were signed by the right key for
    another purpose. With all its checks the verifier refuses each. Leave a check out, and see what
    comes in: each of these mistakes was made by a real library or server.
    """

    slug = "forged-token"
    title = "Forge a token"
    known_as = "alg none, key confusion and others"
    goal = "Leave out one check, and get a forged token accepted by it."
    readings = (
        Reading(
            "RFC 8725: JSON Web Token Best Current Practices",
            "https://www.rfc-editor.org/rfc/rfc8725",
        ),
        Reading(
            "Tim McLean: Critical vulnerabilities in JSON Web Token libraries (2015)",
            "https://auth0.com/blog/critical-vulnerabilities-in-json-web-token-libraries/",
        ),
    )
    switches_title = "Checks that the shop leaves out"
    defences = CHECKS
    caveat = (
        "The verifier was written for this page; no file is opened and no address asked. The "
        "site’s own decoder has no switches: the inspector shows what it does with such tokens. It "
        "also looks at size, form and spelling, which keep odd input out and stop no thief here."
    )
    order = 80
    row_title = "What the thief sends"
    views: ClassVar = {"send": _send}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [
            Stop.calling(
                play,
                Party.THIEF,
                "The thief makes tokens",
                f"Send {len(FORGERIES)} of them",
                call="send",
                way="",
                says="Each says that its bearer is admin, or should be over. The shop’s public key "
                "is known to everybody; its private key is not.",
            )
        ]

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        told = {act.facts["title"]: act for act in acts if "title" in act.facts}
        rows = [_row(title, told.get(title)) for title in FORGERIES]
        came_in = [row.title for row in rows if row.cells[0].went_well is False]
        off = [TITLES[slug] for slug in play.defences if slug in TITLES]
        if not told:
            sentence = "Not played yet."
        elif not came_in:
            sentence = f"None of {len(FORGERIES)} forged tokens was accepted."
        else:
            sentence = (
                f"Without “{'”, “'.join(off)}” {len(came_in)} of {len(FORGERIES)} forged tokens "
                f"came in: {'; '.join(came_in)}."
            )
        solved = "Goal reached: one check less, and a forged token came in."
        return Result(
            ("The shop", "Stopped by"), rows, sentence, solved if came_in and len(off) == 1 else ""
        )


def _row(title: str, act: AttackAct | None) -> Row:
    if act is None:
        return Row(title, (Cell("not played"), Cell("")), "jwt")
    if act.name == "accepted":
        who = Cell(f"accepts it as {act.facts['who']}", went_well=False)
        return Row(title, (who, Cell("nothing")), "jwt")
    stopped = TITLES.get(act.facts["check"], "its form")
    return Row(title, (Cell("refuses it", went_well=True), Cell(stopped)), "jwt")
