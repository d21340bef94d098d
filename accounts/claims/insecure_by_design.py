"""JWT is insecure by design."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

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
from accounts.strategies import Accepted
from accounts.tokens.realm import lab_realm

Json = dict[str, Any]
LIBRARY, STRICT = "jwt-stateless", "jwt-blacklist-joined"


# ---- Twelve lines as one finds them in tutorials: whatever the token asks for is done. ----------


def naive(token: str, secret: bytes) -> Json | None:
    """What a token says, if the naive verifier believes it. Not to be used anywhere else."""
    header, payload, signature = token.split(".")
    asked = json.loads(_decoded(header))
    if asked["alg"].lower() == "none":
        return _claims(payload)
    if "jwk" in asked:
        secret = _decoded(asked["jwk"]["k"])
    elif asked.get("kid", "").startswith("/"):
        secret = b""  # of the file /dev/null, which the token names
    expected = _mac(f"{header}.{payload}", secret)
    return _claims(payload) if hmac.compare_digest(expected, signature) else None


# -------------------------------------------------------------------------------------------------


class InsecureByDesign(Claim):
    """Forge tokens in nine ways that have worked somewhere, and send them to three verifiers.

    Each forgery starts from a real token and makes its sender somebody else, or lets it live on.
    The verifiers: twelve lines that do what the token asks for, which stand in this file and
    nowhere else; simplejwt with PyJWT, used as their documentation says; and the strict decoder of
    this site. All of them accept the real token.
    """

    slug = "insecure-by-design"
    said = "JWT is insecure by design: a forged token is let in."
    source = Source(
        "Tim McLean (Auth0)",
        "2015",
        "https://auth0.com/blog/2015/03/31/critical-vulnerabilities-in-json-web-token-libraries/",
        "Many libraries let the token choose how it is verified, or that it is not.",
    )
    against = Source(
        "Y. Sheffer, D. Hardt, M. Jones (RFC 8725)",
        "2020",
        "https://www.rfc-editor.org/rfc/rfc8725",
        "Fix the algorithm, take no key from the token, check type and audience: then it is safe.",
    )
    limits = (
        "Holds where a library that is used as documented accepts at least one forgery.",
        "Does not hold where neither the library nor the strict decoder accepts one.",
    )
    caveat = (
        "Nine forgeries against the versions that are installed here. It cannot show that there is "
        "no tenth, nor what other libraries do."
    )
    attack = "forged-token"
    order = 240

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        accepted: dict[str, list[str]] = {"naive": [], LIBRARY: [], STRICT: []}
        subjects = {slug: lab.sign_in(slug) for slug in (LIBRARY, STRICT)}
        for done, (name, forge) in enumerate(FORGERIES.items()):
            yield Progress(name, done, len(FORGERIES))
            token = forge(subjects[LIBRARY].credential.value)
            if _believed(token):
                accepted["naive"].append(name)
            for slug, subject in subjects.items():
                if _let_in(subject, forge(subject.credential.value)):
                    accepted[slug].append(name)
        group = f"Forgeries that are accepted, of {len(FORGERIES)}"
        yield Evidence.from_measurements(
            [
                Measurement.from_samples(
                    "accepted-naive",
                    [len(accepted["naive"])],
                    group=group,
                    title="Twelve naive lines",
                    unit="forgeries",
                ),
                Measurement.for_strategy(
                    "accepted", LIBRARY, [len(accepted[LIBRARY])], group=group, unit="forgeries"
                ),
                Measurement.for_strategy(
                    "accepted", STRICT, [len(accepted[STRICT])], group=group, unit="forgeries"
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails = self.limits
        naive_ones = evidence["accepted-naive"].median
        used = evidence[f"accepted-{LIBRARY}"].median + evidence[f"accepted-{STRICT}"].median
        words = (
            f"The naive lines accepted {naive_ones:.0f} of {len(FORGERIES)} forgeries, simplejwt "
            f"and the strict decoder together {used:.0f}."
        )
        if used:
            return Verdict(Kind.HOLDS, words, holds)
        return Verdict(
            Kind.FAILS,
            f"{words} The format leaves room for a bad verifier; it does not make one.",
            fails,
        )


def _believed(token: str) -> bool:
    secret = lab_realm().keyring.signing.secret
    try:
        return naive(token, secret) is not None
    except (ValueError, KeyError):
        return False


def _let_in(subject: Subject, token: str) -> bool:
    return isinstance(subject.strategy.check(token), Accepted)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _claims(part: str) -> Json:
    found: Json = json.loads(_decoded(part))
    return found


def _mac(signed: str, secret: bytes) -> str:
    return _encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))


def _written(header: Json, claims: Json, secret: bytes | None = None) -> str:
    signed = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_mac(signed, secret) if secret is not None else ''}"


def _somebody_else(token: str) -> tuple[Json, Json]:
    header, payload, _ = token.split(".")
    return _claims(header), {**_claims(payload), "user_id": "1", "sub": "1"}


def _unsigned(algorithm: str) -> Callable[[str], str]:
    def forge(token: str) -> str:
        header, claims = _somebody_else(token)
        return _written({**header, "alg": algorithm}, claims)

    return forge


def _with_own_key(token: str) -> str:
    header, claims = _somebody_else(token)
    key = {"kty": "oct", "k": _encoded(b"the thief's own key of 32 bytes.")}
    return _written({**header, "jwk": key}, claims, _decoded(key["k"]))


def _with_an_empty_file(token: str) -> str:
    header, claims = _somebody_else(token)
    return _written({**header, "kid": "/dev/null"}, claims, b"")


def _with_an_empty_secret(token: str) -> str:
    return _written(*_somebody_else(token), b"")


def _old_signature(token: str) -> str:
    header, claims = _somebody_else(token)
    return f"{_written(header, claims).rstrip('.')}.{token.split('.')[2]}"


def _longer_life(token: str) -> str:
    header, payload, signature = token.split(".")
    claims = {**_claims(payload), "exp": int(time.time()) + 10 * 365 * 86400}
    return f"{header}.{_encoded(json.dumps(claims).encode())}.{signature}"


def _no_signature(token: str) -> str:
    return f"{token.rpartition('.')[0]}."


FORGERIES: dict[str, Callable[[str], str]] = {
    "alg: none": _unsigned("none"),
    "alg: None": _unsigned("None"),
    "alg: nOnE": _unsigned("nOnE"),
    "its own key in the header": _with_own_key,
    "a key file that is empty": _with_an_empty_file,
    "signed with an empty secret": _with_an_empty_secret,
    "other claims under the old signature": _old_signature,
    "a longer life under the old signature": _longer_life,
    "the signature cut off": _no_signature,
}
