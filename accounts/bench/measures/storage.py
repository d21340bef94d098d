"""What the server stores for a login under each strategy, and what is left after its log-out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from accounts.bench.measures.database import (
    bytes_per_row,
    changed,
    compact,
    row_counts,
    statements,
)
from accounts.bench.result import Stored
from accounts.bench.subjects import Subject, new_user, sign_in
from accounts.strategies import Strategy

MAX_LOGINS = 200  # of each strategy
LOGINS_PER_ROUND = 3

Report = Callable[[], None]
Rows = dict[str, float]  # of one login, by table


def number_of_logins(rounds: int) -> int:
    """How many logins of each strategy: a short run is short here, too."""
    return min(MAX_LOGINS, LOGINS_PER_ROUND * rounds)


@dataclass(slots=True)
class Storage:
    """Many logins of each strategy, from ``log_in`` until ``log_out``. Keys are slugs or tables."""

    number: int  # of logins of each
    logins: dict[str, list[Subject]] = field(default_factory=dict)
    rows: dict[str, Rows] = field(default_factory=dict)
    row_bytes: dict[str, float | None] = field(default_factory=dict)

    def log_in(self, strategies: Sequence[Strategy], report: Report) -> None:
        """Make the logins, and count the rows that this took."""
        user = new_user()
        for strategy in strategies:
            before = row_counts()
            with transaction.atomic():
                logins = [sign_in(strategy, user) for _ in range(self.number)]
            added = changed(before, row_counts())
            self.logins[strategy.slug] = logins
            self.rows[strategy.slug] = self._per_login(added, _statements_of(strategy, logins))
            report()
        self.row_bytes = _row_bytes()

    def log_out(
        self, strategies: Sequence[Strategy], report: Report
    ) -> dict[str, tuple[Stored, Stored]]:
        """End all logins. By slug: what was stored for one login, and what still is."""
        left = {}
        for strategy in strategies:
            left[strategy.slug] = self._log_out(strategy)
            report()
        # Tables that were empty before the log-outs get their size from the rows those wrote.
        known = {table: size for table, size in self.row_bytes.items() if size}
        self.row_bytes = {**_row_bytes(), **known}
        return {
            slug: (self._stored(rows), self._stored(left[slug])) for slug, rows in self.rows.items()
        }

    def _log_out(self, strategy: Strategy) -> Rows:
        before = row_counts()
        with transaction.atomic(), statements() as sent:
            for subject in self.logins[strategy.slug]:
                strategy.revoke(subject.login, subject.credential.value)
        changes = self._per_login(changed(before, row_counts()), sent)
        rows = self.rows[strategy.slug]
        sums = {table: rows.get(table, 0) + changes.get(table, 0) for table in {*rows, *changes}}
        return {table: number for table, number in sums.items() if number}

    def _per_login(self, changes: dict[str, int], sent: Sequence[str]) -> Rows:
        """Changes of the tables that the statements name, for one of all logins."""
        text = " ".join(set(sent))
        return {
            table: rows / self.number for table, rows in changes.items() if f'"{table}"' in text
        }

    def _stored(self, rows: Rows) -> Stored:
        sizes = {table: self.row_bytes.get(table) for table in rows}
        known = [number * (sizes[table] or 0) for table, number in rows.items()]
        return {
            "tables": rows,
            "rows": sum(rows.values()),
            "bytes": None if None in sizes.values() else round(sum(known), 1),
        }


def _statements_of(strategy: Strategy, logins: Sequence[Subject]) -> list[str]:
    """The statements of the strategy itself, when it issues a credential and checks one.

    The lab writes a row for every login. It counts for the strategies that read or write it.
    """
    with statements() as sent:
        strategy.issue(logins[0].login)
        strategy.check(logins[-1].credential.value)
    return sent


def _row_bytes() -> dict[str, float | None]:
    compact()  # or the old versions of updated rows would count as well
    return {table: bytes_per_row(table) for table in row_counts()}
