"""What would have to change for another way to win: tipping points, computed."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.answer.ranking import Audience, System, Way, World, best

JWT = "jwt"


@dataclass(frozen=True, slots=True)
class Knob:
    """A figure of a system that a visitor can turn: from ``low`` to ``high``, in steps."""

    name: str
    low: int
    high: int
    #: a step is 1 / scale
    scale: int = 1
    #: between two neighbours of these the winner is taken to change once at most
    stops: tuple[int, ...] = ()

    def turned(self, system: System, steps: int) -> System:
        """The system with another figure, given in steps."""
        value: Any = round(steps / self.scale, 1) if self.scale > 1 else steps
        return replace(system, **{self.name: value})

    def steps(self, system: System) -> int:
        """A system's figure, in steps."""
        value: float = getattr(system, self.name)
        return round(value * self.scale)


KNOBS = (
    Knob("distance_ms", 0, 50, 10, (0, 1, 5, 10, 20, 30, 40, 50)),
    Knob("late_s", 0, 900, 1, (0, 1, 5, 15, 30, 60, 120, 300, 600, 900)),
    Knob("per_hour", 1, 3600, 1, (1, 5, 15, 30, 60, 120, 300, 600, 1200, 3600)),
    Knob("services", 0, 10, 1, (0, 1, 10)),
    Knob("header_bytes", 40, 4096, 1, (40, 50, 60, 100, 200, 300, 400, 500, 1000, 4096)),
)


@dataclass(frozen=True, slots=True)
class Tip:
    """From ``value`` on, another way wins; None where none will do any more."""

    knob: Knob
    value: float
    is_more: bool
    winner: Way | None


def tips(world: World, system: System, audience: Audience) -> Iterator[Tip]:
    """For each knob and direction the nearest figure at which another way wins."""
    for knob in KNOBS:
        for is_more in (False, True):
            if tip := tip_along(world, system, audience, knob, is_more=is_more):
                yield tip


def tip_along(
    world: World, system: System, audience: Audience, knob: Knob, *, is_more: bool
) -> Tip | None:
    """The nearest tipping point in one direction: the stops are tried, then the gap is halved."""
    now, at = best(world, system, audience), knob.steps(system)

    def differs(steps: int) -> bool:
        return best(world, knob.turned(system, steps), audience) != now

    sign = 1 if is_more else -1
    ahead = sorted((stop for stop in knob.stops if sign * stop > sign * at), reverse=not is_more)
    near = at
    for stop in ahead:
        if differs(stop):
            between = range(near + sign, stop + sign, sign)
            tipped = knob.turned(system, between[bisect_left(between, x=True, key=differs)])
            return Tip(knob, getattr(tipped, knob.name), is_more, best(world, tipped, audience))
        near = stop
    return None


def ways_to_jwt(world: World, system: System, audience: Audience) -> list[Tip]:
    """The fewest changes after which a JWT wins: none if it does, one, two; none if that fails."""
    if _is_jwt(best(world, system, audience)):
        return []
    found = [tip for tip in tips(world, system, audience) if _is_jwt(tip.winner)]
    return found[:1] or next(_two_changes(world, system, audience), [])


def _two_changes(world: World, system: System, audience: Audience) -> Iterator[list[Tip]]:
    """One knob is turned to an end, the other as far as it takes, then the first one back."""
    for one in KNOBS:
        for end in {one.low, one.high} - {one.steps(system)}:
            turned = one.turned(system, end)
            for second in tips(world, turned, audience):
                if second.knob is not one and _is_jwt(second.winner):
                    settled = second.knob.turned(system, round(second.value * second.knob.scale))
                    is_more = end > one.steps(system)
                    first = tip_along(world, settled, audience, one, is_more=is_more)
                    if first and _is_jwt(first.winner):
                        yield [first, second]


def _is_jwt(way: Way | None) -> bool:
    return way is not None and way.family == JWT
