"""The ways that need a cache of all processes, with one and without."""

import pytest
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from accounts.conf import own_database
from accounts.lab.events import events
from accounts.lab.report import Report
from accounts.lab.runs import run_scenarios
from accounts.lab.scenario import run_scenario
from accounts.lab.wording import describe
from accounts.strategies import Outcome, strategies
from tests.processes import sharing

pytestmark = pytest.mark.xdist_group("shared cache")  # it is played once, in one process

WAYS = [strategy.slug for strategy in strategies.all() if strategy.needs_cache]
# The one whose cache is each process's own where there is none for all.
PAIRS = [(slug, event.slug) for slug in (*WAYS, "session-cached") for event in events]
# What the database is asked for where the cache does not answer, and where all goes well.
ON_BOTH = {"log-out", "store-down"}
on_sqlite = pytest.mark.database("sqlite")
POLICIES = {
    "jwt-blacklist-redis": "refused throughout",
    "jwt-blacklist-redis-open": "still works while it is away, and after",
    "jwt-blacklist-redis-closed": "still works when it is back the owner has to wait",
    "session-redis": "refused throughout the owner is logged out",
}

Matrix = dict[tuple[str, str], Report]


@pytest.fixture(scope="module")
def played(valkey: str, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Matrix:
    """All of it, with a real Valkey."""
    with django_db_blocker.unblock(), sharing(valkey):
        is_sqlite = own_database() == "sqlite"
        pairs = [pair for pair in PAIRS if is_sqlite or pair[1] in ON_BOTH]
        reports = run_scenarios(pairs, workers=2)
        return {(report.strategy, report.event): report for report in reports}


@pytest.mark.parametrize(
    ("strategy", "event"),
    [pytest.param(*pair, marks=() if pair[1] in ON_BOTH else on_sqlite) for pair in PAIRS],
)
def test_what_is_declared_is_what_is_measured(played: Matrix, strategy: str, event: str) -> None:
    report = played[strategy, event]
    assert report.matches, report.difference


@pytest.mark.parametrize("strategy", WAYS)
def test_the_policy_for_a_cache_that_is_away_shows_in_the_matrix(
    played: Matrix, strategy: str
) -> None:
    text = describe(played[strategy, "store-down"].as_dict())
    assert f"{text.word} {text.detail} {text.also}".strip() == POLICIES[strategy]


def test_without_a_cache_they_say_what_they_need_and_never_that_they_refuse() -> None:
    assert not {strategy.slug for strategy in strategies} & set(WAYS)
    for slug in WAYS:
        report = run_scenario(slug, "log-out")
        assert (report.thief, report.error) == (Outcome.NOT_APPLICABLE, None)
        text = describe(report.as_dict())
        assert (text.tone, text.word) == ("none", "needs the cluster")
        assert report.matches


@on_sqlite
@pytest.mark.django_db
def test_without_a_cache_their_page_is_there_and_nothing_can_be_played(client: Client) -> None:
    for slug in WAYS:
        page = client.get(f"/lab/{slug}/").content.decode()
        assert strategies[slug].title in page
        assert "needs the cluster" in page
        assert "data-run" not in page
        assert client.get(f"/api/lab/{slug}/me/").status_code == 404
        assert f'"slug": "{slug}"' not in client.get("/").content.decode()
    row = client.get("/lab/").content.decode().partition('<tr data-row="session-redis">')[2]
    row = row.partition("</tr>")[0]
    assert "needs the cluster" in row
    assert "data-cell" not in row
    assert "data-run" not in row
