"""Pages of other origins: what a listed one may do with a bearer token, and that others may not."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http.response import ResponseHeaders
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.cast import PASSWORD
from tests.clients import bearer

# Headers alone: no database tells them apart.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

LISTED, OTHER = "https://app.example", "https://mallory.example"
ALLOWED = "Access-Control-Allow-Origin"
CREDENTIALS = "Access-Control-Allow-Credentials"


@pytest.fixture(autouse=True)
def one_origin_is_listed(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [LISTED]


def sent_by(origin: str) -> dict[str, str]:
    """What a browser adds to the request of a page of another site."""
    return {"Origin": origin, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}


def preflight(origin: str, path: str, method: str = "POST") -> ResponseHeaders:
    headers = {
        **sent_by(origin),
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return Client().options(path, headers=headers).headers


BEARER_PATHS = [
    *("/api/token/", "/api/token/refresh/", "/api/token/blacklist/", "/api/token", "/api/me/"),
    *("/api/logins/", "/api/password/", "/api/logout-everywhere/", "/api/schema/"),
    *("/oauth/revoke/", "/oauth/introspect/"),
]


@pytest.mark.parametrize("path", BEARER_PATHS)
def test_a_listed_origin_may_ask_with_a_token_and_nobody_with_a_cookie(path: str) -> None:
    answer = preflight(LISTED, path)
    assert answer[ALLOWED] == LISTED
    assert {"authorization", "content-type"} <= set(
        answer["Access-Control-Allow-Headers"].split(", ")
    )
    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert CREDENTIALS not in answer
    assert ALLOWED not in preflight(OTHER, path)


@pytest.mark.parametrize(
    "path",
    [
        *("/api/session/login/", "/api/session/logout/", "/api/lab/users/", "/api/benchmarks/"),
        *("/", "/login/", "/admin/", "/api/tokens/", "/api/inspector/"),
    ],
)
def test_elsewhere_no_origin_may(path: str) -> None:
    assert ALLOWED not in preflight(LISTED, path)
    assert ALLOWED not in Client().get(path, headers=sent_by(LISTED))


def test_a_listed_origin_reads_the_answers(alice: User) -> None:
    client = Client()
    sent = {"username": "alice", "password": PASSWORD}
    headers = sent_by(LISTED)
    pair = client.post("/api/token/", sent, content_type="application/json", headers=headers)
    me = client.get("/api/me/", headers={**headers, **bearer(pair.json()["access"])})
    assert me.json()["username"] == "alice"
    assert pair[ALLOWED] == me[ALLOWED] == LISTED
    assert "origin" in me["Vary"].lower()
    assert CREDENTIALS not in me


def test_it_reads_refusals_too_and_when_to_try_again() -> None:
    answer = Client().get("/api/me/", headers=sent_by(LISTED))
    assert (answer.status_code, answer[ALLOWED]) == (401, LISTED)
    assert "Retry-After" in answer["Access-Control-Expose-Headers"]
    early = Client().generic("POST", "/api/token/", b"x", "text/plain", headers=sent_by(LISTED))
    assert (early.status_code, early[ALLOWED]) == (415, LISTED)


def test_another_origin_is_refused_as_before(alice: User) -> None:
    sent = {"username": "alice", "password": PASSWORD}
    answer = Client().post(
        "/api/token/", sent, content_type="application/json", headers=sent_by(OTHER)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert ALLOWED not in answer


def test_a_listed_origin_does_not_log_a_browser_in(alice: User) -> None:
    sent = {"username": "alice", "password": PASSWORD}
    answer = Client().post(
        "/api/session/login/", sent, content_type="application/json", headers=sent_by(LISTED)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("origin", ["app.example", "https://app.example/path", "*"])
def test_an_origin_that_is_none_is_told_at_the_start(settings: Settings, origin: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = [origin]
    with pytest.raises(SystemCheckError, match="CORS_ALLOWED_ORIGINS"):
        call_command("check")


def test_without_an_origin_an_answer_says_where_one_would_matter() -> None:
    assert "origin" in Client().get("/api/me/")["Vary"].split(", ")
    assert "origin" not in Client().get("/api/nothing/")["Vary"].split(", ")


def test_without_a_listed_origin_it_matters_nowhere(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = []
    assert "origin" not in Client().get("/api/me/")["Vary"].split(", ")
    assert ALLOWED not in preflight(LISTED, "/api/me/")
