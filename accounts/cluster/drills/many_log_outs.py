"""Many log-outs at one process, and how long the others take to know of each."""

import time
from collections.abc import Iterator

from accounts.bench.statistics import percentile
from accounts.cluster.clients import OK, Asker, Device
from accounts.cluster.drills._base import (
    BAD,
    GOOD,
    Drill,
    Figure,
    Line,
    Outcome,
    Stage,
    milliseconds,
)
from accounts.cluster.parts import SITES
from accounts.strategies import strategies

TIMES = 100  # log-outs under each
WAYS = ("session-joined", "jwt-blacklist-joined", "jwt-blacklist-memory")
_PATIENCE = 5.0  # seconds
_SLACK = 1.0  # seconds that a busy machine may add to what a strategy promises


class ManyLogOuts(Drill):
    """One device after the other logs in at process 1 and logs out there, under each of three ways.

    As soon as the log-out is acknowledged, the copy is sent to each process again and again until
    it is refused; each of them comes first in turn. What counts is how long after the answer to the
    log-out a copy was still let in.
    """

    slug = "many-log-outs"
    title = "300 log-outs"
    promise = "No process lets a copy in for longer after its log-out than the way promises."
    needs = (*SITES, "primary")
    order = 15

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        times = int(stage.options.get("times", TIMES))
        figures, words, kept = [], [], True
        for slug in WAYS:
            lags = [
                lag
                for number in range(times)
                for lag in lags_of(stage, stage.lab_device(slug), number)
            ]
            late = [lag for lag in lags if lag]
            name = strategies[slug].title
            told = _told(name, lags, len(late))
            within = (strategies[slug].propagation_delay.total_seconds() + _SLACK) * 1000
            holds = max(lags) <= within if strategies[slug].propagation_delay else not late
            kept = kept and holds
            yield Line(told, GOOD if holds else BAD)
            words.append(f"{told}.")
            figures += [
                Figure(f"{name}: log-outs", times),
                Figure(f"{name}: processes that let a copy in afterwards", len(late)),
                Figure(f"{name}: 99 % refuse it within", round(percentile(lags, 0.99), 2), "ms"),
                Figure(f"{name}: the last one refuses it after", round(max(lags), 2), "ms"),
            ]
        yield Outcome(kept, " ".join(words), figures)


def _told(name: str, lags: list[float], late: int) -> str:
    if not late:
        return f"{name}: after {len(lags)} log-outs seen by a process, no copy was let in"
    return (
        f"{name}: after {late} of {len(lags)} log-outs seen by a process a copy was let in, 99 % "
        f"were known within {milliseconds(percentile(lags, 0.99))}, the last after "
        f"{milliseconds(max(lags))}"
    )


def lags_of(stage: Stage, device: Device, number: int) -> list[float]:
    """Log a device out; for each process the milliseconds for which it let the copy in, 0 for none.

    ``number`` says which process is asked first, so that each has its turn.
    """
    first = number % len(SITES)
    askers = [
        Asker(stage.addresses[site], device.path, device.headers)
        for site in (*SITES[first:], *SITES[:first])
    ]
    for asker in askers:
        asker.ask()
    ended = device.log_out()
    lags = [_accepted_for(asker, ended) for asker in askers]
    for asker in askers:
        asker.close()
    return lags


def _accepted_for(asker: Asker, ended: float) -> float:
    lag = 0.0
    while asker.ask() == OK and lag < _PATIENCE * 1000:
        lag = (time.perf_counter() - ended) * 1000
    return lag
