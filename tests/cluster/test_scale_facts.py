"""Every coefficient of the arithmetic is that of a measured result."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.bench import archive
from accounts.bench.measures.database import statements
from accounts.bench.result import Result
from accounts.bench.subjects import new_user, sign_in
from accounts.cluster import scale_facts
from accounts.cluster.scale import Action, Ends, Holds, Kept, Table, Way
from accounts.cluster.scale_facts import DATABASE, HOLDS, KEPT, Facts, facts, row_bytes
from accounts.lab import recorded
from accounts.lab.instances import find_strategy
from accounts.strategies import Credential, Lookup, strategies
from tests.bench.sample import result

SEVEN_DAYS = 7 * 86_400.0


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Empty folders in the place of the shipped results; that of the matrix."""
    bench, lab = tmp_path / "bench", tmp_path / "lab"
    bench.mkdir()
    lab.mkdir()
    monkeypatch.setattr(archive, "SHIPPED", bench)
    monkeypatch.setattr(archive, "folder", lambda: bench)
    monkeypatch.setattr(recorded, "SHIPPED", lab)
    scale_facts._facts.cache_clear()
    yield lab
    scale_facts._facts.cache_clear()


def measured() -> Result:
    """A benchmark with round figures whose tables have names that are known."""
    found = result(long=True)
    found["database"] = DATABASE
    for one in found["strategies"]:
        if one["stored"]:
            one["stored"]["tables"] = {"django_session": 1.0}
    return found


def play(lab: Path, **thieves: str) -> None:
    reports = [
        {"strategy": slug.replace("_", "-"), "event": "log-out", "thief": thief, "error": None}
        for slug, thief in thieves.items()
    ]
    content = {"made": "2026-02-03T04:05:06+00:00", "database": "", "seconds": 1.0}
    more = {"format": recorded.FORMAT, "machine": {}, "versions": {}, "reports": reports}
    (lab / f"{DATABASE}.json").write_text(json.dumps({**content, **more}))


def read(everywhere_us: dict[str, float] | None = None) -> Facts:
    found = facts(everywhere_us or {})
    assert found is not None
    return found


def test_the_coefficients_are_those_of_the_benchmark_and_of_the_matrix(lab: Path) -> None:
    archive.save(measured())
    play(lab, session_db="refused", jwt_user="accepted", jwt_blacklist="refused-later")
    found = read({"session-db": 60.0})
    session, token, listed = found.ways
    assert (session.slug, session.request, session.bytes_sent) == ("session-db", Action(990, 2), 50)
    # Beside a request that nobody checks: a log-in hashes a password, a log-out does not.
    assert session.log_in == Action(190 + 700 + 50_000, 2)
    assert session.log_out == Action(190 + 200, 1)
    assert session.refresh is None
    assert token.refresh == Action(790 + 700, 1 + 2)
    assert session.tables == (Table("django_session", Kept.LIVE, 1.0, 120.0, SEVEN_DAYS),)
    assert [way.ends for way in found.ways] == [Ends.AT_ONCE, Ends.WITH_LOGIN, Ends.WITH_TOKEN]
    assert (session.everywhere_us, token.everywhere_us) == (60.0, None)
    shared = found.shared
    assert (shared.look_up_us, shared.look_up_rows) == (30, 1_000_000)
    assert shared.pruned_s == pytest.approx(1_000_000 / 30)
    assert shared.memory_bytes == 4 * 2**30  # 8 GiB for two processors
    assert listed.holds is Holds.NOTHING


def test_a_way_without_figures_says_which_are_missing(lab: Path) -> None:
    benchmark = measured()
    [user] = [one for one in benchmark["strategies"] if one["slug"] == "jwt-user"]
    assert user["stored"]
    user["stored"]["tables"] = {"a_new_table": 1.0}
    archive.save(benchmark)
    play(lab, session_db="refused", jwt_user="refused", jwt_stateless="accepted")
    missing = {one.strategy.slug: one.why for one in read().missing}
    assert missing["jwt-stateless"] == "no benchmark has measured it yet"
    assert missing["jwt-dpop"].startswith("it needs a new proof for each request")
    assert missing["session-redis"].startswith("it needs a cache for all processes")
    assert missing["jwt-blacklist"] == "its log-out has not been played yet"
    assert missing["jwt-user"] == "how long rows stay in a_new_table is not described yet"
    assert "session-db" not in missing


def test_without_large_tables_or_a_matrix_there_are_no_facts(lab: Path) -> None:
    assert facts({}) is None
    archive.save(measured())
    assert facts({}) is None
    play(lab, session_db="refused")
    assert facts({}) is not None


def stored(tables: dict[str, float], size: float) -> dict[str, Any]:
    return {"stored": {"tables": tables, "bytes": size}, "stored_after_logout": None}


def test_the_bytes_of_a_row_are_what_is_left_beside_the_tables_that_are_known() -> None:
    growth = measured()["growth"]
    assert growth
    found = row_bytes(
        [
            stored({"accounts_login": 1.0, "accounts_blacklistedtoken": 2.0}, 434.0),
            stored({"django_session": 1.0}, 700.0),
        ],
        growth,
    )
    assert found == {
        "accounts_blacklistedtoken": 117.0,  # of a million rows
        "accounts_session": 150.0,
        "accounts_login": 200.0,
        "django_session": 700.0,
    }


def test_every_strategy_has_its_figures_or_says_why_not() -> None:
    found = read()
    slugs = [way.slug for way in found.ways] + [one.strategy.slug for one in found.missing]
    assert sorted(slugs) == sorted(strategy.slug for strategy in strategies.all())
    assert "session-db" in {way.slug for way in found.ways}


def test_what_is_described_is_there() -> None:
    nearby = {one.slug for one in strategies.all() if one.lookup is Lookup.NEARBY}
    assert HOLDS.keys() == nearby, "describe in scale_facts.py what a new way holds"
    assert all(table.row_bytes for way in read().ways for table in way.tables)
    assert {table.name for way in read().ways for table in way.tables} <= KEPT.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "way", [way for way in read().ways if way.refresh], ids=lambda way: way.slug
)
def test_a_refresh_asks_no_more_often_than_is_computed(way: Way) -> None:
    strategy = find_strategy(way.slug)
    assert strategy
    refresh = sign_in(strategy, new_user()).credential.refresh
    with statements() as asked:
        answer = strategy.renew(refresh or "")
    assert isinstance(answer, Credential)
    assert way.refresh
    # Some log-ins write a row that no refresh writes again.
    assert 0 <= way.refresh.queries - len(asked) <= 1, asked
