"""The blacklist stays small, a table of sessions does not."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
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
from accounts.models import BlacklistedToken, Login, Session, User, login_begin, pruning
from accounts.tokens.realm import lab_realm

SMALL = 0.05  # of the rows of sessions
HOURS, LOGINS = 24, 10  # logins in each hour
ENDED = 10  # of 100 logins end by a log-out
HOUR = timedelta(hours=1)
SHORT, LONG = timedelta(minutes=5), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Scheme:
    """What is kept by a strategy whose logins, or tokens, live so long."""

    title: str
    strategy: str
    life: timedelta
    tables: tuple[type[Session] | type[Login] | type[BlacklistedToken], ...]
    family: str = "jwt"


SCHEMES = {
    "session": Scheme("Sessions of 14 days", "session-joined", LONG, (Session,), "session"),
    "short": Scheme("Blacklist, tokens of 5 minutes", "jwt-blacklist", SHORT, (BlacklistedToken,)),
    "long": Scheme("Blacklist, tokens of 14 days", "jwt-blacklist", LONG, (BlacklistedToken,)),
    "rotated": Scheme(
        "Blacklist, refresh tokens rotated",
        "jwt-blacklist-joined",
        LONG,
        (BlacklistedToken, Login),
    ),
}


class BlacklistStaysSmall(Claim):
    """Live through a day: people log in each hour, one in ten logs out, and all is pruned.

    An hour passes by making every row an hour older. What is counted is what each way needs to be
    kept at the end of the day: the sessions, without the list of logins that this site keeps beside
    them; the blacklist, where tokens live five minutes or fourteen days; and the blacklist with the
    rows that rotation needs.
    """

    slug = "blacklist-stays-small"
    said = "A blacklist stays small, and a table of sessions does not."
    source = Source(
        "yuxino, blog issue 12",
        "read in 2026",
        "https://github.com/yuxino/blog/issues/12",
        "Few tokens are ever revoked, so the list of them is shorter than a list of all.",
    )
    against = Source(
        "simplejwt, documentation of its blacklist app",
        "read in 2026",
        "https://django-rest-framework-simplejwt.readthedocs.io/en/latest/blacklist_app.html",
        "Every refresh token that is handed out gets a row; what has expired is to be flushed.",
    )
    limits = (
        f"Holds where every blacklist has at most {SMALL:.0%} of the rows that sessions need.",
        f"Does not hold where even that of tokens of five minutes has more than {SMALL:.0%}.",
        f"Depends where only some blacklists have more than {SMALL:.0%} of the rows of sessions.",
    )
    caveat = (
        f"{ENDED} of 100 logins end by a log-out here, and both tables are pruned each hour. Who "
        "does not prune has other troubles: that is how tables of sessions become huge."
    )
    on_paper = (
        "This is one day. After weeks, the rows of all logins that have ended within the life of a "
        "login are there at once, and those of the list of logins longer:"
    )
    order = 150

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        logins, kept = lab.number(LOGINS, least=10), {}
        for done, (name, scheme) in enumerate(SCHEMES.items()):
            for hour in range(HOURS):
                if hour % 6 == 0:
                    yield Progress(scheme.title.lower(), done * HOURS + hour, len(SCHEMES) * HOURS)
                self.hour(lab, scheme, logins)
            kept[name] = sum(table.objects.count() for table in scheme.tables)
            for table in (Session, Login, BlacklistedToken):
                table.objects.all().delete()
        yield Evidence.from_measurements(
            Measurement.from_samples(
                f"rows-{name}",
                [100 * kept[name] / (HOURS * logins)],
                group="Rows at the end of the day for each 100 logins",
                title=scheme.title,
                unit="rows",
                family=scheme.family,
            )
            for name, scheme in SCHEMES.items()
        )

    @transaction.atomic
    def hour(self, lab: Laboratory, scheme: Scheme, logins: int) -> None:
        """An hour passes, all is pruned, people log in, and some log out."""
        Session.objects.update(expires=F("expires") - HOUR)
        BlacklistedToken.objects.update(expires_at=F("expires_at") - HOUR)
        Login.objects.update(created=F("created") - HOUR, expires=F("expires") - HOUR)
        for what in pruning.prunables():
            list(pruning.prune(what))
        realm = replace(
            lab_realm(), access_lifetime=min(SHORT, scheme.life), login_lifetime=scheme.life
        )
        strategy = lab.strategy(scheme.strategy, realm)
        user = User.objects.create(username=secrets.token_hex(8))
        for number in range(logins):
            login = login_begin(user, strategy=scheme.strategy, lifetime=scheme.life)
            credential = strategy.issue(login)
            if number % (100 // ENDED) == 0:
                strategy.revoke(login, credential.value)

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        sessions = evidence["rows-session"].median
        rows = {name: evidence[f"rows-{name}"].median for name in SCHEMES if name != "session"}
        words = (
            f"For 100 logins of the day sessions kept {sessions:.0f} rows, the blacklist "
            f"{rows['short']:.1f} with tokens of five minutes, {rows['long']:.0f} with tokens of "
            f"14 days, and {rows['rotated']:.0f} with rotation."
        )
        if rows["short"] > SMALL * sessions:
            return Verdict(Kind.FAILS, words, fails)
        if max(rows.values()) <= SMALL * sessions:
            return Verdict(Kind.HOLDS, words, holds)
        tipping = (
            "A row has to be kept as long as its token would live. With tokens of 14 days the "
            f"limit is passed when more than {SMALL * sessions:.0f} of 100 logins end by a "
            "log-out; and what rotates needs a row for each login, whoever logs out."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)
