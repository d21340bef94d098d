"""A Bloom filter makes revocation nearly free."""

import hashlib
import math
import sys
import uuid
import zlib
from collections.abc import Iterator, Sequence

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

LIVE, REVOKED, INNOCENT = 1_000_000, 10_000, 30_000  # tokens
SMALL = 0.1  # of the memory of a set
RATES = (1e-2, 1e-3, 1e-6)  # of innocents who are taken for revoked


class Bloom:
    """Bits that say “certainly not” or “perhaps”.

    https://doi.org/10.1145/362686.362692
    """

    def __init__(self, number: int, rate: float) -> None:
        self._size = math.ceil(-number * math.log(rate) / math.log(2) ** 2)
        self._hashes = max(1, round(self._size / number * math.log(2)))
        self.bits = bytearray((self._size + 7) // 8)

    def add(self, key: bytes) -> None:
        """Take a key up. Nothing can be taken out again."""
        for place in self._places(key):
            self.bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, key: bytes) -> bool:
        return all(self.bits[place >> 3] >> (place & 7) & 1 for place in self._places(key))

    def _places(self, key: bytes) -> Iterator[int]:
        digest = hashlib.blake2b(key, digest_size=16).digest()
        first, step = int.from_bytes(digest[:8]), int.from_bytes(digest[8:]) | 1
        # Enhanced double hashing: with the step alone some keys would come round to few places.
        return (
            (first + number * step + (number**3 - number) // 6) % self._size
            for number in range(self._hashes)
        )


class BloomFilterIsFree(Claim):
    """Revoke one in a hundred of a million tokens, and ask about thirty thousand others.

    The revoked ids are kept as a set of Python, in filters that err once in a hundred, in a
    thousand and in a million, and as one compressed bit for each token. Whoever holds a good token
    and is taken for revoked is an innocent who is logged out, or asked about a second time.
    """

    slug = "bloom-filter-is-free"
    said = "A Bloom filter makes revocation nearly free."
    source = Source(
        "KrakenD, documentation of revoking tokens",
        "read in 2026",
        "https://www.krakend.io/docs/authorization/revoking-tokens/",
        "Millions of revoked tokens fit into a little memory of each server.",
    )
    against = Source(
        "ForgeRock, Bloom filters and stateless sessions",
        "read in 2026",
        "https://wikis.forgerock.org/confluence/display/BU17/Bloom+Filters+and+Stateless+Sessions",
        "What may be a false alarm has to be asked about, and long-lived tokens fill the filter.",
    )
    limits = (
        f"Holds where each filter takes less than {SMALL:.0%} of the set's memory and no innocent.",
        f"Does not hold where no filter takes less than {SMALL:.0%} of the set's memory.",
        "Depends where small filters take innocents for revoked: on the rate that is chosen.",
    )
    caveat = (
        "One process: how the filter comes to every server, and how it forgets what has expired, "
        "is not measured. Written in Python; a library in C asks faster."
    )
    order = 170

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        revoked = _ids(lab.number(REVOKED))
        innocents = _ids(lab.number(INNOCENT))
        memory = {"set": float(_set_bytes(revoked)), "bits": float(_status_list(lab, len(revoked)))}
        mistaken: dict[str, float] = {}
        for done, rate in enumerate(RATES):
            yield Progress(f"a filter that errs once in {1 / rate:,.0f}", done, len(RATES))
            bloom = self.filter(revoked, rate)
            memory[_name(rate)] = float(len(bloom.bits))
            mistaken[_name(rate)] = sum(key in bloom for key in innocents)
        titles = {"set": "A set of Python", "bits": "One compressed bit for each token"}
        titles |= {_name(rate): f"A filter that errs once in {1 / rate:,.0f}" for rate in RATES}
        yield Evidence.from_measurements(
            [
                *(
                    Measurement.from_samples(
                        f"memory-{name}",
                        [amount / 1000],
                        group=f"Memory for {len(revoked):,} revoked of a hundred times as many",
                        title=titles[name],
                        unit="kB",
                    )
                    for name, amount in memory.items()
                ),
                *(
                    Measurement.from_samples(
                        f"mistaken-{name}",
                        [number],
                        group=f"Innocents taken for revoked, of {len(innocents):,}",
                        title=titles[name],
                        unit="tokens",
                    )
                    for name, number in mistaken.items()
                ),
            ]
        )

    def filter(self, revoked: Sequence[bytes], rate: float) -> Bloom:
        """A filter that holds all revoked ids."""
        bloom = Bloom(len(revoked), rate)
        for key in revoked:
            bloom.add(key)
        return bloom

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        whole = evidence["memory-set"].median
        names = [one.name.removeprefix("mistaken-") for one in evidence.named("mistaken-")]
        share = {name: evidence[f"memory-{name}"].median / whole for name in names}
        mistaken = {name: evidence[f"mistaken-{name}"].median for name in names}
        words = (
            f"The filters take {min(share.values()):.1%} to {max(share.values()):.1%} of the set's "
            f"memory; {', '.join(f'{number:,.0f}' for number in mistaken.values())} innocents were "
            "taken for revoked."
        )
        if min(share.values()) >= SMALL:
            return Verdict(Kind.FAILS, words, fails)
        if not any(mistaken.values()) and max(share.values()) < SMALL:
            return Verdict(Kind.HOLDS, words, holds)
        best = min(names, key=lambda name: (mistaken[name], share[name]))
        tipping = (
            f"“{evidence[f'memory-{best}'].title}” mistook {mistaken[best]:,.0f} and needs "
            f"{evidence[f'memory-{best}'].median:.0f} kB; a compressed bit for each token mistakes "
            f"nobody and needs {evidence['memory-bits'].median:.0f} kB. Every other filter needs a "
            "second question for each alarm."
        )
        return Verdict(Kind.DEPENDS, words, depends, tipping)


def _name(rate: float) -> str:
    return f"{1 / rate:.0f}"


def _ids(number: int) -> list[bytes]:
    return [uuid.uuid4().bytes for _ in range(number)]


def _set_bytes(keys: Sequence[bytes]) -> int:
    return sys.getsizeof(set(keys)) + sum(map(sys.getsizeof, keys))


def _status_list(lab: Laboratory, revoked: int) -> int:
    """Bytes of a bit for each live token, compressed; every hundredth at random is set."""
    live = revoked * (LIVE // REVOKED)
    bits = bytearray((live + 7) // 8)
    for key in _ids(revoked):
        place = int.from_bytes(key) % live
        bits[place >> 3] |= 1 << (place & 7)
    return len(zlib.compress(bytes(bits), 9))
