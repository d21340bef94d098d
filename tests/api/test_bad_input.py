"""Whatever is sent, the answer is a 4xx with a clear body and never a 5xx."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts import lab
from accounts.models import User
from accounts.strategies import Family, strategies
from tests.cast import PASSWORD
from tests.clients import let_go
from tests.urls import addresses

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

ADDRESSES = addresses()
API = [path for path in ADDRESSES if path.startswith("/api/")]
DOCUMENTS = ["/api/schema/", "/api/docs/"]
PAGES = [path for path in ADDRESSES if not path.startswith(("/api/", "/oauth/"))]
COOKIES = [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages", "lab_visitor"]
LAB_COOKIES = [lab.cookie_name(s.slug) for s in strategies if s.family is Family.SESSION]

NAME_AND_PASSWORD = b'"username": "alice", "password": '
BODIES: dict[str, bytes] = {
    "nothing": b"",
    "space": b" \n ",
    "half": b'{"username": "ali',
    "no json": b"username=alice&password=x",
    "null": b"null",
    "number": b"1",
    "string": b'"x"',
    "list": b"[]",
    "nan": b'{"username": NaN, "password": Infinity}',
    "huge number": b'{"username": ' + b"9" * 10_000 + b', "password": 1e999}',
    "objects": b'{"username": {}, "password": [], "token": {}, "refresh": [[]], "copy": {}}',
    "numbers": b'{"username": 1, "password": 2, "token": 3, "refresh": 4, "copy": 5}',
    "booleans": b'{"username": true, "password": false, "token": true, "refresh": true}',
    "nulls": b'{"username": null, "password": null, "token": null, "refresh": null}',
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 100_000,
    "deep password": b"{" + NAME_AND_PASSWORD + b"[" * 9000 + b"]" * 9000 + b"}",
    "lone surrogate": b"{" + NAME_AND_PASSWORD + b'"\\ud800"}',
    "surrogate name": b'{"username": "\\udfff", "password": "x"}',
    "surrogate token": b'{"token": "\\ud800", "refresh": "\\ud800", "copy": "\\ud800"}',
    "nul": b'{"username": "a\\u0000b", "password": "a\\u0000b", "token": "\\u0000"}',
    "raw nul": b"\0",
    "no utf-8": b'{"username": "\xff\xfe", "password": "\xc3\x28"}',
    "utf-16": '{"username": "alice"}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"username": "alice", "password": "x"}',
    "twice": b'{"username": "alice", "username": "bob", "password": "x"}',
    "long name": b'{"username": "' + b"a" * 100_000 + b'", "password": "x"}',
    "long password": b"{" + NAME_AND_PASSWORD + b'"' + b"a" * 900_000 + b'"}',
    "wide name": ('{"username": "' + "\ufdfa" * 150 + '", "password": "x"}').encode(),
    "odd keys": b'{"": 1, "__proto__": 2, "\\u0000": 3, "$ref": "x"}',
}
PART = b'--x\r\nContent-Disposition: form-data; name="username"'
FORMS: dict[str, tuple[str, bytes]] = {
    "no boundary": ("multipart/form-data", b"--x\r\n"),
    "empty boundary": ("multipart/form-data; boundary=", b"--\r\n"),
    "long boundary": ("multipart/form-data; boundary=" + "x" * 300, b"--x\r\n"),
    "odd boundary": ("multipart/form-data; boundary=\xff\xfe", b"--x\r\n"),
    "no end": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data;"),
    "no name": ("multipart/form-data; boundary=x", b"--x\r\n\r\nvalue\r\n--x--\r\n"),
    "bad base64": (
        "multipart/form-data; boundary=x",
        PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--\r\n",
    ),
    "a file": (
        "multipart/form-data; boundary=x",
        PART + b'; filename="a\0/../b"\r\nContent-Type: \xff/\xff\r\n\r\nvalue\r\n--x--\r\n',
    ),
    "header bomb": ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 5000),
    "unknown charset": ("application/x-www-form-urlencoded; charset=nonsense", b"username=x"),
    "no text charset": ("application/x-www-form-urlencoded; charset=rot13", b"username=x"),
    "utf-7": ("application/x-www-form-urlencoded; charset=utf-7", b"username=+ADw-"),
    "idna": ("application/x-www-form-urlencoded; charset=idna", b"username=" + b"x" * 500),
    "multipart charset": ("multipart/form-data; boundary=x; charset=nonsense", b"--x--\r\n"),
    "hex charset": ("multipart/form-data; boundary=x; charset=hex", b"--x--\r\n"),
    "no utf-8": ("application/x-www-form-urlencoded", b"username=%ff%fe&password=\xff"),
    "nul": ("application/x-www-form-urlencoded", b"username=a%00b&password=%00&next=%00"),
    "surrogate": ("application/x-www-form-urlencoded", b"username=%ed%a0%80&password=x"),
    "many fields": ("application/x-www-form-urlencoded", b"a=b&" * 2000),
    "json": ("application/json", b'{"username": "alice"}'),
    "no type": ("", b"username=alice"),
    "odd type": ("\xff/;;;=;", b"username=alice"),
}


@pytest.fixture(scope="module")
def stranger() -> Client:
    """A client that does not stop at an error of the server's, as a browser would not."""
    return Client(raise_request_exception=False)


