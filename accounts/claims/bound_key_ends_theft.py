"""Bind a token to a key, and theft is over."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.houses import BoundKey
from accounts.attacks.stage.verifier import encoded
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
from accounts.claims._shop import HOME, Headers, Shop, browser_of, lost, recorded, seen, shop_open
from accounts.models import SeenProof
from accounts.tokens.proofs import FRESH

ATTACK, HOUSE, TIMES = "script-in-a-comment", BoundKey.slug, 10
_BYTES = 32  # of each coordinate, and of each half of a signature


class Page:
    """The victim's page: a token, and a key pair that signs for it and is never handed out."""

    def __init__(self, shop: Shop) -> None:
        self._root = f"{origin_of(Party.SHOP, HOME)}/{shop.play.pk}/{HOUSE}/"
        self.key = generate_private_key(SECP256R1())
        self.token: str = shop.log_in(HOUSE, jwk=_public(self.key)).body["access"]

    def proof(
        self,
        path: str = "order/",
        *,
        age: int = 0,
        key: EllipticCurvePrivateKey | None = None,
    ) -> str:
        """A proof for one POST of the page (RFC 9449, section 4.2), made ``age`` seconds ago."""
        claims = {
            "htm": "POST",
            "htu": f"{self._root}{path}",
            "iat": int(time.time()) - age,
            "jti": secrets.token_urlsafe(16),
            "ath": encoded(hashlib.sha256(self.token.encode()).digest()),
        }
        return _signed(claims, key or self.key)

    def headers(self, proof: str) -> Headers:
        """What a request with a proof carries."""
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}


