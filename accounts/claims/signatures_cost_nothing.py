"""Verifying a signature costs nothing beside a look-up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from time import perf_counter_ns

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.bench.statistics import NS_PER_US
from accounts.bench.subjects import Subject
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
from accounts.tokens.codec import decode, issue
from accounts.tokens.keys import Key, Keyring
from accounts.tokens.realm import Realm, lab_realm

NOTHING = 0.1  # of a look-up
ROUNDS, WARM_UP = 300, 10
LOOKUP = "opaque"

Act = Callable[[], object]


class SignaturesCostNothing(Claim):
    """Verify tokens of four kinds, and look a random token up in the database, by turns.

    A signature is checked by this site's strict decoder, with everything that belongs to it. The
    look-up is the one query by which a random token finds its login and its user. Of each the
    quickest tenth is compared, which other programs on the machine disturb least.
    """

    slug = "signatures-cost-nothing"
    said = "Verifying a signature costs nothing beside a database look-up."
    source = Source(
        "Clerk, discussion 336 of its JavaScript library",
        "read in 2026",
        "https://github.com/clerk/javascript/discussions/336",
        "A token is verified without a network, in about a millisecond.",
    )
    against = Source(
        "Tom Tervoort (Black Hat USA)",
        "2023",
        "https://i.blackhat.com/BH-US-23/Presentations/"
        "US-23-Tervoort-Three-New-Attacks-Against-JSON-Web-Tokens.pdf",
        "What a verifier computes is chosen by the token: an attacker can make it work for hours.",
    )
    limits = (
        f"Holds where even the slowest kind takes less than {NOTHING:.0%} of the look-up.",
        "Does not hold where even the fastest kind takes as long as the look-up.",
        f"Depends on the way to the database, where a kind takes {NOTHING:.0%} of a look-up.",
    )
    caveat = (
        "One process and an idle database on the same machine, which is the hardest case for a "
        "signature. Only keys of usual sizes; RSA has 2,048 bits."
    )
    order = 130

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        subject = lab.sign_in(LOOKUP)
        acts: dict[str, Act] = {
            name: partial(_verify, realm, token_of(realm, subject))
            for name, realm in realms().items()
        }
        acts[LOOKUP] = partial(subject.strategy.check, subject.credential.value)
        took: dict[str, list[float]] = {name: [] for name in acts}
        rounds = lab.number(ROUNDS)
        for number in range(WARM_UP + rounds):
            if number % 50 == 0:
                yield Progress("rounds", number, WARM_UP + rounds)
            for name, act in acts.items():
                taken = wall_us(name, act)
                if number >= WARM_UP:
                    took[name].append(taken)
        group = "Time for one check"
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.from_samples(
                        f"verify-{name}",
                        took[name],
                        group=group,
                        title=f"Signature, {name}",
                        unit="µs",
                        family="jwt",
                    )
                    for name in acts
                    if name != LOOKUP
                ),
                Measurement.for_strategy("lookup", LOOKUP, took[LOOKUP], group=group, unit="µs"),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        # The quick ones: the median of a busy machine tells what else it does.
        lookup = evidence[f"lookup-{LOOKUP}"].low
        kinds = sorted(evidence.named("verify-"), key=lambda one: one.low)
        fastest, slowest = kinds[0], kinds[-1]
        words = (
            f"Undisturbed, a look-up took {lookup:.0f} µs, the fastest signature "
            f"({fastest.title[-5:]}) {fastest.low:.0f} µs, the slowest ({slowest.title[-5:]}) "
            f"{slowest.low:.0f} µs."
        )
        if slowest.low < NOTHING * lookup:
            return Verdict(Kind.HOLDS, words, holds)
        if fastest.low >= lookup:
            return Verdict(Kind.FAILS, words, fails)
        away = (slowest.low / NOTHING - lookup) / 1000
        tipping = (
            f"It holds for every kind once the way to the database and back takes {away:.1f} ms "
            "more than here."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def wall_us(name: str, act: Act) -> float:
    """How long an act takes, in microseconds; ``name`` says which one it is."""
    began = perf_counter_ns()
    act()
    return (perf_counter_ns() - began) / NS_PER_US


def realms() -> dict[str, Realm]:
    """The lab's realm with a key of each kind."""
    private: dict[str, PrivateKeyTypes] = {
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "RS256": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    }
    pems = {
        name: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for name, key in private.items()
    }
    keys = {name: Key.from_pem(pem) for name, pem in pems.items()}
    lab = lab_realm()
    return {
        "HS256": lab,
        **{name: replace(lab, keyring=Keyring(key, ())) for name, key in keys.items()},
    }


def token_of(realm: Realm, subject: Subject) -> str:
    """An access token for the login of a subject."""
    login = subject.login
    return issue(
        realm,
        token_type="access",
        user_id=login.user_id,
        sid=login.id,
        login_expires=login.expires,
    )


def _verify(realm: Realm, token: str) -> None:
    decode(realm, token)
