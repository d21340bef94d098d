"""The guard before everything else: too large, of another form, or of no length at all."""

from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

# It stands before everything that asks a database.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
PATHS = ["/login/", "/api/token/", "/api/session/login/", "/nothing/", "/admin/"]


def send(path: str, body: bytes | str, media_type: str, **more: Any) -> "Response":
    return Client().generic("POST", path, body, content_type=media_type, **more)


@pytest.mark.parametrize("path", PATHS)
def test_a_large_body_is_refused_before_anybody_reads_it(path: str) -> None:
    response = send(path, b"x" * (LIMIT + 1), "application/json")
    assert response.status_code == 413
    assert response.json()["code"] == "too_large"


@pytest.mark.parametrize("length", ["x", "-1", "+1", "1.0", "0x10", " 1", "1 1", "9" * 40])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    response = Client().post("/login/", CONTENT_LENGTH=length)
    assert (response.status_code, response.json()["code"]) == (400, "bad_length")


def test_chunks_that_the_server_did_not_put_together_are_refused() -> None:
    headers = {"Transfer-Encoding": "chunked"}
    response = Client().generic("POST", "/api/token/", CONTENT_LENGTH="", headers=headers)
    assert (response.status_code, response.json()["code"]) == (411, "length_required")


def test_a_length_that_is_a_large_number_is_refused() -> None:
    assert Client().post("/login/", CONTENT_LENGTH="9" * 12).status_code == 413


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json-patch+json",
        "application/jsonp",
        "application/json; charset=utf-16",
        "application/json; charset=utf-7",
        "application/json; charset=rot13",
        "application/json; charset=",
        "application/json; charset=\xff",
        'application/json; charset="utf-8',
        "; charset=utf-8",
        "a/b/c; ;;==",
    ],
    ids=lambda text: ascii(text)[:40],
)
def test_the_api_reads_json_in_utf8_alone(media_type: str) -> None:
    response = send("/api/session/login/", b'{"username": "alice"}', media_type)
    assert response.status_code == 415
    assert response.json() == {
        "detail": "Send the body as application/json in UTF-8",
        "code": "unsupported_media_type",
    }


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded; charset=latin-1", "multipart/mixed"],
)
def test_simplejwts_paths_read_forms_too_but_nothing_else(media_type: str) -> None:
    response = send("/api/token/", b"username=alice", media_type)
    assert response.status_code == 415
    assert "application/json or application/x-www-form-urlencoded" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/api/session/login", "/api/token/refresh", "/oauth/revoke"])
def test_an_address_without_its_last_slash_is_the_same_address(path: str) -> None:
    assert send(path, b"", "").content == send(f"{path}/", b"", "").content


def test_only_a_page_is_redirected_to_its_slash() -> None:
    assert Client().get("/login").status_code == 301
    assert Client().get("/api/nothing").status_code == 404


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/x-www-form-urlencoded; charset=latin-1"]
)
def test_oauth_reads_a_form_in_utf8_alone(media_type: str) -> None:
    response = send("/oauth/revoke/", b"token=x", media_type)
    assert response.status_code == 400
    assert response.json() == {
        "error": "invalid_request",
        "error_description": "Send the body as application/x-www-form-urlencoded in UTF-8",
    }


@pytest.mark.parametrize(
    "media_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json;charset=utf8",
    ],
)
def test_json_may_be_announced_in_several_ways(media_type: str) -> None:
    response = send("/api/token/", b'{"username": "nobody", "password": "x"}', media_type)
    assert response.status_code == 401


def test_an_empty_body_needs_no_type() -> None:
    assert send("/api/token/", b"", "").status_code == 400
    assert send("/api/session/logout/", b"", "").status_code == 204


@pytest.mark.parametrize("path", ["/api/lab/users/", "/api/lab/jwt-rotating/lost-response/"])
def test_a_page_of_another_site_spends_no_visitors_share(path: str) -> None:
    client = Client()
    # As an empty form on that page does: nothing that a browser would ask permission for.
    response = client.generic("POST", path, headers={"Sec-Fetch-Site": "cross-site"})
    assert (response.status_code, response.json()["code"]) == (403, "cross_site")
    assert not client.cookies


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_of_this_site_and_a_program_do(site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    response = Client().generic("POST", "/api/lab/users/", headers=headers)
    assert response.status_code == 201
