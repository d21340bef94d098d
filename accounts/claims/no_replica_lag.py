"""Stateless means no replica-lag trouble."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

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
from accounts.cluster.clients import OK, UNAUTHORIZED, expiry_of
from accounts.cluster.drills import Stage, accepted_for, duration
from accounts.cluster.drills.replica_behind import bounced_for, watch
from accounts.cluster.parts import SITES
from accounts.strategies import strategies

BEHIND = 500  # milliseconds
OWN_WRITES = 2  # times as long as the replica is behind, for which the primary is asked instead
STATELESS = "jwt-stateless"
WAYS = ("session-db", "jwt-blacklist-joined", STATELESS)
LOOKED_UP = WAYS[:2]
_WATCHED = 4.0  # seconds after a log-out, at most


@dataclass(frozen=True, slots=True)
class Seen:
    """For how long the reader of the replica was wrong, in seconds."""

    #: from the log-in, until it lets its owner in
    bounce: float
    #: from the log-out, until it refuses the copy
    ghost: float


class NoReplicaLag(Claim):
    """Let the replica apply everything half a second later, and read it in one of the processes.

    A device logs in at a process that has the primary, and asks the one that reads the replica at
    once: until the replica has caught up, a row that is looked up is not there, and the log-in
    bounces. Then it logs out, and a copy is sent to the reader: until the replica has caught up, a
    ghost is let in. A token that nobody looks up is let in until it expires.

    The remedy is played, too: for a second after each write, what its owner asks goes to a process
    that has the primary.
    """

    slug = "no-replica-lag"
    said = "What is stateless has no trouble with a replica that lags behind."
    source = Source(
        "SocialTools, JWT vs Stateful Sessions",
        "read in 2026",
        "https://socialtoolsapp.com/insights/jwt-vs-sessions",
        "No store of sessions is asked, so it scales to any number of servers and regions.",
    )
    against = Source(
        "Bastionary, Multi-region auth",
        "read in 2026",
        "https://bastionary.com/blog/multi-region-auth",
        "Keys and revocation lists are state, too: they have to be replicated, and can be stale.",
    )
    limits = (
        "Holds where its log-in does not bounce, and its log-out is known as soon as the others’.",
        "Does not hold where its log-in bounces.",
        "Depends on what counts, where its log-in does not bounce but its log-out is known later.",
    )
    caveat = (
        "How far the replica is behind is chosen here. In Fleet’s issue 4469 log-ins bounced with "
        "a replica that was 40 ms behind."
    )
    needs = (*SITES, "primary", "replica", "reader")
    needs_quiet = False
    order = 220

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found = {}
        for done, slug in enumerate(WAYS):
            yield Progress(strategies[slug].title, done, len(WAYS) + 1)
            found[slug] = seen(lab, slug)
        yield Progress("reading one’s own writes", len(WAYS), len(WAYS) + 1)
        wrong = wrong_with_own_writes(lab)
        yield Evidence.from_measurements(
            [
                *(
                    _seconds("bounce", slug, found[slug].bounce, "A log-in bounces for")
                    for slug in WAYS
                ),
                *(
                    _seconds(
                        "ghost", slug, found[slug].ghost, "After a log-out a ghost is let in for"
                    )
                    for slug in WAYS
                ),
                *(
                    Measurement.for_strategy(
                        "wrong",
                        slug,
                        [wrong[slug]],
                        group="Wrong answers where the primary is asked first",
                        unit="answers",
                    )
                    for slug in LOOKED_UP
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        bounce, ghost = (
            {slug: evidence[f"{what}-{slug}"].median for slug in WAYS}
            for what in ("bounce", "ghost")
        )
        words = " ".join(
            f"{strategies[slug].title}: the log-in {_bounces(bounce[slug])}, and after the log-out "
            f"a ghost is let in for {_time(ghost[slug])}."
            for slug in WAYS
        )
        if bounce[STATELESS]:
            return Verdict(Kind.FAILS, words, fails)
        if ghost[STATELESS] <= max(ghost[slug] for slug in LOOKED_UP):
            return Verdict(Kind.HOLDS, words, holds)
        wrong = sum(evidence[f"wrong-{slug}"].median for slug in LOOKED_UP)
        tipping = (
            "For the log-in it holds, and for the log-out nothing is replicated that could be late:"
            " the token has to expire. It tips where the others read the primary for a moment "
            f"after each write: then {wrong:.0f} of their answers were wrong."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _seconds(what: str, slug: str, seconds: float, group: str) -> Measurement:
    return Measurement.for_strategy(what, slug, [seconds], group=group, unit="s")


def _bounces(seconds: float) -> str:
    return f"bounces for {_time(seconds)}" if seconds else "does not bounce"


def _time(seconds: float) -> str:
    return duration(seconds) if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def _behind(lab: Laboratory) -> int:
    return lab.number(BEHIND, least=200)


def seen(lab: Laboratory, slug: str) -> Seen:
    """What comes of a way at the reader of the cluster's replica."""
    stage, milliseconds = lab.stage, _behind(lab)
    with stage.delayed(milliseconds):
        if slug != STATELESS:
            eye, began, ended = watch(stage, slug, _WATCHED)
            return Seen(bounced_for(eye, began) / 1000, accepted_for(eye, ended) / 1000)
        eye, began, ended = watch(stage, slug, 2 * milliseconds / 1000)
        bounce = bounced_for(eye, began) / 1000
        if eye.samples[-1].status != OK:
            return Seen(bounce, accepted_for(eye, ended) / 1000)
        since = time.perf_counter() - ended
        return Seen(bounce, expiry_of(eye.headers) - time.time() + since)


def wrong_with_own_writes(lab: Laboratory) -> dict[str, int]:
    """How many of four answers are wrong where the primary is asked for a moment after a write."""
    stage, milliseconds = lab.stage, _behind(lab)
    with stage.delayed(milliseconds):
        return {slug: _wrong(stage, slug, OWN_WRITES * milliseconds / 1000) for slug in LOOKED_UP}


def _wrong(stage: Stage, slug: str, moment: float) -> int:
    device = stage.lab_device(slug)
    wrong = int(stage.ask("site-1", device) != OK)
    time.sleep(moment)
    wrong += stage.ask("reader", device) != OK
    device.log_out()
    wrong += stage.ask("site-1", device) != UNAUTHORIZED
    time.sleep(moment)
    wrong += stage.ask("reader", device) != UNAUTHORIZED
    return wrong
