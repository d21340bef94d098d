"""Forged tokens cost a server more than invented session keys."""

import secrets
from collections.abc import Callable, Iterator
from functools import partial
from time import thread_time_ns

from accounts.bench.statistics import NS_PER_US
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
from accounts.claims.signatures_cost_nothing import realms, token_of
from accounts.strategies import Accepted
from accounts.tokens.codec import decode
from accounts.tokens.realm import Realm, TokenRefused

MUCH = 2.0  # times the CPU time of an invented key
ROUNDS, WARM_UP = 200, 10
KEYS = ("session-db", "session-joined", "opaque")
TOO_LONG = 100_000  # characters

Act = Callable[[], object]


class ForgedTokensFlood(Claim):
    """Send the server what it has to refuse, by turns, and measure the CPU time that each takes it.

    Session keys and random tokens are invented: the server has to look for them. Tokens carry the
    signature of another one, so that the server has to compute before it can tell, with one secret
    and with three kinds of key pairs; and one is far too long. Nobody gets in.
    """

    slug = "forged-tokens-flood"
    said = "A flood of forged tokens costs a server far more than one of invented session keys."
    source = Source(
        "Tom Tervoort (Black Hat USA)",
        "2023",
        "https://i.blackhat.com/BH-US-23/Presentations/"
        "US-23-Tervoort-Three-New-Attacks-Against-JSON-Web-Tokens.pdf",
        "What a verifier computes is chosen by the token: an attacker can make it work for hours.",
    )
    against = Source(
        "Clerk, discussion 336 of its JavaScript library",
        "read in 2026",
        "https://github.com/clerk/javascript/discussions/336",
        "A token is verified without a network, in about a millisecond.",
    )
    limits = (
        f"Holds where every kind of forged token costs {MUCH:g} times the dearest invented key.",
        f"Does not hold where no kind costs {MUCH:g} times the dearest invented key.",
        f"Depends on the kind, where only some cost {MUCH:g} times the dearest invented key.",
    )
    caveat = (
        "CPU time of the server process: what a database on another machine does for each "
        "invented key comes on top of it. Encrypted tokens, whose sender may choose how long a "
        "password is hashed, are not accepted here at all."
    )
    order = 135

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        acts = {**_invented(lab), **_forged(lab)}
        took: dict[str, list[float]] = {name: [] for name in acts}
        rounds = lab.number(ROUNDS)
        for number in range(WARM_UP + rounds):
            if number % 50 == 0:
                yield Progress("refusing", number, WARM_UP + rounds)
            for name, act in acts.items():
                taken = cpu_us(name, act)
                if number >= WARM_UP:
                    took[name].append(taken)
        group = "CPU time to refuse one"
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.for_strategy("key", slug, took[slug], group=group, unit="µs")
                    for slug in KEYS
                ),
                *(
                    Measurement.from_samples(
                        f"token-{name}",
                        took[name],
                        group=group,
                        title=f"Forged token, {name}",
                        unit="µs",
                        family="jwt",
                    )
                    for name in acts
                    if name not in KEYS
                ),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        key = max(evidence.named("key-"), key=lambda one: one.median)
        tokens = evidence.named("token-")
        dear = [one for one in tokens if one.differs_from(key) and one.median >= MUCH * key.median]
        dearest = max(tokens, key=lambda one: one.median)
        words = (
            f"The dearest forgery ({dearest.title.partition(', ')[2]}) took {dearest.median:.0f} "
            f"µs, the dearest invented key (“{key.title}”) {key.median:.0f} µs: "
            f"{dearest.median / key.median:.1f} times as much."
        )
        if len(dear) == len(tokens):
            return Verdict(Kind.HOLDS, words, holds)
        if not dear:
            return Verdict(Kind.FAILS, words, fails)
        tipping = f"It depends on the kind of key: {', '.join(one.title for one in dear)}."
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def cpu_us(name: str, act: Act) -> float:
    """CPU time of an act, in microseconds; ``name`` says which one it is."""
    began = thread_time_ns()
    act()
    return (thread_time_ns() - began) / NS_PER_US


def _invented(lab: Laboratory) -> dict[str, Act]:
    """A look-up for a key that nobody was given."""

    def refuse(slug: str, length: int) -> None:
        invented = secrets.token_urlsafe(length)[:length]
        if isinstance(lab.strategy(slug).check(invented), Accepted):
            raise RuntimeError(f"{slug} accepted an invented key")  # noqa: TRY004 - no type error

    lengths = {slug: len(lab.sign_in(slug).credential.value) for slug in KEYS}
    return {slug: partial(refuse, slug, lengths[slug]) for slug in KEYS}


def _forged(lab: Laboratory) -> dict[str, Act]:
    """A check of a real token with another signature, for each kind of key; and of a long one."""
    subject = lab.sign_in("jwt-blacklist-joined")
    acts: dict[str, Act] = {}
    for name, realm in realms().items():
        signed, _, _ = token_of(realm, subject).rpartition(".")
        # Of another token, so that it is well-formed: the server finds out by computing alone.
        _, _, signature = token_of(realm, subject).rpartition(".")
        acts[name] = partial(_refuse, realm, f"{signed}.{signature}")
        acts.setdefault("too long", partial(_refuse, realm, f"{signed}.{'A' * TOO_LONG}"))
    return acts


def _refuse(realm: Realm, token: str) -> None:
    try:
        decode(realm, token)
    except TokenRefused:
        return
    raise RuntimeError("A forged token was accepted")
