"""A stateless JWT saves the query of each request."""

from collections.abc import Iterator

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
    queries,
)
from accounts.models import User
from accounts.strategies import Accepted, strategies

STATELESS = "jwt-stateless"


class StatelessSavesAQuery(Claim):
    """Count what each way asks the database for one request, then let the view need the user.

    First only the credential is checked. Then the view also needs something that no token says: the
    user's e-mail address as it is now. Where the check has read the user's row already, that costs
    nothing; elsewhere it is one query more.
    """

    slug = "stateless-saves-a-query"
    said = "A stateless JWT saves the database query of each request."
    source = Source(
        "Evert Pot",
        "read in 2026",
        "https://evertpot.com/jwt-is-a-bad-default/",
        "A token that vouches for itself needs no look-up: that is the one thing it is good for.",
    )
    against = Source(
        "Sven Slootweg (joepie91)",
        "2016",
        "http://cryto.net/~joepie91/blog/2016/06/13/stop-using-jwt-for-sessions/",
        "What a request is about has to be fetched in any case, so little is saved.",
    )
    limits = (
        "Holds where it needs the fewest queries, also when the view needs the user's row.",
        "Does not hold where the bare check asks the database already.",
        "Depends where it is ahead only as long as the view needs no row of the user.",
    )
    caveat = (
        "Queries are counted, not weighed. A view that reads other tables asks these queries under "
        "every way."
    )
    order = 100

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        slugs = self.ways()
        bare, full = {}, {}
        for done, slug in enumerate(slugs):
            yield Progress("counting queries", done, len(slugs))
            subject = lab.sign_in(slug)
            _check(subject)  # the first one may do more: an instance wakes up
            bare[slug] = lab.sql_of(lambda: _check(subject))  # noqa: B023 - called at once
            full[slug] = lab.sql_of(lambda: _address(subject))  # noqa: B023
        yield Evidence.from_measurements(
            Measurement.for_strategy(name, slug, [counted[slug]], group=group, unit="SQL")
            for name, counted, group in (
                ("bare", bare, "Queries to check a request"),
                ("user", full, "Queries where the view also needs the user's row"),
            )
            for slug in slugs
        )

    def ways(self) -> list[str]:
        """What is compared: all whose credential can be sent twice."""
        return [strategy.slug for strategy in strategies if not strategy.bound]

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        bare, full = evidence[f"bare-{STATELESS}"].median, evidence[f"user-{STATELESS}"].median
        others = [one for one in evidence.named("user-") if one.name != f"user-{STATELESS}"]
        best = min(others, key=lambda one: one.median)
        if bare:
            return Verdict(Kind.FAILS, f"The bare check needs {queries(bare)}.", fails)
        words = (
            f"The bare check needs no query. Where the view needs the user it takes "
            f"{queries(full)}, as against {best.median:.0f} with “{best.title}”."
        )
        if full < best.median:
            return Verdict(Kind.HOLDS, words, holds)
        tipping = (
            "It is ahead by one query for each request whose view needs no row of the user: for a "
            "site where half of the requests do, that is half a query a request."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _check(subject: Subject) -> Accepted:
    verdict = subject.strategy.check(subject.credential.value)
    if not isinstance(verdict, Accepted):
        raise TypeError(f"{subject.slug} refused a login that holds: {verdict.reason}")
    return verdict


def _address(subject: Subject) -> str:
    """The e-mail address of who asks: a fact that is true now, and stands in no token."""
    user = _check(subject).user
    row = user if isinstance(user, User) else User.objects.get(pk=user.pk)
    return str(row.email)
