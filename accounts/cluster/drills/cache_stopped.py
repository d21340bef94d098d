"""The cache is stopped, and comes back empty."""

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.cluster.clients import OK, UNAUTHORIZED, Device
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES
from accounts.strategies import strategies

#: The site's own two modes, by what they are called here.
_OWN = ("the site's token", "the site's session")
_PHASES = ("while the cache is away", "after it is back, empty")


@dataclass
class Pair:
    """Two devices of one way: one has logged out and was copied, the other is logged in."""

    name: str
    ended: Device
    live: Device
    let_in: int = 0
    kept_out: int = 0

    def ask(self, stage: Stage) -> str:
        """Send both copies to a process, count what is wrong, and tell it."""
        thief, owner = (stage.ask("site-2", each) for each in (self.ended, self.live))
        self.let_in += thief == OK
        self.kept_out += owner != OK
        return f"the thief {_told(thief)}, the owner {_told(owner)}"


def _told(status: int) -> str:
    return {OK: "is let in", UNAUTHORIZED: "is refused"}.get(status, f"gets {status}")


class CacheStopped(Drill):
    """Log in twice under each way, and log one of the two out. Then the cache is stopped.

    Both devices ask while it is away, and again once it is back: it keeps nothing on disk, so it
    is empty then. The site's own session and token know no cache; of the lab, each way that uses
    one is asked too.
    """

    slug = "cache-stopped"
    title = "Stop the cache"
    promise = "The site's own two modes let nobody in who has logged out, and keep nobody out."
    needs = (*SITES, "cache")
    order = 30

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        pairs = [
            Pair(_OWN[0], stage.token_device(), stage.token_device()),
            Pair(_OWN[1], stage.session_device(), stage.session_device()),
            *(
                Pair(strategies[slug].title, stage.lab_device(slug), stage.lab_device(slug))
                for slug in ways_with_a_cache()
            ),
        ]
        for pair in pairs:
            pair.ended.log_out()
        yield Line(f"Two devices log in under each of {len(pairs)} ways; one of each logs out")
        with stage.without("cache"):
            yield Line("The cache is stopped")
            yield from _asked(pairs, stage, _PHASES[0])
        yield Line("The cache is started again; it is empty")
        yield from _asked(pairs, stage, _PHASES[1])
        own = pairs[: len(_OWN)]
        yield Outcome(
            kept=not any(pair.let_in or pair.kept_out for pair in own),
            words=" ".join(_sentence(pair) for pair in pairs),
            figures=[
                figure
                for pair in pairs
                for figure in (
                    Figure(f"{pair.name}: thief let in", pair.let_in),
                    Figure(f"{pair.name}: owner kept out", pair.kept_out),
                )
            ],
        )


def ways_with_a_cache() -> list[str]:
    """The lab's strategies that ask the shared cache."""
    return [each.slug for each in strategies if "redis" in each.slug or "cached" in each.slug]


def _asked(pairs: list[Pair], stage: Stage, phase: str) -> Iterator[Line]:
    for pair in pairs:
        wrong = pair.let_in + pair.kept_out
        told = pair.ask(stage)
        is_worse = pair.let_in + pair.kept_out > wrong
        yield Line(f"{pair.name} {phase}: {told}", BAD if is_worse else GOOD)


def _sentence(pair: Pair) -> str:
    if not (pair.let_in or pair.kept_out):
        return f"{pair.name}: nobody notices."
    times = len(_PHASES)
    return (
        f"{pair.name}: the thief was let in {pair.let_in} of {times} times, and the owner kept out "
        f"{pair.kept_out} of {times} times."
    )
