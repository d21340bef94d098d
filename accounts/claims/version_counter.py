"""A version counter revokes for free, but only everything at once."""

from collections.abc import Iterator

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
from accounts.lab.report import Report
from accounts.lab.scenario import run_scenario
from accounts.strategies import Outcome

COUNTER, PLAIN, LISTED = "jwt-version", "jwt-user", "jwt-blacklist-joined"
WAYS = (COUNTER, PLAIN, LISTED)
EVENTS = ("log-out", "log-out-everywhere")


class VersionCounter(Claim):
    """Log two devices in and copy one's token; log that device out, or the user everywhere.

    Played with a counter on the user's row that the token has to match, with tokens that nothing
    revokes, and with a blacklist. The queries of a request are counted, the copy is replayed, and
    the other device asks once more.
    """

    slug = "version-counter"
    said = "A version number on the user's row revokes tokens for free, but only all at once."
    source = Source(
        "Frugle Me",
        "2026",
        "https://frugle.me/blog/killing-active-sessions-instantly-a-guide-to-secure-logouts-and-"
        "password-resets/gmNRM8K90RAuymUziSik",
        "Put a version into the token and into its user's row; to raise it ends every session.",
    )
    against = Source(
        "Damian Schenkelman (Auth0)",
        "2015",
        "https://auth0.com/blog/denylist-json-web-token-api-keys/",
        "A single token has to be revocable by its id, and the others go on.",
    )
    limits = (
        "Holds where it needs no query more, refuses the copy, and throws the other device out.",
        "Does not hold where it costs a query more, or lets the copy in.",
        "Depends where it can end one device alone.",
    )
    caveat = "The counter is raised by one UPDATE for each log-out; that write is not weighed here."
    order = 340

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        reports: dict[tuple[str, str], Report] = {}
        for done, slug in enumerate(WAYS):
            for event in EVENTS:
                yield Progress(f"{slug}: {event}", done, len(WAYS))
                reports[slug, event] = played = run_scenario(slug, event, pause=lab.pause)
                if played.error:
                    raise RuntimeError(played.error)
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.for_strategy(
                        "sql",
                        slug,
                        [reports[slug, event].sql_per_request for event in EVENTS],
                        group="SQL queries of a request",
                        unit="SQL",
                    )
                    for slug in WAYS
                ),
                *(
                    Measurement.for_strategy(
                        f"copy-{event}",
                        slug,
                        [float(reports[slug, event].thief is not Outcome.REFUSED)],
                        group=f"Copies that get in after the event: {event.replace('-', ' ')}",
                        unit="of 1",
                    )
                    for event in EVENTS
                    for slug in WAYS
                ),
                *(
                    Measurement.for_strategy(
                        "other",
                        slug,
                        [float(reports[slug, "log-out"].other == "collateral")],
                        group="Other devices thrown out by the log-out of one",
                        unit="of 1",
                    )
                    for slug in WAYS
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        sql, anyway = evidence[f"sql-{COUNTER}"].median, evidence[f"sql-{PLAIN}"].median
        inside = sum(evidence[f"copy-{event}-{COUNTER}"].median for event in EVENTS)
        thrown = evidence[f"other-{COUNTER}"].median
        words = (
            f"With the counter a request needs {queries(sql)}, as against {anyway:.0f} without. "
            f"The copy was {'let in' if inside else 'refused'}, the other device "
            f"{'thrown out as well' if thrown else 'left alone'}."
        )
        if sql > anyway or inside:
            return Verdict(Kind.FAILS, words, fails)
        if thrown:
            return Verdict(Kind.HOLDS, words, holds)
        tipping = "It can tell one device from another here, which a single number cannot."
        return Verdict(Kind.DEPENDS, words, depends, tipping)
