"""Where the coefficients come from: the newest benchmark and the recorded matrix on PostgreSQL.

SQLite is a file of one machine: nothing there goes past it. What a way holds beside the database
and how long a row is kept are no measurements; they are described here, once for each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings

from accounts.bench import archive, left_out
from accounts.bench.result import BASELINE, Cost, Growth, Measured, Result
from accounts.cluster import scale_measured
from accounts.cluster.scale import Action, Ends, Holds, Kept, Table, Way
from accounts.cluster.scale import Measured as Shared
from accounts.lab.recorded import Recorded, recorded
from accounts.strategies import Lookup, Outcome, Strategy, strategies

DATABASE = "postgres"
LOG_OUT = "log-out"
_GIB = 2**30

#: By strategy; those that are not named hold nothing beside the database.
HOLDS = {
    "session-cached": Holds.CACHED_LOGINS,
    "session-redis": Holds.CACHED_LOGINS,
    "jwt-blacklist-memory": Holds.LIST,
    "jwt-bloom": Holds.FILTER,
    "jwt-status-list": Holds.FETCHED,
    "jwt-blacklist-redis": Holds.CACHED_LIST,
    "jwt-blacklist-redis-open": Holds.CACHED_LIST,
    "jwt-blacklist-redis-closed": Holds.CACHED_LIST,
}
#: By table: how long its rows stay.
KEPT = {
    "django_session": Kept.LIVE,
    "accounts_session": Kept.LIVE,
    "accounts_login": Kept.SHOWN,
    "accounts_blacklistedtoken": Kept.LISTED,
}
_ENDS = {
    Outcome.REFUSED: Ends.AT_ONCE,
    Outcome.LATER: Ends.WITH_TOKEN,
    Outcome.ACCEPTED: Ends.WITH_LOGIN,
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A way without figures, and why."""

    strategy: type[Strategy]
    why: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What was measured, and what was not."""

    ways: tuple[Way, ...]
    missing: tuple[Missing, ...]
    shared: Shared
    #: the benchmark's name in ``/benchmarks/?result=``
    result: str
    benchmark: Result
    matrix: Recorded

    @property
    def measured(self) -> datetime:
        """When the benchmark was run."""
        return datetime.fromisoformat(self.benchmark["made"])


def facts(everywhere_us: Mapping[str, float]) -> Facts | None:
    """The newest facts; None where a benchmark with large tables, or the matrix, is missing.

    ``everywhere_us`` is what a log-out everywhere costs for each live session of anybody, by
    strategy, where it grows with them: a claim measured it.
    """
    newest, matrix = archive.newest(DATABASE, "growth"), recorded(DATABASE)
    if not (newest and matrix):
        return None
    given = tuple(sorted(everywhere_us.items()))
    return _facts(newest.name, newest.made, matrix.made, given)


@lru_cache(maxsize=4)
def _facts(
    name: str, _made: datetime, _played: datetime, given: tuple[tuple[str, float], ...]
) -> Facts | None:
    result, matrix = archive.find(name), recorded(DATABASE)
    if not (result and matrix and (growth := result["growth"]) and growth["pruned"]):
        return None
    found = _Reader(result, growth, matrix, dict(given))
    read = [found.way(strategy) for strategy in strategies.all()]
    return Facts(
        ways=tuple(one for one in read if isinstance(one, Way)),
        missing=tuple(one for one in read if isinstance(one, Missing)),
        shared=_shared(result, growth),
        result=name,
        benchmark=result,
        matrix=matrix,
    )


def _shared(result: Result, growth: Growth) -> Shared:
    largest, pruned = growth["steps"][-1], growth["pruned"]
    machine = result["machine"]
    return Shared(
        look_up_us=max(largest["session_us"]["median"], largest["blacklist_us"]["median"]),
        look_up_rows=largest["rows"],
        pruned_s=pruned["rows"] / pruned["seconds"] if pruned else 0.0,
        memory_bytes=machine["memory_gib"] * _GIB / machine["cores"],
    )


class _Reader:
    """Reads one way after the other out of the results."""

    def __init__(
        self,
        result: Result,
        growth: Growth,
        matrix: Recorded,
        everywhere_us: Mapping[str, float],
    ) -> None:
        self._measured = {one["slug"]: one for one in result["strategies"]}
        self._hash_us = result["login_setup"]["hash_us"]
        self._matrix, self._everywhere_us = matrix, everywhere_us
        self._row_bytes = row_bytes(self._measured.values(), growth)

    def way(self, strategy: type[Strategy]) -> Way | Missing:
        """A way, or why there are no figures of it."""
        measured = self._measured.get(strategy.slug)
        played = self._matrix.reports.get((strategy.slug, LOG_OUT))
        holds = HOLDS.get(strategy.slug, Holds.NOTHING)
        if measured is None or not (measured["login"] and measured["logout"]):
            needs = left_out.why(strategy)
            return Missing(
                strategy, f"it needs {needs}" if needs else "no benchmark has measured it yet"
            )
        if played is None or played["error"]:
            return Missing(strategy, "its log-out has not been played yet")
        if holds is Holds.NOTHING and strategy.lookup is Lookup.NEARBY:
            return Missing(strategy, "what it holds beside the database is not described yet")
        tables = _rows(measured)
        if unknown := tables.keys() - KEPT.keys():
            return Missing(strategy, f"how long rows stay in {min(unknown)} is not described yet")
        held = scale_measured.recorded().lists.get(strategy.slug)
        own = strategy.token_lifetime
        own_s = int(own.total_seconds()) if own else None
        return Way(
            slug=strategy.slug,
            title=strategy.title,
            family=strategy.family.value,
            request=Action(measured["cpu_us"]["median"], measured["queries"]),
            log_in=self._with_request(measured["login"], self._hash_us),
            log_out=self._with_request(measured["logout"]),
            refresh=_refresh(measured) if strategy.refreshes else None,
            bytes_sent=measured["bytes_sent"],
            tables=tuple(self._table(name, rows) for name, rows in tables.items()),
            holds=holds,
            ends=_ENDS[Outcome(played["thief"])],
            token_s=own_s,
            lag_s=strategy.propagation_delay.total_seconds(),
            entry_bytes=held.entry_bytes if held else None,
            message_us=held.message_us if held else None,
            message_bytes=held.message_bytes if held else None,
            everywhere_us=self._everywhere_us.get(strategy.slug),
        )

    def _with_request(self, cost: Cost | None, more_us: float = 0.0) -> Action:
        """What was measured alone is part of a request, which costs what nobody's does."""
        around = self._measured[BASELINE]["cpu_us"]["median"]
        return Action(around + more_us + cost["cpu_us"], cost["queries"]) if cost else Action(0, 0)

    def _table(self, name: str, rows: float) -> Table:
        shown_s = settings.ENDED_LOGINS_KEPT.total_seconds()
        return Table(name, KEPT[name], rows, self._row_bytes.get(name), shown_s)


