"""JWT fits links that work once."""

import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

from django.core.signing import BadSignature, TimestampSigner
from django.db import IntegrityError, transaction
from django.utils import timezone
from gunicorn.config import Config
from gunicorn.glogging import Logger

from accounts.attacks.stage.recorded import recorded_of
from accounts.attacks.token_in_an_address import POLICIES, QUERY, WAYS
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
from accounts.claims._shop import browser_of, lost, seen
from accounts.models import BlacklistedToken, EndReason
from accounts.tokens.codec import decode, issue
from accounts.tokens.realm import TokenRefused, lab_realm

FETCHES, LINKS = 20, 5
ATTACK = "token-in-an-address"
LIFE = timedelta(seconds=30)

Fetch = Callable[[str], bool]
Ways = dict[str, tuple[str, Callable[[Subject], str], Fetch]]


class SingleUseLinks(Claim):
    """Make a download link that is good for thirty seconds, and fetch it twenty times.

    Once the link is a JWT that is verified and no more; once Django's own signed value, the same
    way; and once the JWT's id is written down at its first use, by a row whose key is unique. Then
    the line is read that the server writes into its log of a request with the token in the address,
    and in a header.

    Whether a browser tells the address, token and all, to an advert's server was recorded in the
    attack theatre: with a page that asks for it (Referrer-Policy: unsafe-url), and with two others.
    """

    slug = "single-use-links"
    said = "A short-lived JWT is the right thing for a link that works once."
    source = Source(
        "Sven Slootweg (joepie91)",
        "2016",
        "http://cryto.net/~joepie91/blog/2016/06/13/stop-using-jwt-for-sessions/",
        "To authorise a single download, with a token that lives for minutes: that is what it is "
        "for.",
    )
    against = Source(
        "codeframe, issue 745",
        "2026",
        "https://github.com/frankbria/codeframe/issues/745",
        "A token in an address ends in logs and histories, and works from there once more.",
    )
    limits = (
        "Holds where the JWT alone can be fetched exactly once.",
        "Does not hold where it can be fetched again, although somebody writes its id down.",
        "Depends where it is fetched once with a row that remembers its id, and again without.",
    )
    caveat = (
        "The fetches follow each other. Of two at once the unique key lets one through; whether a "
        "download that broke off counts as used is left open. A browser keeps the address in its "
        "history, too."
    )
    needs_quiet = False
    attack = ATTACK
    order = 290

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        links = lab.number(LINKS)
        ways: Ways = {
            "jwt": ("JWT, verified", _jwt, self.fetch),
            "signer": ("Django's signed value", _signed, _fetch_signed),
            "row": ("JWT, verified and remembered", _jwt, self.fetch_once),
        }
        served: dict[str, list[float]] = {way: [] for way in ways}
        subject = lab.sign_in("jwt-blacklist-joined")
        for done in range(links):
            yield Progress("fetching links", done, links)
            for way, (_, make, fetch) in ways.items():
                link = make(subject)
                served[way].append(sum(fetch(link) for _ in range(FETCHES)))
        yield Evidence.from_measurements(
            [*_served(ways, served), *self.logs(_jwt(subject)), *_told()]
        )

    def logs(self, token: str) -> Iterator[Measurement]:
        """Whether a token can be read in the server's log, by how it is sent."""
        for name, title, line in (
            ("address", "In the link's address", access_log_line(f"/download/?token={token}")),
            ("header", "In a header", access_log_line("/download/", f"Bearer {token}")),
        ):
            yield Measurement.from_samples(
                f"logged-{name}",
                [int(token in line)],
                group="Tokens that gunicorn writes into its access log, of one",
                title=title,
                unit="tokens",
                family="jwt",
            )

    def fetch(self, link: str) -> bool:
        """Serve whoever has a link that verifies."""
        try:
            decode(lab_realm(), link)
        except TokenRefused:
            return False
        return True

    def fetch_once(self, link: str) -> bool:
        """Serve the first who has it: the row of its id can be written once."""
        try:
            claims = decode(lab_realm(), link)
            with transaction.atomic():
                BlacklistedToken.objects.create(
                    jti=claims.jti,
                    user_id=claims.user_id,
                    expires_at=timezone.now() + LIFE,
                    reason=EndReason.LOGGED_OUT,
                )
        except (TokenRefused, IntegrityError):
            return False
        return True

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        alone, row = evidence["served-jwt"], evidence["served-row"]
        words = (
            f"Of {FETCHES} fetches {alone.median:.0f} were served with the JWT alone, "
            f"{evidence['served-signer'].median:.0f} with Django's signed value, and "
            f"{row.median:.0f} where a row remembered it."
        )
        if any(one.median for one in evidence.named("logged-address")):
            words += " Its token could be read in the server's log."
        if telling := [one.title for one in evidence.named("told-") if one.median]:
            words += f" It was told to an advert's server by {', '.join(telling)}."
        if alone.low == alone.high == 1:
            return Verdict(Kind.HOLDS, words, holds)
        if not row.low == row.high == 1:
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            "“Once” is something to remember. A signature can say until when a link is good; only "
            "a row can say that it was used."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _served(ways: Ways, served: dict[str, list[float]]) -> Iterator[Measurement]:
    for way, (title, _, _) in ways.items():
        yield Measurement.from_samples(
            f"served-{way}",
            served[way],
            group=f"Fetches that are served, of {FETCHES}",
            title=title,
            unit="fetches",
            family="" if way == "signer" else "jwt",
        )


def _told() -> Iterator[Measurement]:
    """Whether a browser's Referer told another site the token, under each policy of the page."""
    policies, found = {"": "unsafe-url", **POLICIES}, recorded_of(ATTACK)
    for one in found:
        on = "".join(one.defences)
        if on in policies:
            yield Measurement.from_samples(
                f"told-{browser_of(one)}-{on}",
                [lost(one, [WAYS[QUERY].capitalize()], 1)],
                group=seen("Tokens that an advert's server was told, of one", found),
                title=f"{browser_of(one)}: {policies[on]}",
                unit="tokens",
                family="jwt",
            )


def access_log_line(address: str, authorization: str = "") -> str:
    """The line that gunicorn writes of a request by default."""
    config = Config()
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": address,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_AUTHORIZATION": authorization,
    }
    response = SimpleNamespace(status="200 OK", sent=0, headers=[])
    asked = SimpleNamespace(headers=[("AUTHORIZATION", authorization)] if authorization else [])
    log = Logger(config)
    atoms = log.atoms(response, asked, environ, timedelta(0))
    return str(config.access_log_format % log.atoms_wrapper_class(atoms))


def _jwt(subject: Subject) -> str:
    login = subject.login
    return issue(
        lab_realm().short_lived(LIFE, logins=False),
        token_type="access",
        user_id=login.user_id,
        sid=login.id,
        login_expires=login.expires,
    )


def _signed(subject: Subject) -> str:
    return TimestampSigner().sign(uuid.uuid4().hex)


def _fetch_signed(link: str) -> bool:
    try:
        TimestampSigner().unsign(link, max_age=LIFE)
    except BadSignature:
        return False
    return True
