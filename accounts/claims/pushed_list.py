"""Keep the list in memory and push the changes: log-out is solved."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import redis

from accounts.bench.statistics import percentile
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
from accounts.cluster.clients import OK
from accounts.cluster.drills import Stage
from accounts.cluster.drills.listen_cut import cut
from accounts.cluster.drills.many_log_outs import lags_of
from accounts.cluster.parts import SITES

LOG_OUTS = 60
CUT_OFF = 5  # log-outs of which the news does not arrive
FAST = 50.0  # milliseconds until 99 of 100 log-outs are known
TABLE = "jwt-blacklist-memory"
WAYS = {
    "table": "PostgreSQL tells of it, a table behind the list",
    "heard": "Redis tells of it, nothing behind the list",
}
_CHANNEL = "claim-log-outs"
_PATIENCE = 2.0  # seconds
_POLL = 0.0005  # seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a list: how long log-outs took, and what was missed."""

    #: milliseconds from a log-out's answer until a process knows of it, 0 where it knew before
    lags: list[float]
    #: of 100 copies let in while the news was cut
    cut: float
    #: of 100 copies let in by a process that was killed and started again
    restarted: float


class PushedList(Claim):
    """Keep the list of what has ended in each process, and tell all of them of each log-out.

    One way is this site's: each log-out is written to a table, PostgreSQL notifies all processes,
    and one that cannot hear, or has just started, reads the table. The other one has no table:
    Redis's PUBLISH tells three lists in memory, and that is all. Both log out again and again, and
    it is measured when the last one knows. Then the news is cut while some log out, and a process
    is killed and started again.
    """

    slug = "pushed-list"
    said = "Keep the list in each process’s memory and push the changes: then log-out is solved."
    source = Source(
        "Akarshan Gandotra, Token Revocation Without Killing Performance",
        "2026",
        "https://dev.to/akarshan/token-revocation-without-killing-performance-389d",
        "Every process keeps what was revoked in memory and is told of changes, so a check costs "
        "no question to anybody.",
    )
    against = Source(
        "Eventra, issue 12085",
        "2026",
        "https://github.com/SandeepVashishtha/Eventra/issues/12085",
        "A list in memory is empty after a restart, and other instances never had it.",
    )
    limits = (
        f"Holds where every list knows 99 of 100 log-outs within {FAST:.0f} ms, and misses none.",
        f"Does not hold where every list takes more than {FAST:.0f} ms, or misses some.",
        "Depends on what stands behind the list, where only one is as quick and misses none.",
    )
    caveat = (
        "All processes are on one machine: a network between them adds its own delay, and cuts "
        "connections more often."
    )
    needs = (*SITES, "primary", "cache")
    order = 160

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found = {}
        for done, (name, title) in enumerate(WAYS.items()):
            yield Progress(title, done, len(WAYS))
            found[name] = seen(lab, name)
        yield Evidence.from_measurements(
            [
                *(_lag(name, each) for name, each in found.items()),
                *(_late(name, each) for name, each in found.items()),
                *(_let_in("cut", name, each.cut) for name, each in found.items()),
                *(_let_in("restarted", name, each.restarted) for name, each in found.items()),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        solved = [name for name in WAYS if _is_solved(evidence, name)]
        words = " ".join(_told(evidence, name) for name in WAYS)
        if len(solved) == len(WAYS):
            return Verdict(Kind.HOLDS, words, holds)
        if not solved:
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            f"“{WAYS[solved[0]]}” missed nothing. A push alone is forgotten by who was not there "
            "to hear it: it tips with whether there is something to read when one starts, or "
            "comes back."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _lag(name: str, seen: Seen) -> Measurement:
    return Measurement.from_samples(
        f"lag-{name}",
        seen.lags,
        group="Time until a process knows of a log-out",
        title=WAYS[name],
        unit="ms",
        family="jwt",
    )


def _late(name: str, seen: Seen) -> Measurement:
    return Measurement.from_samples(
        f"late-{name}",
        [percentile(seen.lags, 0.99)],
        group="Time within which 99 of 100 are known",
        title=WAYS[name],
        unit="ms",
        family="jwt",
    )


_MISSED = {"cut": "while the news was cut", "restarted": "after a process was started again"}


def _let_in(what: str, name: str, number: float) -> Measurement:
    return Measurement.from_samples(
        f"{what}-{name}",
        [number],
        group=f"Of 100 copies let in {_MISSED[what]}",
        title=WAYS[name],
        unit="copies",
        family="jwt",
    )


def _is_solved(evidence: Evidence, name: str) -> bool:
    missed = evidence[f"cut-{name}"].median + evidence[f"restarted-{name}"].median
    return not missed and evidence[f"late-{name}"].median <= FAST


def _told(evidence: Evidence, name: str) -> str:
    late, cut_off, restarted = (
        evidence[f"{what}-{name}"].median for what in ("late", "cut", "restarted")
    )
    return (
        f"“{WAYS[name]}”: 99 of 100 log-outs were known within {late:.1f} ms; of 100 copies "
        f"{cut_off:.0f} were let in while the news was cut, and {restarted:.0f} after a restart."
    )


def seen(lab: Laboratory, name: str) -> Seen:
    """What comes of a way, on the cluster."""
    number = lab.number(LOG_OUTS, least=5)
    return (seen_with_table if name == "table" else seen_when_heard)(lab.stage, number)


def seen_with_table(stage: Stage, number: int) -> Seen:
    """The site's own way: ``jwt-blacklist-memory``."""
    devices = [stage.lab_device(TABLE) for _ in range(number)]
    for site in SITES:
        stage.ask(site, devices[0])  # a process that was never asked may have to load its list
    lags = [lag for place, one in enumerate(devices) for lag in lags_of(stage, one, place)]
    others = [stage.lab_device(TABLE) for _ in range(CUT_OFF)]
    with cut(stage.addresses["primary"]):
        for device in others:
            device.log_out()
        cut_off = [stage.ask(site, device) == OK for device in others for site in SITES]
    with stage.without("site-2", kill=True):
        pass
    restarted = [stage.ask("site-2", device) == OK for device in [*devices, *others]]
    return Seen(lags, _of_100(cut_off), _of_100(restarted))


def seen_when_heard(stage: Stage, number: int) -> Seen:
    """A list that is heard of and stored nowhere; one for each process that there would be."""
    address = stage.addresses["cache"]
    with ExitStack() as open_, redis.Redis.from_url(address) as cache:
        lists = [open_.enter_context(HeardList(address)) for _ in SITES]
        lags, ended = [], []
        for _ in range(number):
            ended.append(uuid4().hex)
            cache.publish(_CHANNEL, ended[-1])
            said = time.perf_counter()
            lags += [each.knows_after(ended[-1], said) for each in lists]
        missed = [uuid4().hex for _ in range(CUT_OFF)]
        for each in missed:
            # In one transaction: nobody can have come back to hear of it.
            cache.pipeline().execute_command("CLIENT", "KILL", "TYPE", "pubsub").publish(
                _CHANNEL, each
            ).execute()
            time.sleep(_POLL)
        cut_off = [each not in one.ids for each in missed for one in lists]
        new = open_.enter_context(HeardList(address))
        restarted = [each not in new.ids for each in ended]
    return Seen(lags, _of_100(cut_off), _of_100(restarted))


def _of_100(answers: list[bool]) -> float:
    return 100 * sum(answers) / len(answers)


class HeardList:
    """Ids in memory, each put there when the cache's pub/sub tells of it; a thread listens."""

    def __init__(self, address: str) -> None:
        self.ids: dict[str, float] = {}  # and the moment, of ``perf_counter``
        cache = redis.Redis.from_url(address)
        self._news = cache.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="heard list", daemon=True)

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                message = self._news.get_message(timeout=0.05)
            except redis.ConnectionError:
                continue  # the client connects and subscribes anew
            if message:
                self.ids[message["data"].decode()] = time.perf_counter()

    def knows_after(self, key: str, said: float) -> float:
        """Milliseconds from a moment until it knows of an id; 0 where it did before."""
        while key not in self.ids and time.perf_counter() - said < _PATIENCE:
            time.sleep(_POLL)
        return max(0.0, self.ids.get(key, time.perf_counter()) - said) * 1000

    def __enter__(self) -> Self:
        self._news.subscribe(_CHANNEL)
        self._news.get_message(timeout=_PATIENCE)  # the cache's answer: from now on it is told
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._news.close()