class BoundKeyEndsTheft(Claim):
    """Let a thief use a token that counts only with a proof by a key, which he does not have.

    The shop of the attack theatre checks proofs as DPoP asks, and remembers their ids. The thief
    tries the token alone; with a proof by a key of his own; with one that the page has used; with
    one for another address; with one of a minute ago. Then a script in the page has the page's key
    sign: for orders from the open tab, and for proofs that the thief's server uses later, when the
    tab is closed. All of it over HTTP, without a browser.

    That a script in a browser can do the last two, with a key that WebCrypto does not hand out, was
    recorded. How long a proof is has been counted: it comes on top of the token in each request.
    """

    slug = "bound-key-ends-theft"
    said = "Bind the token to a key, and theft is over."
    source = Source(
        "RFC 9449, DPoP",
        "2023",
        "https://www.rfc-editor.org/info/rfc9449",
        "A token that is bound to the client's key is worth nothing to whoever has only the token.",
    )
    against = Source(
        "RFC 10017, OAuth for browser-based applications",
        "2026",
        "https://www.rfc-editor.org/info/rfc10017",
        "A script in the page cannot read the key, but it can have it sign, and send requests.",
    )
    limits = (
        "Holds where no stolen token orders anything, with or without the page's help.",
        "Does not hold where a token orders without a proof that the page's key signed for it.",
        "Depends on what is stolen, where only a script in the page gets orders through.",
    )
    caveat = (
        f"A proof counts for {FRESH} seconds here. The shop asks for no nonce of its own, which "
        "would make proofs for later worthless."
    )
    needs_quiet = False
    attack = ATTACK
    order = 256

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times, accepted = lab.number(TIMES), dict[str, int]()
        with shop_open(ATTACK) as shop:
            page = Page(shop)
            for done, (which, (_, attempt)) in enumerate(ATTEMPTS.items()):
                yield Progress("trying the token", done, len(ATTEMPTS))
                accepted[which] = sum(_is_let(shop, attempt(shop, page)) for _ in range(times))
            bytes_more = [float(len(page.proof())) for _ in range(times)]
        yield Evidence.from_measurements(
            [
                *(_accepted(which, accepted[which], times) for which in ATTEMPTS),
                *_recorded(),
                Measurement.from_samples(
                    "proof",
                    bytes_more,
                    group="What each request carries more",
                    title="The proof",
                    unit="B",
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        alone, helped = (
            sum(int(evidence[f"try-{which}"].median) for which in tries)
            for tries in (ALONE, HELPED)
        )
        forgetful = int(evidence["try-forgotten"].median)
        words = (
            f"Without the page's key {alone} orders got through; with a script that has it sign, "
            f"{helped}. Where the shop forgets which proofs it saw, {forgetful} copied ones did. "
            f"Each proof is {evidence['proof'].median:.0f} bytes more in a request."
        )
        if alone:
            return Verdict(Kind.FAILS, words, fails)
        if helped:
            tip = "It tips where the thief's script runs in the page: then the key signs for him."
            return Verdict(Kind.DEPENDS, words, depends, tip)
        return Verdict(Kind.HOLDS, words, holds)


def _is_let(shop: Shop, headers: Headers) -> bool:
    return shop.order(HOUSE, headers, 1) == 1


def _used(shop: Shop, page: Page) -> Headers:
    """A proof that the page has used, and the thief copied."""
    headers = page.headers(page.proof())
    _is_let(shop, headers)
    return headers


def _forgotten(shop: Shop, page: Page) -> Headers:
    """The same, at a shop that remembers no proof."""
    headers = _used(shop, page)
    SeenProof.objects.all().delete()
    return headers


def _signs(shop: Shop, page: Page) -> Headers:
    """A script in the page has its key sign a proof that nobody has used."""
    return page.headers(page.proof())


def _signs_for_later(shop: Shop, page: Page) -> Headers:
    """The same half a minute before the thief's server uses it, when the tab is closed."""
    return page.headers(page.proof(age=FRESH // 2))


Attempt = Callable[[Shop, Page], Headers]
ATTEMPTS: dict[str, tuple[str, Attempt]] = {
    "bearer": ("The token alone", lambda _, page: {"Authorization": f"Bearer {page.token}"}),
    "own-key": (
        "With a proof by the thief's own key",
        lambda _, page: page.headers(page.proof(key=generate_private_key(SECP256R1()))),
    ),
    "used": ("With a proof that the page has used", _used),
    "elsewhere": (
        "With a proof for another address",
        lambda _, page: page.headers(page.proof("refresh/")),
    ),
    "old": (
        f"With a proof from {FRESH + 1} seconds ago",
        lambda _, page: page.headers(page.proof(age=FRESH + 1)),
    ),
    "forgotten": ("With a used proof, at a shop that forgets them", _forgotten),
    "tab": ("A script in the open tab", _signs),
    "later": ("With proofs made by it for later", _signs_for_later),
}
ALONE = ("bearer", "own-key", "used", "elsewhere", "old")
HELPED = ("tab", "later")


def _signed(claims: Mapping[str, Any], key: EllipticCurvePrivateKey) -> str:
    """A token as proofs are: signed with ES256, the public key in its header."""
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": _public(key)}
    signed = f"{_part(header)}.{_part(claims)}"
    halves = decode_dss_signature(key.sign(signed.encode(), ECDSA(SHA256())))
    return f"{signed}.{encoded(b''.join(half.to_bytes(_BYTES, 'big') for half in halves))}"


def _part(content: Mapping[str, Any]) -> str:
    return encoded(json.dumps(content, separators=(",", ":")).encode())


def _public(key: EllipticCurvePrivateKey) -> dict[str, str]:
    numbers = key.public_key().public_numbers()
    x, y = (encoded(number.to_bytes(_BYTES, "big")) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def _accepted(which: str, number: int, times: int) -> Measurement:
    return Measurement.from_samples(
        f"try-{which}",
        [number],
        group=f"Orders that the shop accepts, of {times}",
        title=ATTEMPTS[which][0],
        unit="orders",
        family="jwt",
    )


def _recorded() -> Iterator[Measurement]:
    """Whether a script in a real page ordered, in the open tab and after it was closed."""
    found = recorded(ATTACK)
    for one in found:
        for column, tab in ((1, "in the open tab"), (2, "after it was closed")):
            yield Measurement.from_samples(
                f"recorded-{browser_of(one)}-{column}",
                [lost(one, [BoundKey.title], column)],
                group=seen("Bound tokens by which a script ordered, of 1", found),
                title=f"{browser_of(one)}: {tab}",
                unit="tokens",
            )
