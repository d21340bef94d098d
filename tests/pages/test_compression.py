"""Which answers are compressed: a length then tells of what stands in them (BREACH)."""

import gzip
import re

import pytest
from django.test import Client

from accounts.models import User
from accounts.pages.urls import PAGES
from tests.cast import PASSWORD
from tests.clients import bearer

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
# About somebody's account, or with a password in the form.
NOT_COMPRESSED = {
    *("login", "signup", "logout", "password"),
    *("logins", "login-end", "logins-end-others", "logins-end-all"),
}
POSTED = ("logout", "logins-end-others", "logins-end-all")
OPEN = [page for page in PAGES if "<" not in page.path and page.name not in POSTED]


def test_pages_are_compressed_unless_they_are_about_an_account(alice: User) -> None:
    known = Client()
    known.force_login(alice)
    for page in OPEN:
        client = Client() if page.name in ("login", "signup") else known
        answer = client.get(f"/{page.path}", headers=GZIP)
        assert answer.status_code == 200
        is_compressed = answer.headers.get("Content-Encoding") == "gzip"
        assert is_compressed is (page.name not in NOT_COMPRESSED), page.name
        assert ("Accept-Encoding" in answer.headers["Vary"]) is is_compressed
        assert "Cookie" in answer.headers["Vary"]
        assert "ETag" not in answer.headers


def test_pages_with_a_parameter_are_judged_by_the_same_list() -> None:
    assert {page.name for page in PAGES if page.secret} == NOT_COMPRESSED


def test_a_compressed_page_is_the_same_page_in_every_way() -> None:
    client = Client()
    plain = client.get("/glossary/").content
    answer = client.get("/glossary/", headers=GZIP)
    assert len(answer.content) == int(answer.headers["Content-Length"]) < len(plain) / 2
    masked = re.compile(rb'(?<=csrf-token" content=")\w+')
    assert masked.sub(b"", gzip.decompress(answer.content)) == masked.sub(b"", plain)

    head = client.head("/glossary/", headers=GZIP)
    assert head.content == b""
    assert head.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in head.headers["Vary"]


@pytest.mark.parametrize("accepts", ["", "identity", "br"])
def test_who_cannot_read_it_gets_it_as_it_is(accepts: str) -> None:
    answer = Client().get("/glossary/", headers={"Accept-Encoding": accepts})
    assert "Content-Encoding" not in answer.headers
    assert b"</html>" in answer.content


def test_the_csrf_token_and_the_length_are_others_each_time() -> None:
    client = Client()
    answers = [client.get("/glossary/", headers=GZIP).content for _ in range(8)]
    pages = [gzip.decompress(answer) for answer in answers]
    assert len({re.findall(rb'csrf-token" content="(\w+)', page)[0] for page in pages}) == 8
    assert len({len(answer) for answer in answers}) > 1


def test_answers_with_credentials_are_not_compressed(alice: User) -> None:
    client, body = Client(), {"username": "alice", "password": PASSWORD}
    pair = client.post("/api/token/", body, content_type="application/json", headers=GZIP)
    token = bearer(pair.json()["access"])
    answers = [
        pair,
        client.get("/api/session/login/", headers=GZIP),
        client.get("/api/me/", headers={**GZIP, **token}),
        client.get("/api/logins/", headers={**GZIP, **token}),
        client.post("/api/lab/users/", {}, content_type="application/json", headers=GZIP),
    ]
    for answer in answers:
        assert answer.status_code < 300
        assert "Content-Encoding" not in answer.headers


def test_the_api_s_description_is_compressed() -> None:
    answer = Client().get("/api/schema/", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"openapi" in gzip.decompress(answer.content)[:100]
