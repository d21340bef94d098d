"""From samples to a strategy's part of the result."""

from collections.abc import Mapping, Sequence

from accounts.bench.measures import requests
from accounts.bench.measures.login_logout import Costs
from accounts.bench.measures.requests import Samples
from accounts.bench.result import Cost, Measured, Ratios, Stored, UserRow
from accounts.bench.statistics import median_us, spread, with_ratios
from accounts.bench.subjects import NoUserRow, Subject
from accounts.models import Login
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory

_NOT_YET: Ratios = {"cpu": 1.0, "wall": 1.0}


def summaries(
    subjects: Sequence[Subject],
    samples: Mapping[str, Samples],
    costs: Mapping[str, Costs],
    stored: Mapping[str, tuple[Stored, Stored]],
) -> list[Measured]:
    """All subjects with their ratios. Nobody logs in to the baseline: it has no such costs."""
    return with_ratios(
        _summary(subject, samples[subject.slug], costs.get(subject.slug), stored.get(subject.slug))
        for subject in subjects
    )


def _summary(
    subject: Subject, samples: Samples, costs: Costs | None, stored: tuple[Stored, Stored] | None
) -> Measured:
    strategy = subject.strategy
    return {
        "slug": strategy.slug,
        "title": strategy.title,
        "subtitle": strategy.subtitle,
        "family": strategy.family.value,
        "queries": requests.queries(samples.traces),
        "calls": samples.calls,
        "cpu_us": spread(samples.cpu),
        "wall_us": spread(samples.wall),
        "split": requests.split(samples.traces),
        "bytes_sent": requests.bytes_sent(samples.traces),
        "stored": stored[0] if stored else None,
        "stored_after_logout": stored[1] if stored else None,
        "login": _login(costs, stored[0]) if costs and stored else None,
        "logout": costs.logout.cost() if costs else None,
        "logout_everywhere": costs.everywhere.cost() if costs else None,
        "vs_baseline": _NOT_YET,
        "vs_session_db": _NOT_YET,
    }


def _login(costs: Costs, stored: Stored) -> Cost:
    """What a log-in costs; the login's row counts if the strategy needs it."""
    needs_row = Login._meta.db_table in stored["tables"]
    return (costs.row + costs.issue if needs_row else costs.issue).cost()


def user_row(samples: Mapping[str, Samples]) -> UserRow | None:
    """What the user's row costs ``jwt-blacklist-memory``, if that strategy was measured."""
    if JwtBlacklistMemory.slug not in samples:
        return None
    with_row, without = samples[JwtBlacklistMemory.slug], samples[NoUserRow.slug]
    return {
        "with_cpu_us": median_us(with_row.cpu),
        "without_cpu_us": median_us(without.cpu),
        "with_wall_us": median_us(with_row.wall),
        "without_wall_us": median_us(without.wall),
    }
