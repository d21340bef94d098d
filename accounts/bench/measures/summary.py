"""From samples to what a result says of each strategy."""

from collections.abc import Mapping, Sequence

from accounts.bench.measures import requests as rounds
from accounts.bench.measures.login_logout import Costs
from accounts.bench.measures.requests import Samples
from accounts.bench.result import Cost, FreshRow, Kept, Measured, Ratios
from accounts.bench.rowless import MEASURED, Rowless
from accounts.bench.statistics import compared, microseconds, spread
from accounts.bench.subjects import Subject
from accounts.models import Login

_NONE: Ratios = {"cpu": 1.0, "wall": 1.0}


def measured(
    subjects: Sequence[Subject],
    samples: Mapping[str, Samples],
    costs: Mapping[str, Costs],
    kept: Mapping[str, tuple[Kept, Kept]],
) -> list[Measured]:
    """All strategies, with their ratios; the floor, which nobody logs in to, has no more."""
    return compared(
        _one(subject, samples[subject.slug], costs.get(subject.slug), kept.get(subject.slug))
        for subject in subjects
    )


def _one(
    subject: Subject, samples: Samples, costs: Costs | None, kept: tuple[Kept, Kept] | None
) -> Measured:
    strategy = subject.strategy
    return {
        "slug": strategy.slug,
        "title": strategy.title,
        "subtitle": strategy.subtitle,
        "family": strategy.family.value,
        "queries": rounds.queries(samples.traces),
        "calls": samples.calls,
        "cpu_us": spread(samples.cpu),
        "wall_us": spread(samples.wall),
        "split": rounds.split(samples.traces),
        "bytes_sent": rounds.bytes_sent(samples.traces),
        "kept": kept[0] if kept else None,
        "kept_after_logout": kept[1] if kept else None,
        "login": _login(costs, kept[0]) if costs and kept else None,
        "logout": costs.logout.cost() if costs else None,
        "everywhere": costs.everywhere.cost() if costs else None,
        "to_floor": _NONE,
        "to_base": _NONE,
    }


def _login(costs: Costs, kept: Kept) -> Cost:
    """What a log-in costs: with the login's row where the strategy cannot do without it."""
    needs_row = Login._meta.db_table in kept["tables"]
    return (costs.row + costs.issue if needs_row else costs.issue).cost()


def fresh_row(samples: Mapping[str, Samples]) -> FreshRow | None:
    """What the user's row costs in ``jwt-blacklist-memory``, if that was measured."""
    if MEASURED not in samples:
        return None
    with_row, without = samples[MEASURED], samples[Rowless.slug]
    return {
        "with_cpu_us": microseconds(with_row.cpu),
        "without_cpu_us": microseconds(without.cpu),
        "with_wall_us": microseconds(with_row.wall),
        "without_wall_us": microseconds(without.wall),
    }
