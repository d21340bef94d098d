"""A log-out at one process, seen from everywhere."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accounts.cluster.clients import UNAUTHORIZED, Device, Eye, Eyes, OwnServer, expiry_of
from accounts.cluster.drills import _base
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES
from accounts.strategies import Expected, Strategy, strategies
from accounts.strategies import Outcome as Gets

USUAL = "jwt-blacklist-memory"
WATCHED = 1.5  # seconds after the log-out, unless all processes refuse earlier
_BEFORE = 0.15  # seconds
_SLACK = 1.0  # seconds that a busy machine may add to what a strategy promises


@dataclass
class Lane:
    """One place, and what it answered from the log-out of what it is sent on."""

    part: str
    eye: Eye
    ended: float = 0.0
    expiry: str = ""

    @property
    def after(self) -> float:
        """Milliseconds for which it accepted the copy after the log-out."""
        return _base.accepted_for(self.eye, self.ended)

    @property
    def is_blind(self) -> bool:
        """Whether it still accepted the copy at the end."""
        return self.eye.samples[-1].status != UNAUTHORIZED

    @property
    def is_over(self) -> bool:
        """Whether it has refused the copy often enough to go on refusing it."""
        return self.eye.has_settled(self.ended, UNAUTHORIZED)

    @property
    def words(self) -> str:
        """When it refused the copy."""
        if self.is_blind and self.expiry:
            return f"accepts it until the token expires, {self.expiry} after the log-out"
        if self.is_blind:
            return f"still accepts it {WATCHED:g} s after the log-out"
        if not self.after:
            return "refuses it at once"
        return f"refuses it after {_base.milliseconds(self.after)}"


class LogOut(Drill):
    """Log in at process 1, copy what the device sends, and log out at process 1.

    From before the log-out on, the copy is sent to all three processes and to the one that reads
    the replica, every few milliseconds. The two resource servers are sent a token of the site
    itself, which is logged out at the same moment: the lab's tokens are signed with a secret, and
    whoever has that to check them could make them.
    """

    slug = "log-out"
    title = "Log out at process 1"
    promise = (
        "Every process refuses the copy within the time that the way promises. Nothing is "
        "promised for the resource server, which nobody tells: it accepts a token until it expires."
    )
    order = 10

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        strategy = strategies[stage.options.get("strategy") or USUAL]
        device, foreign = stage.lab_device(strategy.slug), stage.token_device()
        yield Line(f"Logged in at process 1 with {strategy.title}; a thief copies what is sent")
        lanes = [Lane(part, stage.eye(part, device)) for part in (*SITES, *stage.there("reader"))]
        others = [Lane(part, stage.eye(part, foreign)) for part in stage.there("resource", "asker")]
        for lane in lanes:
            stage.ask(lane.part, device)  # a process that was never asked may have to load a list
        with Eyes([lane.eye for lane in (*lanes, *others)]) as eyes:
            time.sleep(_BEFORE)
            _end(device, lanes)
            _end(foreign, others)
            eyes.wait(lambda: all(lane.is_over for lane in (*lanes, *others[1:])), WATCHED)
        for lane in others:
            lane.expiry = _expiry(foreign, lane, stage) if lane.part == "resource" else ""
        yield Line("Process 1 has acknowledged the log-out")
        for lane in (*lanes, *others):
            yield Line(f"{lane.eye.name} {lane.words}", BAD if lane.after else GOOD)
        yield _outcome(strategy, lanes, others)


def _end(device: Device, lanes: Sequence[Lane]) -> None:
    ended = device.log_out()
    for lane in lanes:
        lane.ended = ended


def _expiry(device: Device, lane: Lane, stage: Stage) -> str:
    """How long after the log-out the token expires, seen by a server whose clock is ahead.

    Empty where that one accepts the token, or the lane refuses it anyway.
    """
    if not lane.is_blind:
        return ""
    rest = expiry_of(device.headers) - time.time()
    since = time.perf_counter() - lane.ended
    ahead = OwnServer(stage.addresses["site-1"], CLOCK=f"{rest + 1:.0f}")
    refuses = ahead.ask(device) == UNAUTHORIZED
    return _base.duration(rest + since) if refuses else ""


def _outcome(strategy: type[Strategy], lanes: list[Lane], others: list[Lane]) -> Outcome:
    promised = strategy.expected("log-out", Expected(Gets.REFUSED)).thief is Gets.REFUSED
    sites = [lane for lane in lanes if lane.part in SITES]
    longest = max(lane.after for lane in sites)
    within = strategy.propagation_delay.total_seconds() + _SLACK
    in_time = not any(lane.is_blind for lane in sites) and longest <= within * 1000
    told = "; ".join(f"{lane.eye.name} {lane.words}" for lane in (*lanes, *others))
    promise = "" if promised else f" {strategy.title} promises nothing about a log-out."
    return Outcome(
        kept=in_time or not promised,
        words=f"{told}.{promise}",
        figures=[Figure(lane.eye.name, round(lane.after, 1), "ms") for lane in (*lanes, *others)],
        tracks=[_base.track_of(lane.eye, lane.ended, lane.words) for lane in (*lanes, *others)],
    )
