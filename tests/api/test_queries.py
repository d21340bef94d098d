"""What a request to the site costs in SQL: counted at the HTTP endpoint, with tracing off."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.cast import PASSWORD
from tests.clients import bearer
from tests.sql import tables_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tracing_is_off(settings: Settings) -> None:
    settings.TRACING = False


def test_a_request_to_the_site_by_cookie_costs_one_query(alice: User) -> None:
    client = Client()
    body = {"username": "alice", "password": PASSWORD}
    assert client.post("/api/session/login/", body, content_type="application/json").json()
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/me/").json()["carrier"] == "session"
    assert tables_of(queries) == [{"accounts_session", "accounts_login", "accounts_user"}]


def test_a_request_to_the_site_by_token_costs_one_query(alice: User) -> None:
    client = Client()
    body = {"username": "alice", "password": PASSWORD}
    access = client.post("/api/token/", body, content_type="application/json").json()["access"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/me/", headers=bearer(access)).json()["carrier"] == "jwt"
    assert tables_of(queries) == [{"accounts_user", "accounts_login", "accounts_blacklistedtoken"}]


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