@pytest.fixture(scope="module")
def watched() -> Client:
    """One whose forms are checked for CSRF, so that the body is read before the view."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def no_benchmarks(settings: Settings) -> None:
    """A knock at that door would start a process."""
    settings.BENCH_PUBLIC = False


@pytest.fixture(autouse=True)
def forgetful(stranger: Client, watched: Client) -> None:
    for client in (stranger, watched):
        client.cookies.clear()


@pytest.fixture
def insider(stranger: Client, alice: User) -> Client:
    """The same, logged in."""
    stranger.post("/login/", {"username": "alice", "password": PASSWORD})
    return stranger


def fine(response: "Response") -> bool:
    """Answered, and by JSON with words where the API refuses."""
    if response.status_code >= 500:
        return False
    path = response.request["PATH_INFO"]
    if response.status_code >= 400 and path.startswith("/api/") and path not in DOCUMENTS:
        return isinstance(response.json(), dict) and bool(response.json())
    return True


def said(response: "Response") -> str:
    return f"{response.request['PATH_INFO']}: {response.status_code} {response.content[:200]!r}"


class TestBodies:
    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_of_the_api(self, stranger: Client, body: bytes) -> None:
        for path in API:
            response = stranger.generic("POST", path, body, content_type="application/json")
            assert fine(response), said(response)

    @pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
    def test_of_the_api_when_logged_in(self, insider: Client, body: bytes) -> None:
        for path in API:
            for method in ("POST", "PUT", "PATCH"):
                response = insider.generic(method, path, body, content_type="application/json")
                assert fine(response), said(response)

    @pytest.mark.parametrize(("media_type", "body"), FORMS.values(), ids=FORMS)
    def test_of_the_pages(
        self, insider: Client, watched: Client, media_type: str, body: bytes
    ) -> None:
        for path in PAGES:
            for client in (insider, watched):
                response = client.generic("POST", path, body, content_type=media_type)
                assert fine(response), said(response)

    @pytest.mark.parametrize(("media_type", "body"), FORMS.values(), ids=FORMS)
    def test_of_oauth(self, stranger: Client, media_type: str, body: bytes) -> None:
        for path in ("/oauth/revoke/", "/oauth/introspect/"):
            response = stranger.generic("POST", path, body, content_type=media_type)
            assert fine(response), said(response)

    @hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.dictionaries(
            st.sampled_from(["username", "password", "token", "refresh", "copy", "remember"]),
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just([{}]),
        )
    )
    def test_any_values(self, stranger: Client, values: dict[str, Any]) -> None:
        body = json.dumps(values)
        for path in ("/api/token/", "/api/token/verify/", "/api/lab/opaque/login/"):
            response = stranger.generic("POST", path, body, content_type="application/json")
            assert fine(response), said(response)


ODD = [
    "",
    "x",
    "\0",
    '"\\000"',
    '"aaaaaaaaaaaaaaaa\\000bbbbbbbbbbb\\377"',
    '"',
    "\xff\xfe",
    "x" * 7000,
    "=;=;",
    "a,b;c",
    "..",
    "null",
    "{}",
    "eyJhbGciOiJub25lIn0.e30.",
    "W10.W10.AA",
    "bnVsbA.bnVsbA.AA",
    "MQ.MQ.AA",
    "1:2:3",
    "e30:1sXyZz:" + "A" * 43,
    ".eJw:1sXyZz:" + "A" * 43,
    "$" * 32,
    "0" * 32,
    "\N{ARABIC-INDIC DIGIT ONE}".encode().decode("latin-1") * 32,
]


class TestCredentials:
    @pytest.mark.parametrize("value", ODD, ids=lambda text: ascii(text)[:30])
    def test_of_any_cookie(self, stranger: Client, value: str) -> None:
        for name in [*COOKIES, *LAB_COOKIES]:
            for path in ("/", "/login/", "/password/", "/api/me/", "/api/session/login/"):
                response = stranger.get(path, headers={"Cookie": f"{name}={value}"})
                assert fine(response), said(response)
            response = stranger.post("/logout/", headers={"Cookie": f"{name}={value}"})
            assert fine(response), said(response)

    @pytest.mark.parametrize("strategy", strategies, ids=lambda strategy: strategy.slug)
    @pytest.mark.parametrize("value", ODD, ids=lambda text: ascii(text)[:30])
    def test_of_a_strategy(self, stranger: Client, strategy: Any, value: str) -> None:
        cookie = f"{lab.cookie_name(strategy.slug)}={value}"
        headers = {"Cookie": cookie, "Authorization": f"Bearer {value}"}
        for action in ("me", "logout", "thief/copy", "logout-everywhere", "password"):
            for method in ("GET", "POST"):
                path = f"/api/lab/{strategy.slug}/{action}/"
                response = stranger.generic(method, path, QUERY_STRING="holds=1", headers=headers)
                assert response.status_code in (400, 401, 403, 405), said(response)
                assert fine(response), said(response)

    def test_of_very_many_cookies(self, stranger: Client) -> None:
        many = "; ".join(f"name{number}=value" for number in range(5000))
        assert fine(stranger.get("/", headers={"Cookie": many}))


class TestHeaders:
    @pytest.mark.parametrize(
        "host",
        [
            "",
            " ",
            "a b",
            "[::1",
            "[::1]:99999",
            "127.0.0.1:x",
            "127.0.0.1/../x",
            "mallory.example",
            "127.0.0.1@mallory.example",
            "x" * 5000,
            "\xff",
            "\0",
            "127.0.0.1\r\nX: y",
        ],
        ids=ascii,
    )
    def test_an_odd_host(self, stranger: Client, host: str) -> None:
        for path in ("/", "/login/", "/api/me/", "/nothing/", "/login", "/static/x.css"):
            response = stranger.get(path, headers={"Host": host})
            assert fine(response), said(response)
            assert "mallory" not in response.headers.get("Location", "")

    @pytest.mark.parametrize(
        "name",
        [
            "Accept",
            "Accept-Encoding",
            "Accept-Language",
            "Content-Type",
            "If-Modified-Since",
            "If-None-Match",
            "Origin",
            "Range",
            "Referer",
            "User-Agent",
            "X-CSRFToken",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
            "X-HTTP-Method-Override",
            "X-Requested-With",
        ],
    )
    def test_odd_values(self, watched: Client, name: str) -> None:
        for value in [*ODD, "*/*;q=x", "bytes=9999-0", "Mon, 99 Foo 99999"]:
            for path in ("/login/", "/api/me/", "/api/token/", "/static/favicon.svg"):
                for method in ("GET", "POST"):
                    response = watched.generic(method, path, headers={name: value})
                    let_go(response)
                    assert fine(response), said(response)

    @pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "CONNECT", "get", "X" * 200, "é"])
    def test_an_odd_method(self, stranger: Client, method: str) -> None:
        for path in ADDRESSES:
            response = stranger.generic(method, path)
            assert fine(response), said(response)


def odd_addresses() -> Iterator[str]:
    for odd in ("%00", "%ff%fe", "%ed%a0%80", "..%2f..", "x" * 5000, quote("\N{PILE OF POO}")):
        yield from (f"/{odd}/", f"/api/{odd}/", f"/api/lab/{odd}/me/", f"/static/{odd}")
        yield from (f"/lab/{odd}/", f"/api/logins/{odd}/", f"/logins/{odd}/end/")


class TestAddresses:
    @pytest.mark.parametrize("path", [*odd_addresses()], ids=lambda path: path[:40])
    def test_an_odd_path(self, insider: Client, path: str) -> None:
        for method in ("GET", "POST", "DELETE"):
            response = insider.generic(method, path)
            assert response.status_code in (400, 404, 405), said(response)

    @pytest.mark.parametrize(
        "query",
        [
            "%00",
            "next=%00",
            "next=%ff",
            "next=%ed%a0%80",
            "next=/%00",
            "next=//[",
            "holds=%00",
            "format=xml",
            "page=x",
            "q=%00&o=x&p=-1&e=1",
            "left=%00&right=%ff",
            "&" * 3000,
            "a=" * 3000,
            "next=/" + "x" * 9000,
            "=",
            "?" * 100,
        ],
        ids=lambda query: query[:20],
    )
    def test_an_odd_query(self, insider: Client, query: str) -> None:
        for path in ADDRESSES:
            for method in ("GET", "POST"):
                response = insider.generic(method, path, QUERY_STRING=query)
                assert fine(response), said(response)

    def test_the_lists_of_the_admin(self, insider: Client, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
        for path in (path for path in ADDRESSES if path.startswith("/admin/")):
            for query in ("", "q=%00", "p=-1", "o=x", "id__exact=x", "q=" + "x" * 300):
                response = insider.generic("GET", path, QUERY_STRING=query)
                assert fine(response), said(response)
