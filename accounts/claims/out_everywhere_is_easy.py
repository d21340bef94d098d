"""Logging somebody out everywhere is one command where sessions are stored."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from time import thread_time_ns

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.bench.statistics import NS_PER_US
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
from accounts.models import Login, User
from accounts.strategies import Family, Strategy

FLAT = 1.5  # times as long among the many as among the few
FEW, MANY = 100, 2000  # live sessions of others
DEVICES, TIMES = 5, 7
WAYS = ("session-db", "session-joined", "jwt-blacklist", "jwt-version", "opaque")


class OutEverywhereIsEasy(Claim):
    """Log a user with five devices out everywhere, among few sessions of others and among many.

    Both tables grow: Django's sessions, and the logins of this site. What is measured is the CPU
    time of the one call that ends all logins of the user.
    """

    slug = "out-everywhere-is-easy"
    said = "Where sessions are stored, logging somebody out everywhere is one quick command."
    source = Source(
        "Frugle Me",
        "2026",
        "https://frugle.me/blog/killing-active-sessions-instantly-a-guide-to-secure-logouts-and-"
        "password-resets/gmNRM8K90RAuymUziSik",
        "A store of sessions deletes all keys of a user with a single command.",
    )
    against = Source(
        "Jazzband, django-user-sessions",
        "read in 2026",
        "https://github.com/jazzband/django-user-sessions",
        "Django's sessions do not know whose they are: who wants that needs another table.",
    )
    limits = (
        f"Holds where no store of sessions takes {FLAT:g} times as long among the many.",
        f"Does not hold where every store of sessions takes {FLAT:g} times as long among the many.",
        "Depends on whether a store knows whose session it is, where only some take that long.",
    )
    caveat = (
        "The user has five devices in each case. What a proxy or another server remembers of a "
        "login is not ended by this."
    )
    order = 140

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times, took = lab.number(TIMES, least=3), dict[str, list[float]]()
        others, there = new_user(), 0
        for size, number in (("few", lab.number(FEW)), ("many", lab.number(MANY))):
            _crowd(others, number - there)
            there = number
            for done, slug in enumerate(WAYS):
                yield Progress(f"among {number:,} sessions", done, len(WAYS))
                took[f"{size}-{slug}"] = [self._log_out(lab, slug) for _ in range(times)]
        yield Evidence.from_measurements(
            Measurement.for_strategy(size, slug, took[f"{size}-{slug}"], group=group, unit="µs")
            for size, group in (
                ("few", f"CPU time among {FEW} sessions of others"),
                ("many", f"CPU time among {MANY:,} sessions of others"),
            )
            for slug in WAYS
        )

    def _log_out(self, lab: Laboratory, slug: str) -> float:
        with transaction.atomic():
            user = new_user()
            for _ in range(DEVICES):
                subject = lab.sign_in(slug, user)
        return cpu_us(subject.strategy, user)

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        stores = [one for one in evidence.named("many-") if one.family == Family.SESSION]
        few = {one.title: evidence[one.name.replace("many", "few", 1)] for one in stores}
        growing = [
            one
            for one in stores
            if one.differs_from(few[one.title]) and one.median >= FLAT * few[one.title].median
        ]
        words = " ".join(
            f"“{one.title}” took {_as_long(one, few[one.title])} among {MANY:,} sessions as among "
            f"{FEW}."
            for one in stores
        )
        if not growing:
            return Verdict(Kind.HOLDS, words, holds)
        if len(growing) == len(stores):
            return Verdict(Kind.FAILS, words, fails)
        slowest = max(stores, key=lambda one: one.median)
        each = slowest.median / MANY
        tipping = (
            f"“{slowest.title}” reads every live session, at {each:.0f} µs each: with "
            f"{100_000 / each:,.0f} of them it is 100 ms."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def us_per_session(evidence: Evidence) -> dict[str, float]:
    """CPU time for each live session of anybody, by strategy, of those whose time grows with them.

    Sizes are those of a whole run: of a shorter one nothing follows.
    """
    found = {}
    for slug in WAYS:
        few, many = evidence[f"few-{slug}"], evidence[f"many-{slug}"]
        if many.differs_from(few) and many.median > few.median:
            found[slug] = (many.median - few.median) / (MANY - FEW)
    return found


def _as_long(many: Measurement, few: Measurement) -> str:
    if not many.differs_from(few):
        return "as long (to within the spread)"
    return f"{many.median / few.median:.1f} times as long"


def cpu_us(strategy: Strategy, user: User) -> float:
    """CPU time to end all logins of a user, in microseconds."""
    began = thread_time_ns()
    strategy.revoke_all(user)
    return (thread_time_ns() - began) / NS_PER_US


def _crowd(others: User, number: int) -> None:
    """So many more live sessions and logins of somebody else."""
    expires = timezone.now() + timedelta(days=1)
    data = SessionStore().encode({"_auth_user_id": str(others.pk)})
    Session.objects.bulk_create(
        Session(session_key=secrets.token_hex(16), session_data=data, expire_date=expires)
        for _ in range(number)
    )
    Login.objects.bulk_create(
        Login(user=others, strategy="session-joined", token_version=0, expires=expires)
        for _ in range(number)
    )
