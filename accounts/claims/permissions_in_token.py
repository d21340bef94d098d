"""Put the permissions into the token."""

from collections.abc import Callable, Iterator

from django.conf import settings
from gunicorn.config import Config
from gunicorn.http.errors import LimitRequestHeaders
from gunicorn.http.parser import RequestParser

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
from accounts.tokens.codec import MAX_BYTES
from accounts.tokens.realm import lab_realm
from accounts.tokens.simplejwt import Simplejwt

STEPS = (0, 25, 50, 100, 200, 300)
ENOUGH, FEW = 100, 25  # permissions
MAX_PERMISSIONS = 2000
COOKIE = 4096  # bytes that a browser has to keep of one cookie (RFC 6265, section 6.1)


class PermissionsInToken(Claim):
    """Write more and more permissions into a token of simplejwt, and find where it breaks.

    Each is named as Django names them. What is tried: a header, which is read by gunicorn's own
    parser; a cookie, of which a browser has to keep 4,096 bytes and no more; and the strict decoder
    of this site, which refuses what is longer than a token should be.
    """

    slug = "permissions-in-token"
    said = "Put the permissions into the token: then nobody has to look them up."
    source = Source(
        "next-auth, issue 167",
        "read in 2026",
        "https://github.com/nextauthjs/next-auth/issues/167",
        "Whatever the application needs to know of its user can be a claim of the token.",
    )
    against = Source(
        "IdentityServer4, issue 4513",
        "read in 2026",
        "https://github.com/DuendeArchive/IdentityServer4/issues/4513",
        "With many claims the cookie and the header become too long, and requests are refused.",
    )
    limits = (
        f"Holds where {ENOUGH} permissions get through everywhere.",
        f"Does not hold where {FEW} do not get through somewhere.",
        f"Depends on how many there are, where {FEW} permissions get through and {ENOUGH} do not.",
    )
    caveat = (
        "A proxy in front has limits of its own, often 8 kB for all headers together. That the "
        "permissions are as old as the token is another claim."
    )
    order = 120

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        subject = lab.sign_in("jwt-user")
        sizes = {}
        for done, number in enumerate(STEPS):
            yield Progress("longer tokens", done, len(STEPS) + len(CARRIERS))
            sizes[number] = len(token_with(subject, number))
        most = {}
        for done, (name, (title, fits)) in enumerate(CARRIERS.items()):
            yield Progress(title.lower(), len(STEPS) + done, len(STEPS) + len(CARRIERS))
            most[name] = _most(subject, fits)
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.from_samples(
                        f"bytes-{number}",
                        [size],
                        group="Bytes of the token",
                        title=f"With {number} permissions",
                        unit="B",
                        family="jwt",
                    )
                    for number, size in sizes.items()
                ),
                *(
                    Measurement.from_samples(
                        f"most-{name}",
                        [most[name]],
                        group="The most permissions that get through",
                        title=title,
                        unit="permissions",
                        family="jwt",
                    )
                    for name, (title, _) in CARRIERS.items()
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        carriers = evidence.named("most-")
        tightest = min(carriers, key=lambda one: one.median)
        words = " ".join(
            f"{one.title}: up to {one.median:,.0f} permissions get through." for one in carriers
        )
        if tightest.median >= ENOUGH:
            return Verdict(Kind.HOLDS, words, holds)
        if tightest.median < FEW:
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            f"From {tightest.median + 1:,.0f} permissions on it breaks, first here: "
            f"{tightest.title.lower()}."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def token_with(subject: Subject, number: int) -> str:
    """An access token of simplejwt with so many permissions."""
    names = [f"shop.change_article{each}" for each in range(number)]
    login = subject.login
    return Simplejwt(lab_realm()).pair(login.user, login.id, {"permissions": names})[0]


def fits_header(token: str) -> bool:
    """Whether gunicorn's parser reads a request with the token in its header."""
    request = f"GET / HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer {token}\r\n\r\n"
    parser = RequestParser(Config(), iter([request.encode()]), ("127.0.0.1", 1))
    try:
        next(parser)
    except LimitRequestHeaders:
        return False
    return True


def fits_cookie(token: str) -> bool:
    """Whether a browser has to keep a cookie with the token: name, value and attributes."""
    attributes = "; HttpOnly; Path=/; SameSite=Lax; Secure"
    return len(f"{settings.SESSION_COOKIE_NAME}={token}{attributes}") <= COOKIE


def fits_decoder(token: str) -> bool:
    """Whether the strict decoder looks at it at all."""
    return len(token) <= MAX_BYTES


CARRIERS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "header": ("Header, gunicorn", fits_header),
    "cookie": ("Cookie, any browser", fits_cookie),
    "decoder": ("Strict decoder of this site", fits_decoder),
}


def _most(subject: Subject, fits: Callable[[str], bool]) -> int:
    """The largest number of permissions whose token fits; by halving."""
    low, high = 0, MAX_PERMISSIONS
    while low < high:
        middle = (low + high + 1) // 2
        if fits(token_with(subject, middle)):
            low = middle
        else:
            high = middle - 1
    return low
