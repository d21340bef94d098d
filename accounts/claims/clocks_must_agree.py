"""Tokens need clocks that agree."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from django.db.models import F

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
from accounts.models import Login, Session
from accounts.strategies import Accepted
from accounts.tokens.realm import lab_realm

SKEWS = (1, 3, 10, 60, 300)  # seconds that one server's clock is ahead
LEEWAYS = (0, 5, 60)  # seconds
USUAL = 10  # seconds: what a clock may be off by
TOKEN, SESSION = "jwt-blacklist-joined", "session-joined"


class ClocksMustAgree(Claim):
    """Log in at a server whose clock is ahead, and send the credential to one whose clock is right.

    A token says when it was issued, and one from the future is refused. A session's row says when
    it ends. Both are written by the clock that is ahead, by a second up to five minutes, and asked
    about at once; the token with no leeway, with five seconds of it, and with a minute.
    """

    slug = "clocks-must-agree"
    said = "Tokens need servers whose clocks agree; sessions do not."
    source = Source(
        "lcobucci/jwt, issue 191",
        "read in 2026",
        "https://github.com/lcobucci/jwt/issues/191",
        "A token is refused as used too early, because the clock of its issuer is ahead.",
    )
    against = Source(
        "M. Jones, J. Bradley, N. Sakimura (RFC 7519, section 4.1)",
        "2015",
        "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
        "A small leeway, of no more than a few minutes, makes up for clocks that differ.",
    )
    limits = (
        f"Holds where no token is let in from a clock {USUAL} s ahead, and every session is.",
        "Does not hold where a token is let in without any leeway, or a session is refused.",
        "Depends on the leeway, where only with one a token from such a clock is let in.",
    )
    caveat = (
        "Only a clock that is ahead. Where one is behind, a session and a token both end that much "
        "too early; the leeway lets an expired token live on, and so does it to a revoked one."
    )
    order = 310

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        let_in: dict[str, dict[int, bool]] = {"session": {}}
        let_in |= {f"leeway-{leeway}": {} for leeway in LEEWAYS}
        for done, skew in enumerate(SKEWS):
            yield Progress("clocks ahead", done, len(SKEWS))
            let_in["session"][skew] = session_is_let_in(lab, skew)
            for leeway in LEEWAYS:
                let_in[f"leeway-{leeway}"][skew] = token_is_let_in(lab, skew, leeway)
        titles = {"session": "Session", **{f"leeway-{one}": _title(one) for one in LEEWAYS}}
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.from_samples(
                        f"most-{name}",
                        [max((skew for skew, is_in in found.items() if is_in), default=0)],
                        group=f"The most that a clock may be ahead, of up to {max(SKEWS)} s",
                        title=titles[name],
                        unit="s",
                        family="session" if name == "session" else "jwt",
                    )
                    for name, found in let_in.items()
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        most = {one.name.removeprefix("most-"): one.median for one in evidence.named("most-")}
        words = (
            f"The session was let in with a clock up to {most['session']:.0f} s ahead, a token up "
            + ", ".join(
                f"to {most[f'leeway-{one}']:.0f} s with {one} s of leeway" for one in LEEWAYS
            )
            + "."
        )
        if most["leeway-0"] >= USUAL or most["session"] < USUAL:
            return Verdict(Kind.FAILS, words, fails)
        if most[f"leeway-{max(LEEWAYS)}"] < USUAL:
            return Verdict(Kind.HOLDS, words, holds)
        tipping = (
            "It tips when the leeway is as long as the clocks are apart; and for as long as the "
            "leeway a token lives on that has expired."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def token_is_let_in(lab: Laboratory, skew: int, leeway: int) -> bool:
    """Whether a token from a clock ahead is let in at once."""
    realm = replace(lab_realm(), leeway=timedelta(seconds=leeway))
    with clock_ahead(skew):
        subject = lab.sign_in(TOKEN, realm=realm)
    return isinstance(subject.strategy.check(subject.credential.value), Accepted)


def session_is_let_in(lab: Laboratory, skew: int) -> bool:
    """The same of a session: its rows as the clock ahead would have written them."""
    subject = lab.sign_in(SESSION)
    later = timedelta(seconds=skew)
    Session.objects.filter(login=subject.login).update(expires=F("expires") + later)
    Login.objects.filter(pk=subject.login.pk).update(
        created=F("created") + later, expires=F("expires") + later
    )
    return isinstance(subject.strategy.check(subject.credential.value), Accepted)


@contextmanager
def clock_ahead(seconds: int) -> Iterator[None]:
    """A clock that is ahead, for what is signed in the block. This process does nothing else."""
    right = time.time
    with patch("time.time", lambda: right() + seconds):
        yield


def _title(leeway: int) -> str:
    return f"Token, {leeway} s of leeway" if leeway else "Token, no leeway"
