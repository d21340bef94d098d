"""With a blacklist you have built a session again."""

from collections.abc import Iterator, Mapping
from functools import partial
from time import thread_time_ns

from django.db import transaction

from accounts.bench.client import Client
from accounts.bench.measures.database import changed, row_counts, statements
from accounts.bench.measures.requests import shuffled
from accounts.bench.statistics import NS_PER_US
from accounts.bench.subjects import Subject, new_user
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

CHEAPER = 0.85  # of the session's CPU time
FEW = 0.25  # of the session's rows
ROUNDS, WARM_UP = 300, 10
LOGINS, LOGGED_OUT = 100, 10
SESSION, JWT, PLAIN = "session-joined", "jwt-blacklist-joined", "jwt-blacklist"
WAYS = (SESSION, JWT, "session-db", PLAIN)


class BlacklistIsASession(Claim):
    """Send the same request under two ways built with equal care, and under what people write.

    The requests take turns, so that noise hits all alike. Then a hundred logins are made and ten of
    them end, and the rows that the server keeps are counted before and after: of a blacklist only
    the exceptions, unless refresh tokens are rotated, which needs a row for each login. Two rows
    stand for a login of this site's own session: one of the list of logins, which stays when the
    login has ended, and one of the sessions, which goes. Django's keeps the second alone.

    The limits are ours: saving less than 15 % of the CPU time, or less than three quarters of the
    rows, is not called a gain.
    """

    slug = "blacklist-is-a-session"
    said = "With a blacklist you have built a session again: nothing was gained."
    source = Source(
        "Sven Slootweg (joepie91)",
        "2016",
        "http://cryto.net/~joepie91/blog/2016/06/19/"
        "stop-using-jwt-for-sessions-part-2-why-your-solution-doesnt-work/",
        "Whatever makes a token revocable makes the server keep state, and then a session does it.",
    )
    against = Source(
        "Damian Schenkelman (Auth0)",
        "2015",
        "https://auth0.com/blog/denylist-json-web-token-api-keys/",
        "A list of revoked tokens holds exceptions alone, and most tokens never become one.",
    )
    limits = (
        f"Holds where it costs {CHEAPER:.0%} of a session's CPU time or more, and a row a login.",
        f"Does not hold where it costs less than {CHEAPER:.0%} of the time, or fewer queries.",
        f"Depends where the costs are alike, and some way keeps less than {FEW:.0%} of the rows.",
    )
    caveat = (
        "One database and one program. Other services can verify a token with a public key, which "
        "a session cannot offer: that is not measured here."
    )
    on_paper = (
        "These 100 logins begin together. Where users log in again and again, the rows of logins "
        "that have ended add up, so the same rows for each login become many more:"
    )
    order = 10

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        user = new_user()
        subjects = {slug: lab.sign_in(slug, user) for slug in WAYS}
        cpu: dict[str, list[float]] = {slug: [] for slug in WAYS}
        client, rounds = Client(), lab.number(ROUNDS)
        for number, subject in enumerate(shuffled([*subjects.values()], WARM_UP + rounds)):
            taken = _cpu_us(client, subject)
            if number >= WARM_UP * len(WAYS):
                cpu[subject.slug].append(taken)
            if number % 100 == 0:
                yield Progress("requests", number, (WARM_UP + rounds) * len(WAYS))
        logins = lab.number(LOGINS, least=20)
        alive, rows = {}, {}
        for done, slug in enumerate(WAYS):
            yield Progress("counting rows", done, len(WAYS))
            alive[slug], rows[slug] = ([found] for found in _rows(lab, slug, logins))
        sql = {slug: [lab.sql_of(partial(lab.me, subjects[slug], client))] for slug in WAYS}
        none, some = (f"Rows for 100 logins, {many} of which ended" for many in (0, LOGGED_OUT))
        yield Evidence.from_measurements(
            Measurement.for_strategy(name, slug, found[slug], group=group, unit=unit)
            for name, found, group, unit in (
                ("cpu", cpu, "CPU time of a request", "µs"),
                ("sql", sql, "SQL queries of a request", "SQL"),
                ("alive", alive, none, "rows"),
                ("rows", rows, some, "rows"),
            )
            for slug in WAYS
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        ratio = evidence[f"cpu-{JWT}"].figure.over(evidence[f"cpu-{SESSION}"].figure)
        sql = {slug: evidence[f"sql-{slug}"].median for slug in WAYS}
        rows = {slug: evidence[f"rows-{slug}"].median for slug in WAYS}
        differs = evidence[f"cpu-{JWT}"].differs_from(evidence[f"cpu-{SESSION}"])
        cost = (
            f"The revocable token needs {queries(sql[JWT])} where the session needs "
            f"{sql[SESSION]:.0f}, and {ratio.median:.2f} ± {ratio.error:.2f} times its CPU time"
            f"{'' if differs else ' (no difference: it lies within the spread)'}."
        )
        if ratio.median < CHEAPER or sql[JWT] < sql[SESSION]:
            return Verdict(Kind.FAILS, cost, fails)
        kept = (
            f"Of 100 logins, {LOGGED_OUT} of which ended, the session keeps {rows[SESSION]:.0f} "
            f"rows, the blacklist {rows[JWT]:.0f} with rotation and {rows[PLAIN]:.0f} without."
        )
        if min(rows[JWT], rows[PLAIN]) >= FEW * rows[SESSION]:
            return Verdict(Kind.HOLDS, f"{cost} {kept}", holds)
        return Verdict(Kind.DEPENDS, f"{cost} {kept}", depends, _tipping(evidence))


def _tipping(evidence: Evidence) -> str:
    """At how many log-outs the blacklist is no longer small: of two counts, on straight lines.

    Empty for a result that has only the count after the log-outs.
    """
    if not evidence.named("alive-"):
        return ""
    alive = {slug: evidence[f"alive-{slug}"].median for slug in (SESSION, PLAIN)}
    a_log_out = {
        slug: (evidence[f"rows-{slug}"].median - alive[slug]) / LOGGED_OUT for slug in alive
    }
    ahead = FEW * alive[SESSION] - alive[PLAIN]
    nearer = a_log_out[PLAIN] - FEW * a_log_out[SESSION]
    if nearer <= 0:
        return ""
    return (
        f"Without rotation the blacklist reaches {FEW:.0%} of the session's rows when "
        f"{ahead / nearer:.0f} of 100 logins end by a log-out: each adds {a_log_out[PLAIN]:.3g} to "
        f"the one and takes {-a_log_out[SESSION]:.3g} from the other."
    )


def _cpu_us(client: Client, subject: Subject) -> float:
    environ = subject.environ()
    began = thread_time_ns()
    client.send(environ)
    return (thread_time_ns() - began) / NS_PER_US


def _rows(lab: Laboratory, slug: str, logins: int) -> tuple[float, float]:
    """Rows for 100 logins, before and after some end; of the tables that the way reads or writes.

    The lab writes a row for every login. It counts for the ways that need it.
    """
    user = new_user()
    with statements() as sent:
        known = lab.sign_in(slug, user)
        sent.clear()  # the lab's own
        known.strategy.issue(known.login)
        known.strategy.check(known.credential.value)
    before = row_counts()
    with transaction.atomic():
        subjects = [lab.sign_in(slug, user) for _ in range(logins)]
        alive = changed(before, row_counts())
        for subject in subjects[: round(logins * LOGGED_OUT / 100)]:
            subject.strategy.revoke(subject.login, subject.credential.value)
    ended = changed(before, row_counts())

    def needed(added: Mapping[str, int]) -> float:
        own = (rows for table, rows in added.items() if any(f'"{table}"' in sql for sql in sent))
        return 100 * sum(own) / logins

    return needed(alive), needed(ended)
