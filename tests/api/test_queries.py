"""What a request to the site costs in SQL: counted at the HTTP endpoint, with tracing off."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, Session, User
from accounts.models.hashers import SiteHasher
from accounts.strategies.session_joined import SessionStore
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


# --- Logging in and out ---------------------------------------------------------------------------

NAMED = {"username": "alice", "password": PASSWORD}
JSON = "application/json"
LogIn: TypeAlias = Callable[[Client], Any]
WAYS: dict[str, LogIn] = {
    "page": lambda client: client.post("/login/", NAMED),
    "cookie": lambda client: client.post("/api/session/login/", NAMED, JSON),
    "token": lambda client: client.post("/api/token/", NAMED, JSON),
    "token by a form": lambda client: client.post("/api/token/", NAMED),
}


def asked(client: Client, act: LogIn) -> list[str]:
    """The statements of a request by their verbs and tables, those around transactions too."""
    with CaptureQueriesContext(connection) as queries:
        assert act(client).status_code in (200, 204, 302)
    verbs = [query["sql"].split()[0] for query in queries.captured_queries]
    tables = tables_of(queries)
    return [
        " ".join([verb, *sorted(name.removeprefix("accounts_") for name in named)])
        for verb, named in zip(verbs, tables, strict=True)
    ]


CHECKED = ["SELECT throttlecount", "SELECT user"]  # and the password's hash after that
BY_COOKIE = ["BEGIN", "INSERT login", "UPDATE user", "INSERT session", "COMMIT"]
BY_TOKEN = ["BEGIN", "INSERT login", "UPDATE user", "COMMIT"]
WITH_SESSION = "SELECT login session user"
TOLD = "SELECT login"  # whether there is a replay to tell of, on each page


@pytest.mark.django_db(transaction=True)
class TestLoggingIn:
    """With commits, as no test's own transaction is around them."""

    @pytest.mark.parametrize("way", WAYS)
    def test_each_row_is_written_once_and_all_of_them_by_one_transaction(
        self, alice: User, way: str
    ) -> None:
        expected = BY_TOKEN if way.startswith("token") else BY_COOKIE
        assert asked(Client(), WAYS[way]) == [*CHECKED, *expected]

    def test_a_session_from_before_ends_in_the_same_transaction(self, alice: User) -> None:
        browser = Client()
        WAYS["page"](browser)
        *before, begin, dropped, login, user, session, tokens, ended, commit = asked(
            browser, WAYS["page"]
        )
        assert before == [WITH_SESSION, TOLD, *CHECKED]
        assert [begin, dropped, login] == ["BEGIN", "DELETE session", "INSERT login"]
        assert [user, session] == ["UPDATE user", "INSERT session"]
        assert [tokens, ended, commit] == ["SELECT login user", "UPDATE login", "COMMIT"]
        reasons = Login.objects.order_by("created").values_list("end_reason", flat=True)
        assert [*reasons] == [EndReason.LOGGED_OUT, ""]

    def test_no_half_of_it_is_ever_seen(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        browser = Client(raise_request_exception=False)
        WAYS["cookie"](browser)
        [login], [user] = Login.objects.values(), User.objects.values()
        [session] = Session.objects.values()
        with monkeypatch.context() as patch:
            patch.setattr(
                SessionStore, "_insert", lambda *_: (_ for _ in ()).throw(OperationalError)
            )
            assert WAYS["cookie"](browser).status_code >= 500
        assert [*Login.objects.values()] == [login]
        assert [*User.objects.values()] == [user]
        assert [*Session.objects.values()] == [session]
        assert browser.get("/api/me/").json()["login"] == str(login["id"])

    def test_no_password_is_hashed_while_others_wait_to_write(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held, verify = [], SiteHasher.verify

        def hashed(self: SiteHasher, password: str, encoded: str) -> bool:
            held.append(connection.in_atomic_block)
            return verify(self, password, encoded)

        monkeypatch.setattr(SiteHasher, "verify", hashed)
        for log_in in WAYS.values():
            log_in(Client())
        assert held == [False] * len(WAYS)

    def test_a_refresh_is_one_write(self, alice: User) -> None:
        client = Client()
        body = {"refresh": WAYS["token"](client).json()["refresh"]}
        found = asked(client, lambda client: client.post("/api/token/refresh/", body, JSON))
        judged = "SELECT blacklistedtoken login user"
        assert found == [judged, "SELECT login user", "UPDATE login"]

    def test_a_log_out_is_one_transaction(self, alice: User) -> None:
        browser, program = Client(), Client()
        WAYS["page"](browser)
        body = {"refresh": WAYS["token"](program).json()["refresh"]}
        by_cookie = asked(browser, lambda client: client.post("/logout/"))
        by_token = asked(program, lambda client: client.post("/api/token/blacklist/", body, JSON))
        ended = ["SELECT login user", "UPDATE login", "COMMIT"]
        assert by_cookie == [WITH_SESSION, TOLD, "BEGIN", "DELETE session", *ended]
        assert by_token == ["BEGIN", ended[0], "INSERT blacklistedtoken", *ended[1:]]
