"""Opaque tokens with introspection do not scale."""

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
from accounts.cluster.clients import OK, Asker, Device, OwnServer, expiry_of
from accounts.cluster.drills import Stage
from accounts.cluster.parts import SITES, resource_server
from accounts.strategies import Family

ROUNDS = 100
BELIEVED = 3.0  # seconds for which an answer is remembered; so long the other token lives
MUCH = 2.0  # times as long
WAYS = {
    "keys": "Checks the signature",
    "asks": "Asks the site each time",
    "remembers": "Asks, and remembers the answer",
}
_PATIENCE = 10.0  # seconds
_POLL = 0.01  # seconds


@dataclass(frozen=True, slots=True)
class Blind:
    """How long a copy is let in after its log-out, in seconds, of at most ``believed``."""

    believed: float
    remembers: float
    short_token: float


class IntrospectionDoesNotScale(Claim):
    """Send the same requests to three resource servers, programs of their own, one after the other.

    One checks signatures. One asks the site about the token of each request (RFC 7662), and one
    remembers each answer for some seconds. The questions that reach the site are counted. Then the
    user logs out, right after the answer was remembered; beside it a token logs out that lives so
    many seconds and is checked by its signature. Both copies are sent until they are refused.
    """

    slug = "introspection-does-not-scale"
    said = "Opaque tokens that every service asks about do not scale."
    source = Source(
        "Microsoft, Secure applications with Continuous Access Evaluation",
        "read in 2026",
        "https://learn.microsoft.com/security/zero-trust/develop/secure-with-cae",
        "Asking the identity provider at each call adds a round trip to every one of them, which "
        "is expensive.",
    )
    against = Source(
        "Curity, Integrating with API gateways using the phantom token pattern",
        "read in 2026",
        "https://curity.io/resources/learn/integration-other-phantom-token/",
        "A gateway asks once and may cache the answer, and passes on a JWT to the services.",
    )
    limits = (
        f"Holds where asking takes more than {MUCH:.0f} times as long, and a memory does not help.",
        f"Does not hold where asking each time makes it at most {MUCH:.0f} times as long.",
        "Depends where a memory for answers makes up for it: on how long an answer is believed.",
    )
    caveat = (
        "The site is on the same machine, and takes its questions at once. Further away each "
        "question costs the way there and back on top."
    )
    needs = (*SITES, "primary", "resource", "asker")
    order = 190

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        yield Progress("requests", 0, 2)
        times, questions = requests_to_each(lab)
        yield Progress("two log-outs", 1, 2)
        blind = blind_for(lab)
        many = len(times["keys"])
        yield Evidence.from_measurements(
            [
                *(_measured("time", way, times[way], "A request", "ms") for way in WAYS),
                *(
                    _measured(
                        "questions",
                        way,
                        [questions[way]],
                        f"Questions to the site for {many} requests",
                        "questions",
                    )
                    for way in WAYS
                ),
                *_blind(blind),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        times = {way: evidence[f"time-{way}"].median for way in WAYS}
        asks, remembers = (times[way] / times["keys"] for way in ("asks", "remembers"))
        words = (
            f"A request takes {times['keys']:.1f} ms where the signature is checked; {asks:.1f} "
            f"times as long where the site is asked each time, and {remembers:.1f} times where the "
            "answer is remembered."
        )
        if asks <= MUCH:
            return Verdict(Kind.FAILS, words, fails)
        if remembers > MUCH:
            return Verdict(Kind.HOLDS, words, holds)
        return Verdict(Kind.DEPENDS, words, depends, _bargain(evidence))


def _bargain(evidence: Evidence) -> str:
    remembers, token = (evidence[f"blind-{way}"].median for way in ("remembers", "keys"))
    longer, shorter = max(remembers, token), min(remembers, token)
    same = longer <= 1.1 * shorter
    return (
        f"With a memory, {evidence['questions-remembers'].median:.0f} of "
        f"{evidence['questions-asks'].median:.0f} questions reached the site. Its price: a copy "
        f"was let in for {remembers:.2f} s after its log-out, and a JWT that lives as long as an "
        f"answer is believed, for {token:.2f} s. "
        f"{'That is the same bargain.' if same else 'Those are two different bargains.'}"
    )


def _measured(what: str, way: str, samples: list[float], group: str, unit: str) -> Measurement:
    return Measurement.from_samples(
        f"{what}-{way}",
        samples,
        group=group,
        title=WAYS[way],
        unit=unit,
        family=Family.JWT if way == "keys" else Family.OPAQUE,
    )


def _blind(blind: Blind) -> Iterator[Measurement]:
    group = "After its log-out a copy is let in for"
    for way, title, seconds in (
        ("remembers", f"An answer is believed for {blind.believed:g} s", blind.remembers),
        ("keys", f"A JWT lives for {blind.believed:g} s", blind.short_token),
    ):
        yield Measurement.from_samples(
            f"blind-{way}",
            [seconds],
            group=group,
            title=title,
            unit="s",
            family=Family.JWT if way == "keys" else Family.OPAQUE,
        )


def requests_to_each(lab: Laboratory) -> tuple[dict[str, list[float]], dict[str, float]]:
    """On the cluster: the milliseconds of each request, in turn; and how many questions it took."""
    stage, rounds = lab.stage, lab.number(ROUNDS, least=10)
    device, site = stage.token_device(), stage.addresses["site-1"]
    settings = _asking(stage, 60.0)
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    with resource_server(site, **settings) as remembering:
        addresses = {
            "keys": stage.addresses["resource"],
            "asks": stage.addresses["asker"],
            "remembers": remembering.address,
        }
        askers = {way: Asker(url, "/", device.headers) for way, url in addresses.items()}
        for asker in askers.values():
            _must_be_good(asker.ask())
        for _ in range(rounds):
            for way, asker in askers.items():
                began = time.perf_counter()
                _must_be_good(asker.ask())
                times[way].append((time.perf_counter() - began) * 1000)
        for asker in askers.values():
            asker.close()
    own = OwnServer(site, **settings)  # the same program, whose questions can be counted
    for _ in range(rounds):
        _must_be_good(own.ask(device))
    each_time = OwnServer(site, **_asking(stage, 0.0))
    for _ in range(rounds):
        _must_be_good(each_time.ask(device))
    return times, {"keys": 0, "asks": each_time.questions, "remembers": own.questions}


def _asking(stage: Stage, seconds: float) -> dict[str, str]:
    """The settings of a resource server that asks, and believes an answer for so long."""
    credentials = stage.control.credentials()
    return {"MODE": "introspection", "CREDENTIALS": credentials, "CACHE_SECONDS": f"{seconds}"}


def _must_be_good(status: int) -> None:
    if status != OK:
        raise ValueError(f"A good token was answered with {status}")


def blind_for(lab: Laboratory) -> Blind:
    """On the cluster: two log-outs at the same time, and until when each copy is let in."""
    stage, believed = lab.stage, max(1.0, BELIEVED * lab.share)
    site = stage.addresses["site-1"]
    asked, signed = stage.token_device(), stage.token_device()
    remembers = OwnServer(site, **_asking(stage, believed))
    _must_be_good(remembers.ask(asked))
    remembered = _until_refused(remembers, asked)
    # Its clock is ahead, so that the token has as long to live as the answer was believed.
    ahead = expiry_of(signed.headers) - time.time() - believed
    keys = OwnServer(site, CLOCK=f"{ahead:.3f}", LEEWAY="0")
    _must_be_good(keys.ask(signed))
    return Blind(believed, remembered, _until_refused(keys, signed))


def _until_refused(server: OwnServer, device: Device) -> float:
    """Log a device out; the seconds for which the server lets its copy in."""
    ended = device.log_out()
    last = 0.0
    while server.ask(device) == OK and last < _PATIENCE:
        last = time.perf_counter() - ended
        time.sleep(_POLL)
    return last
