"""A JWT tells everybody who reads it who you are."""

import base64
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

from accounts.bench.subjects import new_user
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
from accounts.models import User
from accounts.strategies import Family, strategies

FACTS = ("name", "role", "number", "e-mail address")
_PART = re.compile(r"[A-Za-z0-9_-]+")


class ReadablePayload(Claim):
    """Log in under every way, and look for facts about the user in what a log-file would hold.

    Nothing is verified and no key is known: each part of the credential is taken for base64, and
    unpacked where it is compressed. The user's name, role, number and e-mail address are looked
    for.
    """

    slug = "readable-payload"
    said = "A JWT tells everybody who reads it who you are."
    source = Source(
        "M. Jones, J. Bradley, N. Sakimura (RFC 7519, section 12)",
        "2015",
        "https://www.rfc-editor.org/rfc/rfc7519#section-12",
        "A token may hold what is private, so it has to be kept from others, encrypted, or leave "
        "that out.",
    )
    against = Source(
        "M. Jones, J. Hildebrand (RFC 7516)",
        "2015",
        "https://www.rfc-editor.org/rfc/rfc7516",
        "A token can be encrypted: then only who has the key reads it.",
    )
    limits = (
        "Holds where every kind of JWT shows a fact about the user, and no other credential does.",
        "Does not hold where no JWT shows a fact about the user.",
        "Depends where only some JWTs show such a fact, or where another credential does as well.",
    )
    caveat = (
        "Only what this site puts into its tokens is found. A number is a fact, too: it tells two "
        "visits of one person from those of two."
    )
    order = 320

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found = {}
        user = new_user()
        User.objects.filter(pk=user.pk).update(email="ada.lovelace@example.org")
        user.refresh_from_db()
        facts = (user.username, user.role, str(user.pk), user.email)
        # One that is bound to a key is given to no client without one, and reads as the others do.
        ways = [strategy for strategy in strategies if not strategy.bound]
        for done, strategy in enumerate(ways):
            yield Progress("reading credentials", done, len(ways))
            credential = lab.sign_in(strategy.slug, user).credential.value
            found[strategy.slug] = sum(said_in(fact, legible(credential)) for fact in facts)
        yield Evidence.from_measurements(
            Measurement.for_strategy(
                "facts",
                slug,
                [number],
                group=f"Facts about the user that anybody reads, of {len(FACTS)}",
                unit="facts",
            )
            for slug, number in found.items()
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        shown = evidence.named("facts-")
        jwts = [one for one in shown if one.family == Family.JWT]
        telling = [one for one in jwts if one.median]
        others = [one for one in shown if one.median and one.family != Family.JWT]
        if not telling:
            return Verdict(Kind.FAILS, "No JWT showed anything about its user.", fails)
        most = max(telling, key=lambda one: one.median)
        words = (
            f"{len(telling)} of {len(jwts)} kinds of JWT show something; “{most.title}” shows "
            f"{most.median:.0f} of {len(FACTS)} facts."
        )
        if len(telling) == len(jwts) and not others:
            return Verdict(Kind.HOLDS, f"{words} No cookie and no random token does.", holds)
        named = ", ".join(f"“{one.title}”" for one in others) or "no cookie"
        tipping = (
            f"It depends on what is written into the credential, not on what it is called: beside "
            f"the tokens, {named} can be read as well."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def legible(credential: str) -> str:
    """All that can be read in a credential without a key."""
    return "\n".join([credential, *filter(None, map(_decoded, _PART.findall(credential)))])


def said_in(fact: str, text: str) -> bool:
    """Whether a fact stands in a text as a word of its own."""
    return re.search(rf"(?<![\w.]){re.escape(fact)}(?![\w.])", text) is not None


def _decoded(part: str) -> str:
    try:
        content = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
        with suppress(zlib.error):
            content = zlib.decompress(content)  # Django compresses a long session
        return content.decode()
    except ValueError:  # neither base64 nor text: random bytes hold a short number by chance
        return ""
