"""A crowd that is signed in under each strategy: what the server keeps for it, and afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from accounts.bench.measures.database import bytes_per_row, compact, grown, row_counts
from accounts.bench.result import Kept
from accounts.bench.subjects import Subject, new_user, signed_in
from accounts.strategies import Strategy
from accounts.tracing.sql import CONTROL

SIZE = 200  # logins of each strategy

Report = Callable[[], None]


@dataclass(slots=True)
class Crowd:
    """Signed in until ``leave``. Rows and bytes are by table."""

    members: dict[str, list[Subject]] = field(default_factory=dict)
    rows: dict[str, dict[str, float]] = field(default_factory=dict)
    sizes: dict[str, float | None] = field(default_factory=dict)

    def gather(self, strategies: Sequence[Strategy], report: Report) -> None:
        """Sign everybody in, and see which rows that took."""
        user = new_user()
        for strategy in strategies:
            before = row_counts()
            with transaction.atomic():
                members = [signed_in(strategy, user) for _ in range(SIZE)]
            added = grown(before, row_counts())
            asked = _tables(added, _statements_of_request(strategy, members))
            self.members[strategy.slug] = members
            self.rows[strategy.slug] = {table: added[table] / SIZE for table in asked}
            report()
        self.sizes = _sizes()

    def leave(self, strategies: Sequence[Strategy], report: Report) -> dict[str, tuple[Kept, Kept]]:
        """Log everybody out. What was kept for one login, and what still is; by slug."""
        left = {}
        for strategy in strategies:
            left[strategy.slug] = self._log_out(strategy)
            report()
        # A table that was empty until now has its size from what the log-outs have written.
        self.sizes = {**_sizes(), **{name: size for name, size in self.sizes.items() if size}}
        return {
            slug: (self._sized(rows), self._sized(left[slug])) for slug, rows in self.rows.items()
        }

    def _log_out(self, strategy: Strategy) -> dict[str, float]:
        before = row_counts()
        with transaction.atomic(), statements() as sent:
            for member in self.members[strategy.slug]:
                strategy.revoke(member.login, member.credential.value)
        changes = {
            table: rows / SIZE
            for table, rows in grown(before, row_counts()).items()
            if f'"{table}"' in " ".join(set(sent))
        }
        kept = self.rows[strategy.slug]
        rows = {table: kept.get(table, 0) + changes.get(table, 0) for table in {*kept, *changes}}
        return {table: number for table, number in rows.items() if number}

    def _sized(self, rows: dict[str, float]) -> Kept:
        sizes = {table: self.sizes.get(table) for table in rows}
        known = [number * (sizes[table] or 0) for table, number in rows.items()]
        return {
            "tables": rows,
            "rows": sum(rows.values()),
            "bytes": None if None in sizes.values() else round(sum(known), 1),
        }


def _sizes() -> dict[str, float | None]:
    compact()  # a row that was written twice is not two rows
    return {table: bytes_per_row(table) for table in row_counts()}


def _statements_of_request(strategy: Strategy, members: Sequence[Subject]) -> list[str]:
    """What the strategy itself asks: to hand out a credential and to judge one.

    The lab writes the row of a login whatever the strategy. It counts where the strategy needs it.
    """
    with statements() as sent:
        strategy.issue(members[0].login)
        strategy.check(members[-1].credential.value)
    return sent


def _tables(tables: dict[str, int], sent: Sequence[str]) -> list[str]:
    text = " ".join(sent)
    return [table for table in tables if f'"{table}"' in text]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent while the block lasts, transaction control apart."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if not sql.startswith(CONTROL):
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent
