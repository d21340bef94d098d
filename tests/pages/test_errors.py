"""What goes wrong is said in the site's clothes, and to programs in JSON."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django.fixtures import Settings

from accounts.models import User
from accounts.pages.errors import in_words, server_error, throttled
from authdemo import urls
from tests.cast import PASSWORD


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the cellar is flooded")


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("the cellar is private")


urlpatterns = [
    path("broken/", broken),
    path("api/broken/", broken),
    path("forbidden/", forbidden),
    path("api/forbidden/", forbidden),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500


@pytest.fixture
def visitor(db: None, settings: Settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


PAGES = [
    ("/nowhere/", {}, 404, "There is nothing here"),
    ("/forbidden/", {}, 403, "You may not do this"),
    ("/broken/", {}, 500, "The server failed"),
    ("/login/", {"HTTP_HOST": "mallory.example"}, 400, "This request cannot be read"),
]
ANSWERS = [
    ("/api/nowhere/", {}, 404, "not_found"),
    ("/api/forbidden/", {}, 403, "permission_denied"),
    ("/api/broken/", {}, 500, "server_error"),
    ("/api/nowhere/", {"HTTP_HOST": "mallory.example"}, 400, "bad_request"),
    ("/.well-known/jwks.json", {"HTTP_HOST": "mallory.example"}, 400, "bad_request"),
]


@pytest.mark.parametrize(("address", "headers", "status", "heading"), PAGES)
def test_a_visitor_gets_a_page_that_says_what_to_do_next(
    visitor: Client, address: str, headers: dict[str, Any], status: int, heading: str
) -> None:
    response = visitor.get(address, **headers)
    assert response.status_code == status
    page = response.content.decode()
    assert f"<h1>{heading}</h1>" in page
    assert ">Back to the start</a>" in page
    assert 'class="logo" href="/"' in page


def test_an_oauth_client_gets_an_error_of_oauth(visitor: Client) -> None:
    response = visitor.post("/oauth/revoke/", HTTP_HOST="mallory.example")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize(("address", "headers", "status", "code"), ANSWERS)
def test_a_program_gets_the_same_as_json(
    visitor: Client, address: str, headers: dict[str, Any], status: int, code: str
) -> None:
    response = visitor.get(address, **headers)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert response.json()["detail"].endswith(".")


def test_nothing_of_the_exception_is_shown(visitor: Client) -> None:
    for address in ("/broken/", "/api/broken/", "/forbidden/", "/api/forbidden/"):
        assert "cellar" not in visitor.get(address).content.decode()


def test_a_form_without_its_secret_changes_nothing_and_says_why(visitor: Client) -> None:
    response = visitor.post("/login/", {"username": "alice", "password": "x"})
    assert response.status_code == 403
    page = response.content.decode()
    assert "<h1>This form has expired</h1>" in page
    assert "CSRF cookie not set." in page


def test_what_a_stranger_sent_is_escaped_in_the_reason(visitor: Client) -> None:
    response = visitor.post("/login/", {}, HTTP_ORIGIN="https://<script>")
    assert response.status_code == 403
    assert "<script>" not in response.content.decode().partition("<main")[2]


@pytest.mark.django_db
def test_a_pause_is_told_in_words_and_in_a_header(rf: RequestFactory) -> None:
    response = throttled(rf.post("/login/?next=/logins/"), 240)
    assert response.status_code == 429
    assert response["Retry-After"] == "240"
    page = response.content.decode()
    assert "Try again in 4 minutes." in page
    assert 'href="/login/?next=/logins/"' in page


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 second"), (40, "40 seconds"), (60, "1 minute"), (61, "2 minutes"), (300, "5 minutes")],
)
def test_a_wait_is_rounded_up(seconds: int, words: str) -> None:
    assert in_words(seconds) == words


def test_the_page_of_a_failure_asks_neither_the_database_nor_a_context(rf: RequestFactory) -> None:
    # No database is set up for this test: pytest-django fails at the first query.
    page = server_error(rf.get("/")).content.decode()
    assert "<h1>The server failed</h1>" in page
    assert "Log in" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/api/session/login/"])
def test_a_form_from_another_name_of_the_site_is_trusted_where_a_setting_says_so(
    alice: User, settings: Settings, path: str
) -> None:
    """A tunnel shows the site as https://name.example, and passes on another host."""

    def status() -> int:
        visitor = Client(enforce_csrf_checks=True)
        token = visitor.get("/api/session/login/").json()["csrf_token"]
        form = {"username": "alice", "password": PASSWORD, "csrfmiddlewaretoken": token}
        headers = {"Origin": "https://name.example", "X-CSRFToken": token}
        if path == "/login/":
            return visitor.post(path, form, headers=headers).status_code
        return visitor.post(path, form, "application/json", headers=headers).status_code

    assert status() == 403
    settings.CSRF_TRUSTED_ORIGINS = ["https://name.example"]
    assert status() < 400
