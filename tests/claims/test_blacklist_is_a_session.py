"""A blacklist costs what a session costs; what it keeps depends on rotation."""

from collections.abc import Callable

import pytest

from accounts.bench.client import Client
from accounts.bench.subjects import Subject
from accounts.claims import Kind, blacklist_is_a_session
from accounts.claims.blacklist_is_a_session import (
    JWT,
    PLAIN,
    SESSION,
    BlacklistIsASession,
    _tipping,
)
from tests.claims.case import Case, play


def costs(jwt_us: float) -> Callable[[pytest.MonkeyPatch], None]:
    """A world whose machine needs so long for the revocable token, and 100 µs for all else."""

    def taken(client: Client, subject: Subject) -> float:
        client.send(subject.environ())
        return jwt_us if subject.slug == JWT else 100

    return lambda patch: patch.setattr(blacklist_is_a_session, "_cpu_us", taken)


def every_login_needs_a_row(patch: pytest.MonkeyPatch) -> None:
    costs(100)(patch)
    patch.setattr(blacklist_is_a_session, "_rows", lambda *_: (100.0, 100.0))


CASES = [
    Case("as it is on a machine without noise", Kind.DEPENDS, costs(100)),
    Case("a token costs half as much", Kind.FAILS, costs(50)),
    Case("every login needs a row", Kind.HOLDS, every_login_needs_a_row),
]


@pytest.mark.django_db(transaction=True)  # a request begins with a fresh connection
def test_the_rows_are_those_of_the_tables_that_a_way_needs() -> None:
    evidence, _ = play(BlacklistIsASession)
    alive = {slug: evidence[f"alive-{slug}"].median for slug in (SESSION, JWT, "session-db", PLAIN)}
    assert alive == {SESSION: 200, JWT: 100, "session-db": 100, PLAIN: 0}
    kept = {slug: evidence[f"rows-{slug}"].median for slug in (SESSION, JWT, "session-db", PLAIN)}
    # The site's session keeps the login's row, and a session's until the log-out.
    assert kept == {SESSION: 190, JWT: 110, "session-db": 90, PLAIN: 10}
    # At 40 log-outs the session keeps 160 rows, a quarter of which is 40.
    assert "when 40 of 100 logins end by a log-out: each adds 1" in _tipping(evidence)
    assert evidence[f"sql-{JWT}"].median == evidence[f"sql-{SESSION}"].median == 1
