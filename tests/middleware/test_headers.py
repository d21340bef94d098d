"""Safe headers on every kind of response, errors included."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn, TypeAlias

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.http.response import ResponseHeaders
from django.test import Client, RequestFactory
from django.test.utils import override_settings

from accounts.middleware.headers import SafeHeaders
from accounts.models import User
from tests.cast import NO_GUESSES, PASSWORD
from tests.clients import bearer, let_go

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

# Headers alone: no database tells them apart.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

Kind: TypeAlias = Callable[[], "Response"]
JSON = "application/json"
LARGE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1


def fail(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("broken on purpose")


def a_page() -> "Response":
    return Client().get("/login/")


def a_page_of_somebody() -> "Response":
    client = Client()
    client.post("/login/", {"username": "alice", "password": PASSWORD})
    return client.get("/password/")


def a_redirect() -> "Response":
    return Client().get("/password/")


def a_missing_slash() -> "Response":
    return Client().get("/login")


def a_bad_host() -> "Response":
    return Client(SERVER_NAME="mallory.example").get("/login/")


def a_forged_form() -> "Response":
    return Client(enforce_csrf_checks=True).post("/login/", {})


def a_missing_page() -> "Response":
    return Client().get("/nothing/here/")


def a_missing_endpoint() -> "Response":
    return Client().get("/api/nothing/")


def a_wrong_method() -> "Response":
    return Client().put("/login/")


def a_wrong_method_of_the_api() -> "Response":
    return Client().put("/api/token/", {}, content_type=JSON)


def a_large_body() -> "Response":
    return Client().generic("POST", "/login/", "x" * LARGE, content_type="text/plain")


def a_body_that_is_no_json() -> "Response":
    return Client().post("/api/session/login/", {"username": "alice"})


def a_stranger_to_the_api() -> "Response":
    return Client().get("/api/me/")


def an_answer_of_the_api() -> "Response":
    body = {"username": "alice", "password": PASSWORD}
    access = Client().post("/api/token/", body, content_type=JSON).json()["access"]
    return Client().get("/api/me/", headers=bearer(access))


def a_token() -> "Response":
    body = {"username": "alice", "password": PASSWORD}
    return Client().post("/api/token/", body, content_type=JSON)


def the_schema() -> "Response":
    return Client().get("/api/schema/")


def the_docs() -> "Response":
    return Client().get("/api/docs/")


def a_broken_page() -> "Response":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.pages.account.render", fail)
        return Client(raise_request_exception=False).get("/login/")


def a_broken_endpoint() -> "Response":
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.site.signin.authenticate", fail)
        client = Client(raise_request_exception=False)
        return client.post("/api/token/", {"username": "a", "password": "b"}, content_type=JSON)


def a_throttled_page() -> "Response":
    with override_settings(LIMITS={**settings.LIMITS, **NO_GUESSES}):
        return Client().post("/login/", {"username": "alice", "password": PASSWORD})


def the_admin() -> "Response":
    User.objects.filter(username="alice").update(is_staff=True)
    client = Client()
    client.post("/login/", {"username": "alice", "password": PASSWORD})
    return client.get("/admin/")


def a_missing_static_file() -> "Response":
    return Client().get("/static/css/nothing.css")


def a_static_file() -> "Response":
    response = Client().get("/static/favicon.svg")
    let_go(response)
    return response


DYNAMIC: dict[Kind, int] = {
    a_page: 200,
    a_page_of_somebody: 200,
    a_redirect: 302,
    a_missing_slash: 301,
    a_bad_host: 400,
    a_forged_form: 403,
    a_missing_page: 404,
    a_missing_endpoint: 404,
    a_wrong_method: 405,
    a_wrong_method_of_the_api: 405,
    a_large_body: 413,
    a_body_that_is_no_json: 415,
    a_stranger_to_the_api: 401,
    an_answer_of_the_api: 200,
    a_token: 200,
    the_schema: 200,
    the_docs: 200,
    a_broken_page: 500,
    a_broken_endpoint: 500,
    a_throttled_page: 429,
    the_admin: 200,
    a_missing_static_file: 404,
}
ALL = {**DYNAMIC, a_static_file: 200}


def name_of(kind: object) -> str:
    return getattr(kind, "__name__", str(kind))


@pytest.mark.parametrize("kind", ALL, ids=name_of)
@pytest.mark.usefixtures("alice")
def test_every_response_tells_the_browser_what_it_may_do(kind: Kind) -> None:
    response = kind()
    assert response.status_code == ALL[kind]
    headers = response.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "http" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert "Server" not in headers
    assert "X-Powered-By" not in headers


FRAMED = ["/", "/lab/", "/lab/jwt-user/", "/lab/events/log-out/", "/claims/short-expiry/"]
NEVER_FRAMED = ["/login/", "/password/", "/logins/end-all/", "/logout/", "/claims/", "/nothing/"]


def who_may_frame(path: str) -> tuple[str, str]:
    client = Client()
    client.force_login(User.objects.get(username="alice"))
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    changed = {name for name, sources in policy.items() if [*sources.split()] != SITE[name]}
    assert changed <= {"frame-ancestors"}
    return policy["frame-ancestors"], headers["X-Frame-Options"]


SITE = settings.SECURE_CSP
NOBODY, OURSELVES = ("'none'", "DENY"), ("'self'", "SAMEORIGIN")


@pytest.mark.database("sqlite")
@pytest.mark.usefixtures("alice")
def test_our_own_pages_may_frame_a_page_that_is_asked_for_so_and_changes_no_account() -> None:
    assert {path: who_may_frame(f"{path}?embed=1") for path in FRAMED} == dict.fromkeys(
        FRAMED, OURSELVES
    )
    assert {path: who_may_frame(path) for path in FRAMED} == dict.fromkeys(FRAMED, NOBODY)
    assert {path: who_may_frame(f"{path}?embed=1") for path in NEVER_FRAMED} == dict.fromkeys(
        NEVER_FRAMED, NOBODY
    )
    assert who_may_frame("/lab/nothing/?embed=1") == NOBODY


def test_django_keeps_the_headers_of_a_response_as_we_lay_them_into_it() -> None:
    headers = ResponseHeaders({"X-One": "1"})
    assert headers._store == {"x-one": ("X-One", "1")}
    headers._store = {"x-two": ("X-Two", "2")}
    assert dict(headers.items()) == {"X-Two": "2"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({}, "Cookie, Authorization"),
        ({"Vary": "origin"}, "origin, Cookie, Authorization"),
        ({"vary": "Accept,cookie"}, "Accept, cookie, Authorization"),
        ({"Vary": "*"}, "*"),
        ({"Cache-Control": "public, max-age=60", "Vary": "origin"}, "origin"),
        ({"Cache-Control": "public"}, None),
    ],
    ids=str,
)
def test_what_a_response_says_itself_is_kept(said: dict[str, str], sent: str | None) -> None:
    said |= {"x-frame-options": "SAMEORIGIN", "Content-Type": "text/plain"}
    middleware = SafeHeaders(lambda _: HttpResponse(headers=said))
    headers = middleware(RequestFactory().get("/")).headers
    assert headers.get("Vary") == sent
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Content-Type"] == "text/plain"
    assert headers["Cache-Control"] == said.get("Cache-Control", "no-store")
    assert headers["X-Content-Type-Options"] == "nosniff"


TRUSTWORTHY = [
    "http://127.0.0.1:8000",
    "http://[::1]:8000",
    "http://shop.localhost",
    "https://example.org",
]
UNTRUSTWORTHY = ["http://192.0.2.7:8000", "http://localhost.example.org"]


@pytest.mark.parametrize("origin", [*TRUSTWORTHY, *UNTRUSTWORTHY])
def test_windows_are_kept_apart_where_browsers_listen(origin: str) -> None:
    scheme, _, host = origin.partition("://")
    response = Client().get("/healthz", HTTP_HOST=host, secure=scheme == "https")
    assert ("Cross-Origin-Opener-Policy" in response) is (origin in TRUSTWORTHY)


@pytest.mark.parametrize("kind", DYNAMIC, ids=name_of)
@pytest.mark.usefixtures("alice")
def test_no_cache_keeps_what_depends_on_a_login(kind: Kind) -> None:
    headers = kind().headers
    assert "no-store" in headers["Cache-Control"]
    assert {"Cookie", "Authorization"} <= set(headers["Vary"].split(", "))


def test_a_static_file_may_be_kept_and_shared() -> None:
    headers = a_static_file().headers
    assert "public" in headers["Cache-Control"]
    assert "Cookie" not in headers.get("Vary", "")


@pytest.mark.usefixtures("alice")
def test_errors_say_nothing_of_what_broke() -> None:
    for response in (a_broken_page(), a_broken_endpoint()):
        assert b"broken on purpose" not in response.content
        assert b"Traceback" not in response.content
    assert a_broken_endpoint().json()["code"] == "server_error"


@pytest.mark.parametrize("kind", [a_missing_endpoint, a_stranger_to_the_api, a_broken_endpoint])
def test_the_api_speaks_json_when_it_fails(kind: Kind) -> None:
    response = kind()
    assert response["Content-Type"] == JSON
    assert set(response.json()) - {"action"} == {"detail", "code"}
