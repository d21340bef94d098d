"""A short expiry is enough."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

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
from accounts.lab.environment import Environment
from accounts.tokens.realm import lab_realm

LIFETIMES = (1, 2, 3)  # seconds
DEVICES = 4  # for each lifetime
USUAL = 300  # seconds that an access token lives in many examples
POLL = 0.02  # seconds between two requests of a thief


@dataclass(slots=True)
class Robbed:
    """A login that has ended, and what the thief's copy was still given afterwards."""

    environment: Environment
    ended: float
    requests: int = 0
    seconds: float | None = None

    def ask(self) -> None:
        """Let the thief ask once more."""
        answer = self.environment.thief.me("The thief asks", record=False)
        if answer.accepted:
            self.requests += 1
        else:
            self.seconds = time.time() - self.ended


class ShortExpiry(Claim):
    """Log in with access tokens that live one, two and three seconds, copy them, and log out.

    Nobody looks a token up: a refresh ends with the log-out, and what was issued before it lives on
    until it expires. From the log-out on, the thief sends request after request until one is
    refused.
    """

    slug = "short-expiry"
    said = "Let tokens expire after five minutes: then a log-out needs nothing else."
    source = Source(
        "Stytch, documentation",
        "read in 2026",
        "https://stytch.com/docs/guides/sessions/session-tokens-vs-jwts",
        "A session's token is good for five minutes, also when the session was revoked meanwhile; "
        "who needs more than that asks the server.",
    )
    against = Source(
        "Microsoft, Continuous access evaluation",
        "read in 2026",
        "https://learn.microsoft.com/entra/identity/conditional-access/"
        "concept-continuous-access-evaluation",
        "Shorter lifetimes were tried: users and reliability suffered, and the risk stayed. Tokens "
        "live longer now, and events are pushed.",
    )
    limits = (
        "Holds where no request with the copy is accepted after the log-out was answered.",
        "Does not hold where a request with the copy is accepted after the log-out was answered.",
    )
    caveat = (
        "Lifetimes of seconds stand for minutes: what is measured is that the copy lives as long "
        "as the token, whatever that is. A leeway for clocks comes on top."
    )
    order = 20
    strategy = "jwt-rotating"

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        number = lab.number(DEVICES, least=1)
        robbed = {}
        for done, seconds in enumerate(LIFETIMES):
            yield Progress(f"tokens of {seconds} s", done, len(LIFETIMES))
            robbed[seconds] = self._rob(lab, seconds, number)
        yield Evidence.from_measurements([*_seconds(robbed), *_requests(robbed)])

    def _rob(self, lab: Laboratory, seconds: int, number: int) -> list[Robbed]:
        """Log in, copy and log out several times, and let all thieves ask until all are refused."""
        realm = lab_realm().short_lived(timedelta(seconds=seconds), logins=False)
        with ExitStack() as stack:
            found = []
            for _ in range(number):
                environment = stack.enter_context(lab.environment(self.strategy, realm))
                environment.a.log_in()
                environment.thief.steal_from(environment.a)
                environment.a.log_out()
                found.append(Robbed(environment, time.time()))
            while asking := [one for one in found if one.seconds is None]:
                for one in asking:
                    one.ask()
                lab.pause(POLL)
        return found

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails = self.limits
        accepted = sum(one.median for one in evidence.named("requests-"))
        longest, most = evidence.named("seconds-")[-1], evidence.named("requests-")[-1]
        if not accepted:
            return Verdict(Kind.HOLDS, "Every copy was refused from the log-out on.", holds)
        words = (
            f"{longest.title}: the copy went on for {longest.median:.1f} s after the log-out. A "
            "short expiry bounds what a thief can do; it does not end it."
        )
        rate = most.median / max(longest.median, POLL)
        tipping = (
            f"At the {rate:.0f} requests a second that this thief sent, five minutes are "
            f"{rate * USUAL:,.0f} requests."
        )
        return Verdict(Kind.FAILS, words, fails, tipping)


def _seconds(robbed: dict[int, list[Robbed]]) -> Iterator[Measurement]:
    for seconds, found in robbed.items():
        yield Measurement.from_samples(
            f"seconds-{seconds}",
            [one.seconds or 0.0 for one in found],
            group="How long the copy is accepted after the log-out",
            title=f"Tokens that live {seconds} s",
            unit="s",
            family="jwt",
        )


def _requests(robbed: dict[int, list[Robbed]]) -> Iterator[Measurement]:
    for seconds, found in robbed.items():
        yield Measurement.from_samples(
            f"requests-{seconds}",
            [one.requests for one in found],
            group="Requests with the copy that are accepted after the log-out",
            title=f"Tokens that live {seconds} s",
            unit="requests",
            family="jwt",
        )
