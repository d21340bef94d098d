"""Other services can verify a token without the auth database."""

import base64
import json
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
from accounts.cluster.clients import OK, UNAUTHORIZED, Asker, Device, OwnServer, expiry_of
from accounts.cluster.drills import Stage, duration
from accounts.cluster.parts import SITES
from accounts.strategies import Family

REQUESTS = 50
SERVERS = {
    "resource": "Has the public keys",
    "asker": "Asks the site about each token",
    "site-1": "The site itself",
}


@dataclass(frozen=True, slots=True)
class WithoutDatabase:
    """What was answered while the database of the logins was away, of so many requests to each."""

    requests: int
    good: dict[str, int]
    #: forged tokens that were let in by who has the public keys
    forged: int


class VerifiedElsewhere(Claim):
    """Log in at the site, and call another service while the site's database is away.

    The service is a program of its own: it has no database, and knows the site's public keys alone.
    Beside it runs one that asks the site about each token (RFC 7662). The database is killed, and
    both are sent the token again and again, and a forged one, whose content was changed. Then the
    database is back, the user logs out at the site, and the copy is sent to both services.
    """

    slug = "verified-elsewhere"
    said = "Other services can verify a token without the database of the logins."
    source = Source(
        "VadeAI, Why I Rebuilt Auth Three Times in Six Months",
        "2024",
        "https://bytes.vadeai.com/2024/12/08/three-auth-systems",
        "One service signs, the other checks the signature: they share no state and ask nobody.",
    )
    against = Source(
        "Software Engineering, question 429995",
        "2021",
        "https://softwareengineering.stackexchange.com/questions/429995/"
        "jwt-logout-sharing-blacklisted-invalid-token-among-services",
        "It leaves open how the other services learn which tokens were logged out.",
    )
    limits = (
        "Holds where, without the database, good tokens are let in and forged ones refused.",
        "Does not hold where a good token is refused without the database, or a forged one let in.",
    )
    caveat = (
        "The keys were fetched before the database went away. A service that starts at that very "
        "moment has none, unless the site publishes them without its database, as this one does."
    )
    needs = (*SITES, "primary", "resource", "asker")
    needs_quiet = False
    order = 180

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        yield Progress("the database is killed", 0, 2)
        away = without_database(lab)
        yield Progress("a log-out", 1, 2)
        blind = blind_for(lab)
        group = f"Good answers without the database, of {away.requests}"
        yield Evidence.from_measurements(
            [
                *(_measured("good", part, away.good[part], group, "answers") for part in SERVERS),
                _measured(
                    "forged",
                    "resource",
                    away.forged,
                    f"Forged tokens let in meanwhile, of {away.requests}",
                    "tokens",
                ),
                *(
                    _measured("blind", part, seconds, "A copy is let in after the log-out for", "s")
                    for part, seconds in blind.items()
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails = self.limits
        good = {part: evidence[f"good-{part}"].median for part in SERVERS}
        of = float(evidence["good-resource"].group.rpartition(" ")[2])
        forged = evidence["forged-resource"].median
        blind, asked = (evidence[f"blind-{part}"].median for part in ("resource", "asker"))
        words = (
            f"Without the database, who has the public keys answered {good['resource']:.0f} of "
            f"{of:.0f} requests well and let {forged:.0f} forged tokens in; who asks the site, "
            f"{good['asker']:.0f}; the site itself, {good['site-1']:.0f}. The price comes with the "
            f"log-out: who has the keys let a copy in for {_time(blind)}, until the token expired; "
            f"who asks, for {_time(asked)}."
        )
        if good["resource"] == of and not forged:
            return Verdict(Kind.HOLDS, words, holds)
        return Verdict(Kind.FAILS, words, fails)


def _measured(what: str, part: str, number: float, group: str, unit: str) -> Measurement:
    return Measurement.from_samples(
        f"{what}-{part}",
        [number],
        group=group,
        title=SERVERS[part],
        unit=unit,
        family=Family.JWT,
    )


def _time(seconds: float) -> str:
    return duration(seconds) if seconds >= 1 else f"{seconds:.1g} s"


def without_database(lab: Laboratory) -> WithoutDatabase:
    """What the services answer on the cluster while its primary is away."""
    stage, number = lab.stage, lab.number(REQUESTS, least=3)
    device = stage.token_device()
    for part in SERVERS:
        _asked(stage, part, device.headers, 1)  # the keys are fetched
    with stage.without("primary", kill=True):
        good = {part: _asked(stage, part, device.headers, number) for part in SERVERS}
        forged = _asked(stage, "resource", forged_of(device), number)
    _wait_for(stage, device)
    return WithoutDatabase(number, good, forged)


def _asked(stage: Stage, part: str, headers: dict[str, str], times: int) -> int:
    """How many of so many answers are good."""
    path = "/api/me/" if part in SITES else "/"
    with Asker(stage.addresses[part], path, headers) as asker:
        return sum(asker.ask() == OK for _ in range(times))


def forged_of(device: Device) -> dict[str, str]:
    """The header of a device with a token that says another user, under the same signature."""
    scheme, _, token = device.headers["Authorization"].partition(" ")
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    changed = json.dumps({**claims, "sub": "1", "user_id": "1"}).encode()
    other = base64.urlsafe_b64encode(changed).rstrip(b"=").decode()
    return {"Authorization": f"{scheme} {header}.{other}.{signature}"}


_PATIENCE = 10.0  # seconds


def _wait_for(stage: Stage, device: Device) -> None:
    """Wait until the site has noticed that its database is back."""
    end = time.monotonic() + _PATIENCE
    while stage.ask("site-1", device) != OK and time.monotonic() < end:
        time.sleep(0.05)


def blind_for(lab: Laboratory) -> dict[str, float]:
    """Seconds for which each service lets a copy in after its log-out.

    A token lives for minutes. Whoever let it in at once does so until it expires: that is asked of
    the same program with a clock that is ahead.
    """
    stage = lab.stage
    device = stage.token_device()
    ended = device.log_out()
    found = {}
    for part in ("resource", "asker"):
        with Asker(stage.addresses[part], "/", device.headers) as asker:
            is_blind = asker.ask() == OK
        found[part] = _until_refused(stage, device, ended) if is_blind else 0.0
    return found


def _until_refused(stage: Stage, device: Device, ended: float) -> float:
    rest = expiry_of(device.headers) - time.time()
    since = time.perf_counter() - ended
    ahead = OwnServer(stage.addresses["site-1"], CLOCK=f"{rest + 1:.0f}")
    if ahead.ask(device) != UNAUTHORIZED:
        raise ValueError("A token is let in after it has expired")
    return rest + since
