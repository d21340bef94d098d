"""A token goes on with the old role."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

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
from accounts.models import Role, User
from accounts.strategies import Accepted, Family, Refused, strategies
from accounts.tokens.realm import lab_realm

LIFE = 2  # seconds of an access token
WATCHED = 5  # seconds: more than two lives
POLL = 0.05
SEVERAL = 0.5  # seconds: more than the time between two looks


@dataclass(slots=True)
class Demoted:
    """A login whose user lost a role, and how long it was served with the old one."""

    subject: Subject
    lost: float
    stale_s: float = 0.0

    def look(self) -> None:
        """Send one more request; refresh first where the access token has expired."""
        strategy, credential = self.subject.strategy, self.subject.credential
        verdict = strategy.check(credential.value)
        if isinstance(verdict, Refused) and credential.refresh:
            renewed = strategy.renew(credential.refresh)
            if not isinstance(renewed, Refused):
                self.subject = replace(self.subject, credential=renewed)
                verdict = strategy.check(renewed.value)
        if isinstance(verdict, Accepted) and verdict.role == Role.EDITOR:
            self.stale_s = time.monotonic() - self.lost


class StaleRole(Claim):
    """Take a role away from the users of all ways at once, and watch what they are served with.

    Access tokens live two seconds here, and a client refreshes when its token has run out. It is
    watched for five seconds, so for more than two lives of a token.
    """

    slug = "stale-role"
    said = "Who loses a role goes on with the old one as long as the token says so."
    source = Source(
        "Jim Manico (OWASP ASVS, issue 1418)",
        "2022",
        "https://github.com/OWASP/ASVS/issues/1418",
        "Where tokens carry the roles, those in use have to be revoked when a role changes.",
    )
    against = Source(
        "simplejwt, documentation",
        "read in 2026",
        "https://django-rest-framework-simplejwt.readthedocs.io/en/latest/"
        "stateless_user_authentication.html",
        "By default the user is read for each request, so its row decides; only who chooses the "
        "stateless way trusts the token.",
    )
    limits = (
        f"Holds where every kind of JWT serves the old role for {SEVERAL} s or more.",
        f"Does not hold where no kind of JWT serves the old role for {SEVERAL} s.",
        f"Depends on the kind, where only some JWTs serve the old role for {SEVERAL} s or more.",
    )
    caveat = "Two seconds stand for the minutes or hours that an access token usually lives."
    order = 370

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        realm = lab_realm().short_lived(timedelta(seconds=LIFE), logins=False)
        demoted = []
        for strategy in strategies:
            if strategy.bound:  # each look would need a proof; the row is read as under jwt-user
                continue
            subject = lab.sign_in(strategy.slug, realm=realm)
            User.objects.filter(pk=subject.login.user_id).update(role=Role.MEMBER)
            demoted.append(Demoted(subject, time.monotonic()))
        ends = time.monotonic() + WATCHED
        while (left := ends - time.monotonic()) > 0:
            yield Progress("seconds watched", round(WATCHED - left), WATCHED)
            for one in demoted:
                one.look()
            lab.pause(POLL)
        for one in demoted:
            one.subject.strategy.close()
        yield Evidence.from_measurements(
            Measurement.for_strategy(
                "stale",
                one.subject.slug,
                [one.stale_s],
                group=f"How long the old role is served, of {WATCHED} s watched",
                unit="s",
            )
            for one in demoted
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        jwts = [one for one in evidence.named("stale-") if one.family == Family.JWT]
        stale = [one for one in jwts if one.median >= SEVERAL]
        if not stale:
            return Verdict(Kind.FAILS, "Every way served the new role at once.", fails)
        named = "; ".join(f"“{one.title}” for {one.median:.1f} s" for one in stale)
        words = f"Of {len(jwts)} kinds of JWT {len(stale)} went on with the old role: {named}."
        if len(stale) == len(jwts):
            return Verdict(Kind.HOLDS, words, holds)
        tipping = (
            "It depends on who reads the user's row: where each request does, the demotion counts "
            "at once; where only a refresh does, after one life of a token; and where the refresh "
            "copies the old role, not even then."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)
