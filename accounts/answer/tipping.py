"""What would have to change for another way to win: tipping points, computed."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.answer.ranking import JWT, Audience, Candidate, Measurements, System, best


@dataclass(frozen=True, slots=True)
class Parameter:
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


PARAMETERS = (
    Parameter("distance_ms", 0, 50, 10, (0, 1, 5, 10, 20, 30, 40, 50)),
    Parameter("late_s", 0, 900, 1, (0, 1, 5, 15, 30, 60, 120, 300, 600, 900)),
    Parameter("per_hour", 1, 3600, 1, (1, 5, 15, 30, 60, 120, 300, 600, 1200, 3600)),
    Parameter("services", 0, 10, 1, (0, 1, 10)),
    Parameter("header_bytes", 40, 4096, 1, (40, 50, 60, 100, 200, 300, 400, 500, 1000, 4096)),
)


@dataclass(frozen=True, slots=True)
class TippingPoint:
    """From ``value`` on, another way wins; None where none will do any more."""

    parameter: Parameter
    value: float
    is_more: bool
    winner: Candidate | None


def tipping_points(
    measurements: Measurements, system: System, audience: Audience
) -> Iterator[TippingPoint]:
    """For each parameter and direction the nearest figure at which another way wins."""
    for parameter in PARAMETERS:
        for is_more in (False, True):
            if point := tipping_point(measurements, system, audience, parameter, is_more=is_more):
                yield point


def tipping_point(
    measurements: Measurements,
    system: System,
    audience: Audience,
    parameter: Parameter,
    *,
    is_more: bool,
) -> TippingPoint | None:
    """The nearest tipping point in one direction: the stops are tried, then the gap is halved."""
    now, at = best(measurements, system, audience), parameter.steps(system)

    def differs(steps: int) -> bool:
        return best(measurements, parameter.turned(system, steps), audience) != now

    sign = 1 if is_more else -1
    ahead = sorted(
        (stop for stop in parameter.stops if sign * stop > sign * at), reverse=not is_more
    )
    near = at
    for stop in ahead:
        if differs(stop):
            between = range(near + sign, stop + sign, sign)
            tipped = parameter.turned(system, between[bisect_left(between, x=True, key=differs)])
            return TippingPoint(
                parameter,
                getattr(tipped, parameter.name),
                is_more,
                best(measurements, tipped, audience),
            )
        near = stop
    return None


def way_out(
    measurements: Measurements, system: System, audience: Audience, point: TippingPoint
) -> TippingPoint | None:
    """Where no way will do any more: the one change more after which one will; None: none does."""
    turned = point.parameter.turned(system, round(point.value * point.parameter.scale))
    others = tipping_points(measurements, turned, audience)
    return next((one for one in others if one.parameter is not point.parameter), None)


def changes_for_jwt(
    measurements: Measurements, system: System, audience: Audience
) -> list[TippingPoint]:
    """The fewest changes after which a JWT wins: none if it does, one, two; none if that fails."""
    if _is_jwt(best(measurements, system, audience)):
        return []
    found = [
        point for point in tipping_points(measurements, system, audience) if _is_jwt(point.winner)
    ]
    return found[:1] or next(_two_changes(measurements, system, audience), [])


def _two_changes(
    measurements: Measurements, system: System, audience: Audience
) -> Iterator[list[TippingPoint]]:
    """One parameter is set to an end, the other as far as it takes, then the first one back."""
    for one in PARAMETERS:
        for end in {one.low, one.high} - {one.steps(system)}:
            turned = one.turned(system, end)
            for second in tipping_points(measurements, turned, audience):
                if second.parameter is not one and _is_jwt(second.winner):
                    settled = second.parameter.turned(
                        system, round(second.value * second.parameter.scale)
                    )
                    is_more = end > one.steps(system)
                    first = tipping_point(measurements, settled, audience, one, is_more=is_more)
                    if first and _is_jwt(first.winner):
                        yield [first, second]


def _is_jwt(candidate: Candidate | None) -> bool:
    return candidate is not None and candidate.family == JWT
