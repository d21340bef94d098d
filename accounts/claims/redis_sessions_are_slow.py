"""Redis sessions are far slower than JWT."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

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
from accounts.cluster.clients import OK, Asker, Device
from accounts.cluster.drills import Stage
from accounts.cluster.parts import SITES
from accounts.services.load_generator import LoadGenerator
from accounts.strategies import Family

ROUNDS, LOG_INS, LOOK_UPS = 150, 8, 300
CLIENTS, SECONDS = 8, 1.5  # that ask at once, for so long
MUCH, LITTLE = 5.0, 2.0  # times as long
PAPER = 7870 / 279  # milliseconds with a session in Redis, and with a JWT
SESSION, JWT = "session-redis", "jwt-stateless"
WAYS = (SESSION, "session-cached", JWT)
LOOK_UP = {
    "kept": "Read over a connection that is kept",
    "opened": "Read over a new connection each time",
    "saved": "Read, and saved again",
}


@dataclass(frozen=True, slots=True)
class Load:
    """Eight clients at once: milliseconds of each request, and requests in a second."""

    took: list[float]
    per_second: float


class RedisSessionsAreSlow(Claim):
    """Ask who is signed in, in turn with a session in Valkey and with a JWT that nobody looks up.

    Valkey speaks Redis's protocol and runs beside the processes. First one client asks, then eight
    at once. The paper that says so has 7,870 ms for the session and 279 ms for the JWT, at the same
    3.39 requests in a second; so what takes the time is not the look-up, or fewer requests would
    get through.

    Three things make such figures when they are in one of the two times alone, and each is measured
    by itself: the slow hash of the password, which belongs to a log-in; a connection that is opened
    for each look-up; and a session that is saved again at each request.
    """

    slug = "redis-sessions-are-slow"
    said = "Sessions in Redis are far slower than JWTs."
    source = Source(
        "Khattak, Stantchev, Creutzburg, Dag and Bajwa, IACyC",
        "2025",
        "https://proceedings.iacyc.finki.ukim.mk/2025/paper/13/"
        "comparative-security-and-performance-analysis-of-session-based-and-jwt-based-web-session-"
        "mechanisms",
        "With 1,000 users in 20 s a request took 279 ms with a JWT, and 7,870 ms with a session in "
        "Redis.",
    )
    against = Source(
        "System Overflow, When to avoid sticky sessions",
        "read in 2026",
        "https://www.systemoverflow.com/learn/load-balancing/sticky-sessions/"
        "when-to-avoid-sticky-sessions-trade-offs-and-better-alternatives",
        "A shared cache for sessions adds half a millisecond to four to a request.",
    )
    limits = (
        f"Holds where a request takes more than {MUCH:.0f} times as long as one with a JWT.",
        f"Does not hold where it takes at most {LITTLE:.0f} times as long as one with a JWT.",
        f"Depends on what else it does, where it takes {LITTLE:.0f} to {MUCH:.0f} times as long.",
    )
    caveat = (
        "How the paper’s programs were written is not in its abstract: that one of the three "
        "things was in its figures is a guess. The cache is on the same machine; further away each "
        "look-up costs the way there and back."
    )
    needs = (*SITES, "primary", "proxy", "cache")
    order = 200

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        yield Progress("one client", 0, 4)
        alone = requests(lab)
        yield Progress("eight clients at once", 1, 4)
        loads = under_load(lab)
        yield Progress("log-ins", 2, 4)
        log_ins = log_ins_of(lab)
        yield Progress("the cache alone", 3, 4)
        look_ups = look_ups_of(lab)
        yield Evidence.from_measurements(
            [
                *(
                    _request("alone", way, alone[way], "A request, one client", "ms")
                    for way in WAYS
                ),
                *(
                    _request(
                        "p95",
                        way,
                        [percentile(loads[way].took, 0.95)],
                        f"95 of 100 requests of {CLIENTS} clients take at most",
                        "ms",
                    )
                    for way in WAYS
                ),
                *(
                    _request(
                        "rate",
                        way,
                        [loads[way].per_second],
                        f"Answered in a second, {CLIENTS} clients",
                        "requests",
                    )
                    for way in WAYS
                ),
                *_log_ins(log_ins),
                *_look_ups(look_ups),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        session, token = (evidence[f"alone-{way}"].median for way in (SESSION, JWT))
        times = session / token
        words = (
            f"A request takes {session:.2f} ms with a session in the cache and {token:.2f} ms with "
            f"a JWT: {times:.1f} times as long, where the paper has {PAPER:.0f}. "
            f"{_artefacts(evidence)}"
        )
        if times > MUCH:
            return Verdict(Kind.HOLDS, words, holds)
        if times <= LITTLE:
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            f"The look-ups of a session add {session - token:.2f} ms to each request. In one that "
            f"does nothing else they make it {times:.1f} times as long; in one that works for a "
            f"tenth of a second, {(100 + session) / (100 + token):.2f} times."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _artefacts(evidence: Evidence) -> str:
    token = evidence[f"alone-{JWT}"].median
    log_in = evidence["log-in-session"].median
    kept, opened, saved = (evidence[f"look-up-{name}"].median for name in LOOK_UP)
    return (
        f"The look-up itself takes {kept:.2f} ms of it. What makes more of it: a log-in with its "
        f"hash takes {log_in:.0f} ms, {log_in / token:.0f} times a request with a JWT, and as long "
        f"under both; a new connection for each look-up takes {opened:.2f} ms, {opened / kept:.1f} "
        f"times one that is kept; saving the session each time, {saved:.2f} ms, "
        f"{saved / kept:.1f} times."
    )


def _request(what: str, slug: str, samples: list[float], group: str, unit: str) -> Measurement:
    return Measurement.for_strategy(what, slug, samples, group=group, unit=unit)


def _log_ins(found: Mapping[str, list[float]]) -> Iterator[Measurement]:
    for name, title, family in (
        ("session", "The site’s session", Family.SESSION),
        ("token", "The site’s token", Family.JWT),
    ):
        yield Measurement.from_samples(
            f"log-in-{name}",
            found[name],
            group="A log-in, with the slow hash of its password",
            title=title,
            unit="ms",
            family=family,
        )


def _look_ups(found: Mapping[str, list[float]]) -> Iterator[Measurement]:
    for name, title in LOOK_UP.items():
        yield Measurement.from_samples(
            f"look-up-{name}",
            found[name],
            group="One session in the cache, asked without a site",
            title=title,
            unit="ms",
            family=Family.SESSION,
        )


def requests(lab: Laboratory) -> dict[str, list[float]]:
    """On the cluster, at process 1: the milliseconds of each request, the ways in turn."""
    stage = lab.stage
    askers = {way: _asker(stage, "site-1", stage.lab_device(way)) for way in WAYS}
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(lab.number(ROUNDS, least=10)):
        for way, asker in askers.items():
            took[way].append(_took(asker))
    for asker in askers.values():
        asker.close()
    return took


def _asker(stage: Stage, part: str, device: Device) -> Asker:
    asker = Asker(stage.addresses[part], device.path, device.headers)
    _took(asker)  # the first one opens the connections
    return asker


def _took(asker: Asker) -> float:
    began = time.perf_counter()
    if (status := asker.ask()) != OK:
        raise ValueError(f"A live login was answered with {status}")
    return (time.perf_counter() - began) * 1000


def under_load(lab: Laboratory) -> dict[str, Load]:
    """On the cluster, through the proxy: what several clients at once get, the ways in turn."""
    stage, found = lab.stage, {}
    with LoadGenerator() as generator:
        for way in WAYS:
            device = stage.lab_device(way)
            sent = generator.send(
                {
                    "url": f"{stage.addresses['proxy']}{device.path}",
                    "headers": device.headers,
                    "connections": CLIENTS,
                    "seconds": max(0.2, SECONDS * lab.share),
                    "max_requests": 1_000_000,
                }
            )
            took = [each / 1e6 for each in sent["took_ns"]]
            found[way] = Load(took, sent["requests"] / sent["seconds"])
    return found


def log_ins_of(lab: Laboratory) -> dict[str, list[float]]:
    """Milliseconds of log-ins at the site itself, whose accounts have slowly hashed passwords."""
    stage, number = lab.stage, lab.number(LOG_INS, least=2)
    return {
        "session": [_timed(stage.session_device) for _ in range(number)],
        "token": [_timed(stage.token_device) for _ in range(number)],
    }


def look_ups_of(lab: Laboratory) -> dict[str, list[float]]:
    """Milliseconds of a look-up in the cluster's cache, done in each of three ways."""
    address, number = lab.stage.addresses["cache"], lab.number(LOOK_UPS, least=20)
    key, content = "claim-session", b"x" * 200  # bytes, as a session of Django's has them
    with redis.Redis.from_url(address) as kept:
        kept.set(key, content, ex=60)

        def opened() -> None:
            with redis.Redis.from_url(address) as cache:
                cache.get(key)

        def saved() -> None:
            kept.get(key)
            kept.set(key, content, ex=60)

        acts: dict[str, Callable[[], object]] = {
            "kept": lambda: kept.get(key),
            "opened": opened,
            "saved": saved,
        }
        took: dict[str, list[float]] = {name: [] for name in LOOK_UP}
        for _ in range(number):
            for name, act in acts.items():
                took[name].append(_timed(act))
    return took


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000
