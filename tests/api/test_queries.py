"""What a request costs in SQL: counted at the HTTP endpoint, with tracing off."""

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.lab.users import create_lab_user
from accounts.models import User
from accounts.strategies import strategies
from tests.cast import PASSWORD
from tests.clients import LabDevice, bearer

pytestmark = pytest.mark.django_db

# The tables that each query of an authenticated request asks, in order.
STATEMENTS = {
    "session-db": [{"django_session"}, {"accounts_user"}],
    "session-cached": [{"accounts_user"}],
    "session-signed": [{"accounts_user"}],
    "session-joined": [{"accounts_session", "accounts_login", "accounts_user"}],
    "jwt-stateless": [],
    "jwt-user": [{"accounts_user"}],
    "jwt-password": [{"accounts_user"}],
    "jwt-blacklist": [{"accounts_blacklistedtoken"}, {"accounts_user"}],
    "jwt-blacklist-joined": [{"accounts_user", "accounts_login", "accounts_blacklistedtoken"}],
    "jwt-blacklist-memory": [{"accounts_user"}],
    "jwt-version": [{"accounts_user"}],
    "jwt-rotating": [],
    "opaque": [{"accounts_login", "accounts_user"}],
}
TABLES = set.union(*(tables for queries in STATEMENTS.values() for tables in queries))


@pytest.fixture(autouse=True)
def tracing_is_off(settings: Settings) -> None:
    settings.TRACING = False


def asked(queries: CaptureQueriesContext) -> list[set[str]]:
    """The tables of each query."""
    return [
        {table for table in TABLES if f'"{table}"' in query["sql"]}
        for query in queries.captured_queries
    ]


@pytest.mark.parametrize("slug", STATEMENTS)
def test_a_request_under_a_strategy_costs_this_sql(slug: str) -> None:
    device = LabDevice(strategies[slug]).logged_in(create_lab_user(uuid.uuid4()))
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert device.me()["status"] == 200
        assert asked(queries) == STATEMENTS[slug]


def test_every_strategy_is_counted() -> None:
    assert {strategy.slug for strategy in strategies} == set(STATEMENTS)


def test_a_request_to_the_site_by_cookie_costs_one_query(alice: User) -> None:
    client = Client()
    body = {"username": "alice", "password": PASSWORD}
    assert client.post("/api/session/login/", body, content_type="application/json").json()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/me/").json()["carrier"] == "session"
    assert asked(queries) == [{"accounts_session", "accounts_login", "accounts_user"}]


def test_a_request_to_the_site_by_token_costs_one_query(alice: User) -> None:
    client = Client()
    body = {"username": "alice", "password": PASSWORD}
    access = client.post("/api/token/", body, content_type="application/json").json()["access"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/me/", headers=bearer(access)).json()["carrier"] == "jwt"
    assert asked(queries) == [{"accounts_user", "accounts_login", "accounts_blacklistedtoken"}]


def test_a_token_beside_a_cookie_costs_no_query_for_the_cookie(alice: User) -> None:
    client = Client()
    body = {"username": "alice", "password": PASSWORD}
    client.post("/api/session/login/", body, content_type="application/json")
    access = client.post("/api/token/", body, content_type="application/json").json()["access"]
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/me/", headers=bearer(access))
    assert len(queries) == 1


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_token_that_cannot_be_ours_costs_no_query(db: None, token: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/api/me/", headers=bearer(token)).status_code == 401
    assert len(queries) == 0


def test_a_stranger_costs_no_query(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get("/api/me/").status_code == 401
    assert len(queries) == 0
