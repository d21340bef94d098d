"""Sessions need sticky load balancing."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import httpx

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
from accounts.cluster.clients import OK, Device
from accounts.cluster.drills import Stage
from accounts.cluster.parts import SITES
from accounts.services.gunicorn import Gunicorn
from accounts.strategies import Family, strategies

DEVICES, REQUESTS = 3, 60  # of each way; requests of each device, to the next process each time
#: What each process keeps for itself: the ways of ``accounts/cluster/memory_server.py``.
OWN = {
    "memory": ("Session, in each process’s memory", Family.SESSION),
    "cached": ("Session, with a cache in each process", Family.SESSION),
    "listed": ("JWT, with a list in each process’s memory", Family.JWT),
}
#: What all processes share: strategies of the lab.
SHARED = ("session-db", "session-cached", "session-redis", "jwt-blacklist-joined")
WAYS = (*OWN, *SHARED)


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was answered wrongly where each request goes to the next process."""

    #: of 100 requests of devices that are logged in
    refused: float
    #: of 100 copies of what devices had sent that have logged out
    let_in: float

    @property
    def is_any(self) -> bool:
        """Whether something was wrong."""
        return bool(self.refused or self.let_in)


class StickySessions(Claim):
    """Send each request to the next of three processes, and log out at one of them.

    Three ways keep something in the memory of each process: a session in Django’s memory cache, a
    session of the database with a memory cache before it, and a JWT with a list of what has logged
    out. The other four share what they keep: in the database, or in a cache for all. While a device
    is logged in, every refusal is wrong; after it has logged out, every process is sent a copy, and
    letting it in is wrong.
    """

    slug = "sticky-sessions"
    said = "Sessions need sticky load balancing; JWTs go to any process."
    source = Source(
        "Oracle Linux, Adding session persistence for NGINX",
        "read in 2026",
        "https://docs.oracle.com/en/operating-systems/oracle-linux/10/balancing/"
        "balancing-AddingSessionPersistenceforNGINX.html",
        "Where a site keeps log-ins between requests, the same server has to go on answering them.",
    )
    against = Source(
        "MailFathom, issue 1900",
        "2026",
        "https://github.com/Krzysztof318/MailFathom/issues/1900",
        "One table that all instances read, with one look-up by an index, and each of them accepts "
        "the session and knows of its end.",
    )
    limits = (
        "Holds where every kind of session goes wrong without stickiness, and no JWT does.",
        "Does not hold where no kind of session goes wrong without stickiness.",
        "Depends on what a process keeps in memory, where some sessions go wrong, or a JWT does.",
    )
    caveat = (
        "A process that dies takes its memory with it, sticky or not. What stickiness costs, busy "
        "processes beside idle ones, is not measured."
    )
    needs = (*SITES, "primary", "cache")
    needs_quiet = False
    order = 210

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        found: dict[str, Wrong] = {}
        for way, wrong in answers(lab):
            yield Progress(title_of(way).lower(), len(found), len(WAYS))
            found[way] = wrong
        yield Evidence.from_measurements(
            [
                *(
                    _measured("refused", way, found[way].refused, _REFUSED, "requests")
                    for way in WAYS
                ),
                *(_measured("in", way, found[way].let_in, _LET_IN, "copies") for way in WAYS),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        found = {
            way: Wrong(evidence[f"refused-{way}"].median, evidence[f"in-{way}"].median)
            for way in WAYS
        }
        sessions = [wrong.is_any for way, wrong in found.items() if family_of(way) != Family.JWT]
        tokens = [wrong.is_any for way, wrong in found.items() if family_of(way) == Family.JWT]
        words = " ".join(_told(way, wrong) for way, wrong in found.items() if wrong.is_any)
        words = f"{words} {_right([way for way in WAYS if not found[way].is_any])}".strip()
        if all(sessions) and not any(tokens):
            return Verdict(Kind.HOLDS, words, holds)
        if not any(sessions):
            return Verdict(Kind.FAILS, words, fails)
        tipping = (
            "It tips with what a process keeps for itself, and not with session or JWT: of "
            f"{len(OWN)} ways that keep something in their memory {_wrong(found, OWN)} went wrong, "
            f"of {len(SHARED)} that share it {_wrong(found, SHARED)}."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


_REFUSED = "Of 100 requests of who is logged in, refused"
_LET_IN = "Of 100 copies let in after the log-out"


def title_of(way: str) -> str:
    """Its title."""
    return OWN[way][0] if way in OWN else f"{strategies[way].title}, shared"


def family_of(way: str) -> Family:
    """Its family."""
    return OWN[way][1] if way in OWN else strategies[way].family


def _measured(what: str, way: str, number: float, group: str, unit: str) -> Measurement:
    return Measurement.from_samples(
        f"{what}-{way}",
        [number],
        group=group,
        title=title_of(way),
        unit=unit,
        family=family_of(way),
    )


def _told(way: str, wrong: Wrong) -> str:
    return (
        f"“{title_of(way)}”: {wrong.refused:.0f} of 100 requests were refused, and "
        f"{wrong.let_in:.0f} of 100 copies let in after the log-out."
    )


def _right(ways: list[str]) -> str:
    titles = [f"“{title_of(way)}”" for way in ways]
    return f"Nothing was wrong with {', '.join(titles)}." if titles else ""


def _wrong(found: dict[str, Wrong], ways: Sequence[str] | dict[str, tuple[str, Family]]) -> int:
    return sum(found[way].is_any for way in ways)


def answers(lab: Laboratory) -> Iterator[tuple[str, Wrong]]:
    """Each way, and what was wrong of it on the cluster, with three more processes beside it."""
    stage, devices = lab.stage, lab.number(DEVICES, least=1)
    requests = lab.number(REQUESTS, least=6)
    database = {"DATABASE_URL": stage.addresses["primary"]}
    program = "accounts.cluster.memory_server"
    with ExitStack() as running:
        servers = [Gunicorn(program, environment=_bare(database)) for _ in SITES]
        for server in servers:
            server.begin()  # side by side
        own = [running.enter_context(server).address for server in servers]
        for way in OWN:
            yield way, _wrong_of([own_device(own[0], way) for _ in range(devices)], own, requests)
    sites = [stage.addresses[site] for site in SITES]
    for way in SHARED:
        yield way, _wrong_of(_lab_devices(stage, way, devices), sites, requests)


def _bare(settings: dict[str, str]) -> dict[str, str]:
    """An environment with nothing else: the program is somebody else's."""
    return {"PATH": "/usr/bin:/bin", **settings}


def _lab_devices(stage: Stage, way: str, number: int) -> list[Device]:
    return [stage.lab_device(way) for _ in range(number)]


def own_device(address: str, way: str) -> Device:
    """A device that is logged in at a server that keeps it in its memory."""
    key = httpx.post(f"{address}/{way}/login/").raise_for_status().json()["key"]
    headers = {"Authorization": f"Bearer {key}"}

    def log_out(site: str) -> None:
        httpx.post(f"{site}/{way}/logout/", headers=headers).raise_for_status()

    return Device(address, f"/{way}/", headers, log_out)


def _wrong_of(devices: Sequence[Device], sites: Sequence[str], requests: int) -> Wrong:
    refused = let_in = 0
    for device in devices:
        statuses = [device.ask(sites[number % len(sites)]) for number in range(requests)]
        refused += sum(status != OK for status in statuses)
        device.log_out()
        let_in += sum(device.ask(site) == OK for site in sites)
    return Wrong(
        100 * refused / (requests * len(devices)), 100 * let_in / (len(sites) * len(devices))
    )
