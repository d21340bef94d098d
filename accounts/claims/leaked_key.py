"""If the key leaks, everybody is everybody."""

from collections.abc import Iterator

from django.db import transaction

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
from accounts.lab.leak import ACCOUNTS, SIGNED_IN, forged, rows_of, users_taken
from accounts.strategies import strategies
from accounts.tokens.realm import lab_realm

FORGED = ("jwt-stateless", "jwt-user", "jwt-blacklist", "jwt-version", "jwt-blacklist-joined")


class LeakedKey(Claim):
    """Give a thief the secret, or a copy of a table, and let it try to be each of twenty users.

    Half of them are logged in. With the secret the thief signs a token for a login that was never
    there, in the role of an editor, just as the server itself would sign it. With a table it
    sends what stands in the rows.
    """

    slug = "leaked-key"
    said = "If the signing key leaks, everybody can be everybody."
    source = Source(
        "django-rest-framework-jwt, issue 63",
        "2015",
        "https://github.com/jpadilla/django-rest-framework-jwt/issues/63",
        "One key signs for all users; a key for each user would bound what a leak does.",
    )
    against = Source(
        "Jazzband, django-rest-knox",
        "read in 2026",
        "https://github.com/jazzband/django-rest-knox",
        "No key signs anything; only a digest of a random token is stored, so a copied table is "
        "worth nothing.",
    )
    limits = (
        f"Holds where the secret makes the thief each of {ACCOUNTS} users under every kind of JWT.",
        "Does not hold where the secret makes the thief no user at all under any kind of JWT.",
        "Depends where some kinds of JWT refuse what the thief signed.",
    )
    caveat = (
        "The thief knows the secret, not the database: who reads the table of logins as well can "
        "name one that is there. A public key signs nothing, so only the private one can leak so."
    )
    attack = "leaked-secret"
    order = 230

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        with transaction.atomic():
            users = [new_user() for _ in range(ACCOUNTS)]
        taken = {}
        for done, slug in enumerate(FORGED):
            yield Progress("signing as everybody", done, len(FORGED))
            with transaction.atomic():
                for user in users[::SIGNED_IN]:
                    lab.sign_in(slug, user)
            sent = list(forged(strategies[slug], lab_realm(), users))
            taken[slug] = len(users_taken(lab.strategy(slug), users, sent))
        dumped = {}
        for slug in ("session-db", "session-joined", "opaque"):
            with transaction.atomic():
                subjects = [lab.sign_in(slug, user) for user in users[::SIGNED_IN]]
            keys = [subject.credential.value for subject in subjects]
            sent = rows_of([subject.login for subject in subjects], keys)
            dumped[slug] = len(users_taken(lab.strategy(slug), users, sent))
        secret = f"Accounts taken with the secret, of {ACCOUNTS}"
        table = f"Accounts taken with a copy of the table, of {ACCOUNTS}"
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.for_strategy(
                        "secret", slug, [number], group=secret, unit="accounts"
                    )
                    for slug, number in taken.items()
                ),
                *(
                    Measurement.for_strategy("table", slug, [number], group=table, unit="accounts")
                    for slug, number in dumped.items()
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        found = evidence.named("secret-")
        everybody = [one for one in found if one.median >= ACCOUNTS]
        safe = [one for one in found if not one.median]
        worst = max(evidence.named("table-"), key=lambda one: one.median)
        words = (
            f"With the secret the thief was everybody under {len(everybody)} of {len(found)} kinds "
            f"of JWT. A copied table gave it {worst.median:.0f} accounts under “{worst.title}”."
        )
        if len(everybody) == len(found):
            return Verdict(Kind.HOLDS, words, holds)
        if len(safe) == len(found):
            return Verdict(Kind.FAILS, words, fails)
        named = "; ".join(f"“{one.title}”" for one in safe)
        tipping = (
            f"It tips where a token has to name a login that is there: {named} refused every token "
            "that the thief signed."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)
