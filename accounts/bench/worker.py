"""The process that measures: ``python -m accounts.bench.worker JOB OPTIONS``.

Its environment names a database of its own. On its standard output it writes one JSON object per
line: ``{"stage", "done", "total"}`` for progress, and ``{"result": …}`` at the end.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command

django.setup()  # without which the rest cannot be imported

from accounts.bench.measures import (  # noqa: E402
    calls,
    growth,
    http,
    latency,
    login_logout,
    machine,
    requests,
    storage,
    tracing,
)
from accounts.bench.measures.summary import summaries, user_row  # noqa: E402
from accounts.bench.options import Options, Stage  # noqa: E402
from accounts.bench.result import BASELINE  # noqa: E402
from accounts.bench.subjects import no_user_row_subject, signed_in_subjects  # noqa: E402


def main(job: str, options: Options, *more: str) -> None:
    """Do the job."""
    _write({"result": JOBS[job](options, *more)})


def _write(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 - the runner reads it


def _reporter(stage: str, total: int) -> Callable[[], None]:
    """A function to call whenever one of ``total`` things is done; it tells the runner."""
    done = 0

    def report() -> None:
        nonlocal done
        done += 1
        _write({"stage": stage, "done": done, "total": total})

    return report


def measure_requests(options: Options) -> dict[str, Any]:
    """The main job: requests, log-ins and log-outs, what is stored, and what tracing costs.

    It comes first, and migrates the empty database for all others.
    """
    call_command("migrate", verbosity=0, interactive=False)
    found = machine.machine()  # before this process loads it
    rounds, number = options.rounds, login_logout.number_of_samples(options.rounds)
    with signed_in_subjects(options) as subjects:
        with no_user_row_subject() as no_user_row:
            report = _reporter(Stage.REQUESTS, requests.total_rounds(rounds))
            samples = requests.measure([*subjects, no_user_row], rounds, report)
        found["waited"] = requests.waited(samples[BASELINE])
        strategies = [subject.strategy for subject in subjects[1:]]
        stored = storage.Storage(storage.number_of_logins(rounds))
        stored.log_in(strategies, _reporter(Stage.LOGINS, len(strategies)))
        report = _reporter(Stage.LOGIN_LOGOUT, number * len(strategies))
        costs = login_logout.measure(strategies, number, report)
        kept = stored.log_out(strategies, _reporter(Stage.LOGOUTS, len(strategies)))
        report = _reporter(Stage.TRACING, tracing.total_blocks(rounds))
        tracing_cost = tracing.measure(rounds, report)
        site_calls = calls.measure()
    return {
        "machine": found,
        "versions": machine.versions(),
        "strategies": summaries(subjects, samples, costs, kept),
        "login_setup": login_logout.setup(number, stored.number),
        "user_row": user_row(samples),
        "site_calls": site_calls,
        "tracing": tracing_cost,
    }


def measure_calls(options: Options) -> Any:
    """The function calls of requests to the site, alone: a matter of seconds."""
    call_command("migrate", verbosity=0, interactive=False)
    return calls.measure()


def measure_growth(options: Options) -> Any:
    """Look-ups in tables of millions of rows."""
    sizes = options.growth
    return growth.measure(sizes, options.rounds, _reporter("growth", growth.total_reports(sizes)))


def measure_latency(options: Options, milliseconds: str) -> Any:
    """The requests with a distant database."""
    rounds = options.latency_rounds
    with signed_in_subjects(options) as subjects:
        report = _reporter(f"{milliseconds} ms away", rounds * len(subjects))
        return latency.measure(subjects, float(milliseconds), rounds, report)


def measure_http(options: Options) -> Any:
    """The requests over HTTP."""
    with signed_in_subjects(options) as subjects:
        report = _reporter("HTTP", http.SLICES * len(subjects))
        return http.measure(subjects, http.seconds(options.rounds), report)


JOBS: dict[str, Callable[..., Any]] = {
    "requests": measure_requests,
    "calls": measure_calls,
    "growth": measure_growth,
    "latency": measure_latency,
    "http": measure_http,
}


if __name__ == "__main__":
    main(sys.argv[1], Options.from_json(sys.argv[2]), *sys.argv[3:])