def _refresh(measured: Measured) -> Action | None:
    """A refresh token is checked as a request is, and a pair is made as at a log-in.

    Whoever asks nobody at a request asks for the account at least.
    """
    request, login = measured["cpu_us"]["median"], measured["login"]
    if login is None:
        return None
    return Action(request + login["cpu_us"], max(1, measured["queries"] + login["queries"]))


def _rows(measured: Measured) -> dict[str, float]:
    """Rows of one login by table: while it goes on, or once it is listed as ended."""
    live, ended = measured["stored"], measured["stored_after_logout"]
    rows = dict(live["tables"]) if live else {}
    for name, number in (ended["tables"] if ended else {}).items():
        rows.setdefault(name, number)
    return rows


def row_bytes(measured: Any, growth: Growth) -> dict[str, float]:
    """Bytes of a row by table, with all its indexes.

    Where large tables were measured, theirs count. Else those of the benchmark's few hundred
    logins: of ways with one table, and of others what is left beside the tables that are known.
    """
    largest = growth["steps"][-1]
    found: dict[str, float] = {
        name: size
        for name, size in (
            ("accounts_blacklistedtoken", largest["blacklist_row_bytes"]),
            ("accounts_session", largest["session_row_bytes"]),
        )
        if size is not None
    }
    kept = [one[part] for one in measured for part in ("stored", "stored_after_logout")]
    for stored in sorted(filter(None, kept), key=lambda one: len(one["tables"])):
        unknown = [name for name in stored["tables"] if name not in found]
        if len(unknown) == 1 and stored["bytes"] is not None:
            known = sum(
                rows * found[name] for name, rows in stored["tables"].items() if name in found
            )
            found[unknown[0]] = (stored["bytes"] - known) / stored["tables"][unknown[0]]
    return found
