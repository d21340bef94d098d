"""What load balancers ask, and what everybody is told while the database is away."""

import logging
import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings
from redis.exceptions import ReadOnlyError

from accounts.middleware import health
from authdemo import settings as site_settings
from authdemo import urls


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused\nIs the server running?")


urlpatterns = [path("away/", away), path("api/away/", away), *urls.urlpatterns]
handler500 = urls.handler500


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Let this test be the first to tell of an outage, at one of the addresses above."""
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(health, "log_outage", type(health.log_outage)())


def test_the_process_lives_whatever_host_is_asked_for(visitor: Client) -> None:
    # No database is set up for this test, and this is no host of ours.
    answer = visitor.get("/healthz", HTTP_HOST="10.1.2.3", HTTP_AUTHORIZATION="Bearer x")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "Server-Timing" not in answer.headers
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_it_is_ready_when_its_database_answers(visitor: Client) -> None:
    assert visitor.get("/readyz", HTTP_HOST="10.1.2.3").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_when_its_database_does_not(
    visitor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(refuse):
        answer = visitor.get("/readyz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "database_unavailable"
    assert not caplog.records


def test_neither_wants_https(visitor: Client, settings: pytest.FixtureRequest) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]
    assert visitor.get("/healthz").status_code == 200


def test_a_program_is_told_by_a_code_to_try_again(visitor: Client) -> None:
    answer = visitor.get("/api/away/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "database_unavailable"


def test_a_visitor_is_told_by_a_page(visitor: Client) -> None:
    answer = visitor.get("/away/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    page = answer.content.decode()
    assert "<h1>The database does not answer</h1>" in page
    assert '<a class="button" href="">Try again</a>' in page


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What the site's own handler writes."""
    written: list[str] = []

    class Writer(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Writer()
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def test_many_requests_in_an_outage_are_one_line_without_a_traceback(
    visitor: Client, lines: list[str]
) -> None:
    for _ in range(5):
        visitor.get("/away/")
        visitor.get("/api/away/")
    assert lines == ["The database does not answer, so requests get 503: connection refused"]


@pytest.mark.django_db
def test_a_shared_cache_that_is_away_is_told_like_a_database(
    visitor: Client, lines: list[str], settings: Settings
) -> None:
    settings.CACHE_URL = "redis://127.0.0.1:1"  # nobody listens there
    cache = {**site_settings._REDIS_CACHE, "LOCATION": settings.CACHE_URL}
    settings.CACHES = {"default": cache, "lab": cache}
    form = {"username": "alice", "password": "x"}
    answer = visitor.post("/api/token/", form, "application/json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json()["code"] == "cache_unavailable"
    page = visitor.post("/login/", form)
    assert (page.status_code, page["Retry-After"]) == (503, "1")
    assert "<h1>The cache does not answer</h1>" in page.content.decode()
    [line] = lines
    assert line.startswith("The cache does not answer, so requests get 503: Error 111")


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def sqlite_error(statement: str) -> Exception:
    with pytest.raises(sqlite3.OperationalError) as found, sqlite3.connect(":memory:") as database:
        database.execute(statement)
    return found.value


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("connection refused"),
        ReadOnlyError("a replica"),
        caused(OperationalError("timeout"), psycopg.errors.QueryCanceled()),
        caused(OperationalError("no file"), sqlite_error("ATTACH '/nowhere/x' AS y")),
    ],
    ids=str,
)
def test_what_passes_by_itself_is_an_outage(error: Exception) -> None:
    assert health.is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        RuntimeError("x"),
        ProgrammingError("no such table"),
        caused(OperationalError("no table"), sqlite_error("SELECT * FROM nothing")),
    ],
    ids=str,
)
def test_a_mistake_of_ours_is_none(error: Exception | None) -> None:
    assert not health.is_outage(error)
