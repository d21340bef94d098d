"""What the paper on more users says of the ways that the answer names."""

from dataclasses import dataclass

from accounts.answer.opening import CAREFUL_SESSION, CAREFUL_TOKEN
from accounts.bench.result import SESSION_DB
from accounts.cluster.scale import System, Way, limits
from accounts.cluster.scale_facts import Facts
from accounts.cluster.scale_parameters import about
from accounts.cluster.scale_words import breaks
from accounts.pages.cluster_scale import found_facts

_SYSTEM = System()  # as that page has it where nobody turns anything


@dataclass(frozen=True, slots=True)
class Paper:
    """Sentences; empty where there are no figures."""

    #: how many users the two careful ways carry
    carried: str = ""
    #: where Django's own session ends
    plain_limit: str = ""


def paper() -> Paper:
    """What is said there of the three."""
    found = found_facts()
    return Paper(_carried(found), _plain_limit(found)) if found else Paper()


def _carried(found: Facts) -> str:
    said = []
    for way in _named(found, CAREFUL_SESSION, CAREFUL_TOKEN):
        first = limits(_SYSTEM, way, found.shared)[0]
        said.append(f"{way.title} carries {about(first.users)} users")
    return " and ".join(said)


def _plain_limit(found: Facts) -> str:
    return "".join(breaks(_SYSTEM, way, found.shared)[0] for way in _named(found, SESSION_DB))


def _named(found: Facts, *slugs: str) -> list[Way]:
    """The ways of these slugs, of which something can break."""
    ways = {way.slug: way for way in found.ways}
    named = (ways[slug] for slug in slugs if slug in ways)
    return [way for way in named if limits(_SYSTEM, way, found.shared)]
