"""The ways of the lab that a benchmark has no figures of, and why: the pages count both."""

from collections import Counter
from collections.abc import Container

from accounts.strategies import Strategy, strategies

_CACHE = "a cache for all processes, which a benchmark runs without"
_PROOF = "a new proof for each request, whose making would be measured, too"


def why(strategy: type[Strategy]) -> str:
    """What keeps a way out of benchmarks, of ``needs …``; empty where nothing does."""
    if strategy.bound:
        return _PROOF
    return _CACHE if strategy.needs_cache else ""


def sentence(measured: Container[str]) -> str:
    """How many ways the lab has that are not among the measured slugs; empty where it has none."""
    everything = list(strategies.all())
    missing = Counter(why(one) for one in everything if one.slug not in measured)
    if not missing:
        return ""
    none = missing.total()
    parts = "; ".join(_part(reason, number) for reason, number in missing.items())
    verb = "has" if none == 1 else "have"
    return f"Of the lab’s {len(everything)} ways {none} {verb} no figures here: {parts}."


def _part(reason: str, number: int) -> str:
    if not reason:
        return f"{number} {'was' if number == 1 else 'were'} not measured"
    return f"{number} {'needs' if number == 1 else 'need'} {reason}"
