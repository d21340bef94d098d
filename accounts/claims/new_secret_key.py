"""A new secret key logs everybody out."""

from collections.abc import Iterator

from django.db import transaction

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
from accounts.strategies import Accepted, Strategy, strategies
from accounts.tokens.realm import lab_realm

LOGINS = 5
CASES = {
    "forgotten": "Logins that go on under a new key, the old one forgotten",
    "kept": "Logins that go on under a new key, the old one kept to verify",
}


class NewSecretKey(Claim):
    """Log in under every way, start the server again under another secret, and send a request.

    Once the old key is forgotten, as where a container starts without a fixed one, and once it is
    kept beside the new one to verify what it signed.
    """

    slug = "new-secret-key"
    said = "A new secret key logs everybody out, cookies and tokens alike."
    source = Source(
        "EralpB, django-rotate-secret-key",
        "read in 2026",
        "https://pypi.org/project/django-rotate-secret-key/0.2/",
        "Once the key is another one, the sessions and cookies of before are worth nothing.",
    )
    against = Source(
        "Django, documentation of SECRET_KEY_FALLBACKS",
        "read in 2026",
        "https://docs.djangoproject.com/en/5.2/ref/settings/#secret-key-fallbacks",
        "Former keys may stay in a list for a while: what they signed still holds.",
    )
    limits = (
        "Holds where no login goes on, whether the old key is kept or not.",
        "Does not hold where a login goes on although the old key is forgotten.",
        "Depends where logins go on only if the old key is kept.",
    )
    caveat = (
        "This site also digests the keys of its own sessions and random tokens with the secret, so "
        "they end with it, too. A table of plain keys would not notice, and could be stolen."
    )
    order = 380

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        number = lab.number(LOGINS)
        alive: dict[str, dict[str, int]] = {case: {} for case in CASES}
        ways = [strategy for strategy in strategies if not strategy.bound]  # no proof is at hand
        for done, strategy in enumerate(ways):
            yield Progress("starting again", done, len(ways))
            with transaction.atomic():
                subjects = [lab.sign_in(strategy.slug) for _ in range(number)]
            for case in CASES:
                realm = lab_realm().rotated(overlap=case == "kept")
                alive[case][strategy.slug] = _alive(strategy(realm), subjects)
        yield Evidence.from_measurements(
            Measurement.for_strategy(case, slug, [100 * count / number], group=title, unit="%")
            for case, title in CASES.items()
            for slug, count in alive[case].items()
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        survivors = {
            case: [one for one in evidence.named(f"{case}-") if one.median] for case in CASES
        }
        number = len(evidence.named("kept-"))
        if survivors["forgotten"]:
            named = ", ".join(f"“{one.title}”" for one in survivors["forgotten"])
            return Verdict(Kind.FAILS, f"These went on without the old key: {named}.", fails)
        if not survivors["kept"]:
            return Verdict(Kind.HOLDS, f"Under all {number} ways every login was over.", holds)
        lost = [one for one in evidence.named("kept-") if not one.median]
        words = (
            f"With the old key forgotten, every login of all {number} ways was over. With the old "
            f"key kept, {len(survivors['kept'])} ways went on."
        )
        tipping = "It tips with the old key in the list of those that still verify."
        if lost:
            named = ", ".join(f"“{one.title}”" for one in lost)
            tipping += f" These know one key alone, and logged out all the same: {named}."
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _alive(server: Strategy, subjects: list[Subject]) -> int:
    try:
        verdicts = [server.check(subject.credential.value) for subject in subjects]
    finally:
        server.close()
    return sum(isinstance(verdict, Accepted) for verdict in verdicts)
