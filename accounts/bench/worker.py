"""The process that measures: ``python -m accounts.bench.worker JOB OPTIONS``.

Its environment names a database of its own. On its standard output it writes one JSON object per
line: ``{"stage", "done", "total"}`` as it goes on, and ``{"result": …}`` at the end.
"""

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import django

from accounts.bench.options import Options

# What ``requests`` does, in its order, as it is told to whoever waits.
STAGES = REQUESTS, COMING, VERBS, LEAVING, TRACING = (
    "requests",
    "a crowd logs in",
    "logging in and out",
    "the crowd logs out",
    "tracing",
)


def main(job: str, options: Options, *more: str) -> None:
    """Set Django up, migrate the empty database, measure."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    print(json.dumps({"result": JOBS[job](options, *more)}), flush=True)  # noqa: T201


class Stage:
    """Tells the runner how far one part of the work is."""

    def __init__(self, title: str, total: int) -> None:
        self._title = title
        self._total = total
        self._done = 0

    def __call__(self, done: int | None = None) -> None:
        """One more is done, or so many."""
        self._done = self._done + 1 if done is None else done
        _tell(self._title, self._done, self._total)


def _tell(title: str, done: int, total: int) -> None:
    line = {"stage": title, "done": done, "total": total}
    print(json.dumps(line), flush=True)  # noqa: T201 - the runner reads it


def requests(options: Options) -> dict[str, Any]:
    """The main part: requests, log-ins, log-outs, what is kept, and what tracing costs."""
    from accounts.bench.measures import login_logout as verbs
    from accounts.bench.measures import machine
    from accounts.bench.measures import requests as rounds
    from accounts.bench.measures import storage as crowd
    from accounts.bench.measures import tracing as tracing_cost
    from accounts.bench.measures.summary import fresh_row, measured
    from accounts.bench.subjects import rowless, world

    found = machine.machine()  # before we load it ourselves
    with world(options) as subjects:
        with rowless() as more:
            stage = Stage(REQUESTS, rounds.steps(options.rounds))
            samples = rounds.measure([*subjects, more], options.rounds, stage)
        strategies = [subject.strategy for subject in subjects[1:]]
        number = min(verbs.SAMPLES, options.rounds)
        people = crowd.Crowd()
        people.gather(strategies, Stage(COMING, len(strategies)))
        costs = verbs.measure(strategies, number, Stage(VERBS, number * len(strategies)))
        kept = people.leave(strategies, Stage(LEAVING, len(strategies)))
        traced = tracing_cost.measure(
            options.rounds, Stage(TRACING, tracing_cost.steps(options.rounds))
        )
    return {
        "machine": found,
        "versions": machine.versions(),
        "strategies": measured(subjects, samples, costs, kept),
        "around": {
            "logins_each": crowd.SIZE,
            "devices": verbs.DEVICES,
            "samples": number,
            "hash_us": verbs.hash_us(),
        },
        "fresh_row": fresh_row(samples),
        "tracing": traced,
    }


def growth(options: Options) -> Any:
    """Look-ups in tables of millions of rows."""
    from accounts.bench.measures import growth as growing

    total = max(options.growth) // growing.CHUNK + len(options.growth) + 1
    stage = Stage("growth", total)
    return growing.measure(options.growth, lambda _: stage())


def latency(options: Options, milliseconds: str) -> Any:
    """The requests with a distant database."""
    from accounts.bench.measures import latency as distance
    from accounts.bench.subjects import world

    with world(options) as subjects:
        number = latency_rounds(options)
        stage = Stage(f"{milliseconds} ms away", number * len(subjects))
        return distance.measure(subjects, float(milliseconds), number, stage)


def latency_rounds(options: Options) -> int:
    """Fewer rounds: most of the time is waiting, which does not scatter."""
    return max(20, options.rounds // 10)


def http(options: Options) -> Any:
    """The requests over HTTP."""
    from accounts.bench.measures import http as serving
    from accounts.bench.subjects import world

    with world(options) as subjects:
        stage = Stage("HTTP", serving.SLICES * len(subjects))
        return serving.measure(subjects, serving.seconds(options.rounds), stage)


JOBS: dict[str, Callable[..., Any]] = {
    "requests": requests,
    "growth": growth,
    "latency": latency,
    "http": http,
}


def arguments(job: str, options: Options, *more: str) -> Sequence[str]:
    """The command line of a worker."""
    return [sys.executable, "-m", "accounts.bench.worker", job, options.as_json(), *more]


if __name__ == "__main__":
    main(sys.argv[1], Options.from_json(sys.argv[2]), *sys.argv[3:])
