"""Whatever is sent, the answer is a 4xx with a clear body and never a 5xx."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.lab.wire import cookie_name
from accounts.models import User
from accounts.strategies import strategies
from tests.cast import PASSWORD
from tests.clients import let_go
from tests.urls import addresses

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

# What ends a login comes last, or all that follows would be asked by a stranger.
ENDS = ["/api/logout-everywhere/", "/api/session/logout/"]
ENDS += ["/logins/end-all/", "/logout/", "/admin/logout/"]
ALL = sorted(addresses(), key=lambda path: ENDS.index(path) if path in ENDS else -1)
ADMIN = [path for path in ALL if path.startswith("/admin/")]
# All of the admin is closed alike to who is no staff; a test of its own looks inside.
CLOSED = [path for path in ADMIN if path not in ("/admin/", "/admin/login/", "/admin/logout/")]
ADDRESSES = [path for path in ALL if path not in CLOSED]
API = [path for path in ADDRESSES if path.startswith("/api/")]
OAUTH = ["/oauth/revoke/", "/oauth/introspect/"]
DOCUMENTS = ["/api/schema/", "/api/docs/"]
PAGES = [path for path in ADDRESSES if not path.startswith(("/api/", "/oauth/"))]
# One of each kind of view: the way to it is the same for all others of its kind.
KINDS = ["/", "/login/", "/logins/", "/admin/", "/api/me/", "/api/token/", "/oauth/revoke/"]
KINDS += ["/api/lab/session-db/me/", "/.well-known/jwks.json", "/static/favicon.svg", "/nothing/"]

# Refused on the way to the code that differs, and before anything is looked up.
once = pytest.mark.database("sqlite")


def cases(values: Mapping[str, object] | Iterable[str]) -> list[Any]:
    """Parameters by their names: on both databases those that only one of them may store."""
    named = values if isinstance(values, Mapping) else {ascii(one)[:30]: one for one in values}
    return [
        pytest.param(value, id=name, marks=() if is_odd_to_a_database(value) else once)
        for name, value in named.items()
    ]


def is_odd_to_a_database(value: object) -> bool:
    """Whether there is a NUL, half of a pair, a huge number or what no column is wide enough for.

    As the test sends it: in a string, in JSON, or quoted in a form or an address.
    """
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    odd = ("\0", "\\000", "\\u0000", "\\ud", "%00", "%ff", "%ed", "9" * 20)
    return len(text) > 1000 or any(one in text for one in odd) or not text.isascii()


NAME_AND_PASSWORD = b'"username": "alice", "password": '
NO_JSON: dict[str, bytes] = {
    "nothing": b"",
    "space": b" \n ",
    "half": b'{"username": "ali',
    "no json": b"username=alice&password=x",
    "deep lists": b"[" * 100_000,
    "deep lists, closed": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 100_000,
    "deep password": b"{" + NAME_AND_PASSWORD + b"[" * 9000 + b"]" * 9000 + b"}",
    "raw nul": b"\0",
    "no utf-8": b'{"username": "\xff\xfe", "password": "\xc3\x28"}',
    "utf-16": '{"username": "alice"}'.encode("utf-16"),
    "bom": b'\xef\xbb\xbf{"username": "alice", "password": "x"}',
    "nan": b'{"username": NaN, "password": Infinity}',
}
JSON: dict[str, bytes] = {
    "null": b"null",
    "number": b"1",
    "string": b'"x"',
    "list": b"[]",
    "huge number": b'{"username": ' + b"9" * 10_000 + b', "password": 1e999}',
    "objects": b'{"username": {}, "password": [], "token": {}, "refresh": [[]], "copy": {}}',
    "numbers": b'{"username": 1, "password": 2, "token": 3, "refresh": 4, "copy": 5}',
    "booleans": b'{"username": true, "password": false, "token": true, "refresh": true}',
    "nulls": b'{"username": null, "password": null, "token": null, "refresh": null}',
    "lone surrogate": b"{" + NAME_AND_PASSWORD + b'"\\ud800"}',
    "surrogate name": b'{"username": "\\udfff", "password": "x"}',
    "surrogate token": b'{"token": "\\ud800", "refresh": "\\ud800", "copy": "\\ud800"}',
    "nul": b'{"username": "a\\u0000b", "password": "a\\u0000b", "token": "\\u0000"}',
    "twice": b'{"username": "alice", "username": "bob", "password": "x"}',
    "long name": b'{"username": "' + b"a" * 100_000 + b'", "password": "x"}',
    "long password": b"{" + NAME_AND_PASSWORD + b'"' + b"a" * 900_000 + b'"}',
    "wide name": ('{"username": "' + "\ufdfa" * 150 + '", "password": "x"}').encode(),
    "odd keys": b'{"": 1, "__proto__": 2, "\\u0000": 3, "$ref": "x"}',
}
FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="username"'
UNREADABLE: dict[str, tuple[str, bytes]] = {
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
    "unknown charset": (f"{FORM}; charset=nonsense", b"username=x"),
    "no text charset": (f"{FORM}; charset=rot13", b"username=x"),
    "utf-7": (f"{FORM}; charset=utf-7", b"username=+ADw-"),
    "idna": (f"{FORM}; charset=idna", b"username=" + b"x" * 500),
    "multipart charset": ("multipart/form-data; boundary=x; charset=nonsense", b"--x--\r\n"),
    "hex charset": ("multipart/form-data; boundary=x; charset=hex", b"--x--\r\n"),
    "many fields": (FORM, b"a=b&" * 2000),
    "json": ("application/json", b'{"username": "alice"}'),
    "no type": ("", b"username=alice"),
    "odd type": ("\xff/;;;=;", b"username=alice"),
}
FIELDS = ("username", "password", "password1", "old_password", "next", "remember")
VALUES = {"no utf-8": "%ff%fe", "nul": "a%00b", "surrogate": "%ed%a0%80", "empty": ""}
VALUES |= {"long": "x" * 9000, "wide": quote("\ufdfa" * 150), "number": "9" * 400}


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
    """One endpoint differs from the next by its serializer or form; the way there is the same."""

    @once
    @pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
    def test_no_json_for_the_api(self, insider: Client, body: bytes) -> None:
        for path in ("/api/token/", "/api/lab/session-db/login/", "/api/password/"):
            response = insider.generic("POST", path, body, content_type="application/json")
            assert fine(response), said(response)

    @pytest.mark.parametrize("body", cases(JSON))
    def test_json_for_the_api(self, insider: Client, body: bytes) -> None:
        for path in API:
            response = insider.generic("POST", path, body, content_type="application/json")
            assert fine(response), said(response)

    @once
    @pytest.mark.parametrize(
        ("method", "body"),
        [
            *(("POST", b""), ("POST", b"["), ("POST", JSON["nulls"])),
            *(("PUT", b"["), ("PATCH", b"["), ("DELETE", b"[")),
        ],
    )
    def test_a_stranger_at_the_api(self, stranger: Client, method: str, body: bytes) -> None:
        for path in API:
            response = stranger.generic(method, path, body, content_type="application/json")
            assert fine(response), said(response)

    @once
    @pytest.mark.parametrize(("media_type", "body"), UNREADABLE.values(), ids=UNREADABLE)
    def test_no_form_for_the_pages(
        self, insider: Client, watched: Client, media_type: str, body: bytes
    ) -> None:
        for client in (insider, watched):
            for path in ("/", "/login/", "/signup/", "/password/", "/logins/end-all/"):
                response = client.generic("POST", path, body, content_type=media_type)
                assert fine(response), said(response)

    @pytest.mark.parametrize("value", cases(VALUES))
    def test_a_form_for_the_pages(self, insider: Client, value: str) -> None:
        body = "&".join(f"{field}={value}" for field in FIELDS)
        for path in PAGES:
            response = insider.generic("POST", path, body, content_type=FORM)
            assert fine(response), said(response)

    @pytest.mark.parametrize("value", cases(VALUES))
    def test_a_strangers_form(self, stranger: Client, value: str) -> None:
        body = "&".join(f"{field}={value}" for field in FIELDS)
        for path in ("/login/", "/signup/"):
            response = stranger.generic("POST", path, body, content_type=FORM)
            assert fine(response), said(response)

    @once
    @pytest.mark.parametrize(("media_type", "body"), UNREADABLE.values(), ids=UNREADABLE)
    def test_no_form_for_oauth(self, insider: Client, media_type: str, body: bytes) -> None:
        for path in OAUTH:
            response = insider.generic("POST", path, body, content_type=media_type)
            assert fine(response), said(response)

    @pytest.mark.parametrize("value", cases(VALUES))
    def test_a_form_for_oauth(self, insider: Client, value: str) -> None:
        for path in OAUTH:
            body = f"token={value}&token_type_hint={value}"
            response = insider.generic("POST", path, body, content_type=FORM)
            assert fine(response), said(response)

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


# Where each cookie is read.
COOKIES = {
    settings.SESSION_COOKIE_NAME: [("GET", "/logins/"), ("GET", "/api/me/"), ("POST", "/logout/")],
    settings.CSRF_COOKIE_NAME: [("POST", "/login/"), ("POST", "/api/session/login/")],
    "messages": [("GET", "/login/")],
    "lab_visitor": [("GET", "/lab/"), ("POST", "/api/lab/users/")],
}
SLUGS = [strategy.slug for strategy in strategies]


class TestCredentials:
    @pytest.mark.parametrize("value", cases(ODD))
    def test_of_any_cookie(self, watched: Client, value: str) -> None:
        for name, readers in COOKIES.items():
            for method, path in readers:
                response = watched.generic(method, path, headers={"Cookie": f"{name}={value}"})
                assert fine(response), said(response)
                watched.cookies.clear()

    @pytest.mark.parametrize("value", cases(ODD))
    def test_of_a_strategy(self, stranger: Client, value: str) -> None:
        for slug in SLUGS:
            self.refused(stranger, slug, "me", value)

    @pytest.mark.parametrize("action", ["logout", "thief/copy", "logout-everywhere", "password"])
    def test_of_an_action(self, stranger: Client, action: str) -> None:
        for value in ODD:
            self.refused(stranger, "session-db", action, value)
        for slug in SLUGS:
            self.refused(stranger, slug, action, "a.b.c")

    def refused(self, stranger: Client, slug: str, action: str, value: str) -> None:
        """Send a value as the credential of a strategy, in both places."""
        cookie = f"{cookie_name(slug)}={value}"
        response = stranger.generic(
            "GET" if action == "me" else "POST",
            f"/api/lab/{slug}/{action}/",
            QUERY_STRING="storage=1",
            headers={"Cookie": cookie, "Authorization": f"Bearer {value}"},
        )
        assert response.status_code in (400, 401, 403), said(response)
        assert fine(response), said(response)

    @once
    def test_of_very_many_cookies(self, stranger: Client) -> None:
        many = "; ".join(f"name{number}=value" for number in range(5000))
        assert fine(stranger.get("/", headers={"Cookie": many}))


LOG_IN = ("POST", "/api/token/")
STATIC = ("GET", "/static/favicon.svg")
PAGE, SENT_FORM, ASKED = ("GET", "/login/"), ("POST", "/login/"), ("GET", "/api/me/")
# Where each header is read.
HEADERS = {
    "Accept": [PAGE, ASKED, ("GET", "/api/schema/")],
    "Accept-Encoding": [PAGE, STATIC],
    "Accept-Language": [PAGE],
    "Authorization": [PAGE, ASKED, LOG_IN],
    "Content-Type": [PAGE, SENT_FORM, ASKED, LOG_IN],
    "If-Modified-Since": [PAGE, STATIC],
    "If-None-Match": [PAGE, STATIC],
    "Origin": [SENT_FORM, LOG_IN],
    "Range": [PAGE, STATIC],
    "Referer": [SENT_FORM, LOG_IN],
    "Sec-Fetch-Site": [SENT_FORM, LOG_IN],
    "User-Agent": [LOG_IN],
    "X-CSRFToken": [SENT_FORM, ("POST", "/api/session/login/")],
    "X-Forwarded-For": [LOG_IN],
    "X-Forwarded-Proto": [PAGE, LOG_IN],
    "X-HTTP-Method-Override": [SENT_FORM, ASKED],
    "X-Requested-With": [SENT_FORM, ASKED],
}
# What is looked up in the database, or written there.
STORED = {"Authorization", "User-Agent", "X-CSRFToken", "X-Forwarded-For"}
HOSTS = [
    *("", " ", "a b", "[::1", "[::1]:99999", "127.0.0.1:x", "127.0.0.1/../x", "mallory.example"),
    *("127.0.0.1@mallory.example", "x" * 5000, "\xff", "\0", "127.0.0.1\r\nX: y"),
]


class TestHeaders:
    @once
    def test_an_odd_host(self, stranger: Client) -> None:
        paths = ("/", "/login/", "/api/me/", "/nothing/", "/login", "/static/x.css")
        for host, path in product(HOSTS, paths):
            response = stranger.get(path, headers={"Host": host})
            assert fine(response), f"{host!r}: {said(response)}"
            assert "mallory" not in response.headers.get("Location", "")

    @pytest.mark.parametrize(
        "name", [name if name in STORED else pytest.param(name, marks=once) for name in HEADERS]
    )
    def test_odd_values(self, watched: Client, settings: Settings, alice: User, name: str) -> None:
        settings.TRUSTED_PROXIES = ["127.0.0.1"]
        body = json.dumps({"username": "alice", "password": PASSWORD})
        for value in [*ODD, "*/*;q=x", "bytes=9999-0", "Mon, 99 Foo 99999"]:
            for method, path in HEADERS[name]:
                sent = {"Content-Type": "application/json", name: value}
                response = watched.generic(method, path, body, headers=sent)
                let_go(response)
                assert fine(response), said(response)

    @once
    def test_an_odd_method(self, stranger: Client) -> None:
        odd = product(("TRACE", "CONNECT", "get", "X" * 200, "é"), KINDS)
        for method, path in [*odd, *product(["PROPFIND"], ADDRESSES)]:
            response = stranger.generic(method, path)
            let_go(response)
            assert fine(response), f"{method}: {said(response)}"


def odd_addresses() -> Iterator[str]:
    for odd in ("%00", "%ff%fe", "%ed%a0%80", "..%2f..", "x" * 5000, quote("\N{PILE OF POO}")):
        yield from (f"/{odd}/", f"/api/{odd}/", f"/api/lab/{odd}/me/", f"/static/{odd}")
        yield from (f"/lab/{odd}/", f"/api/logins/{odd}/", f"/logins/{odd}/end/")


# Where each parameter is read.
PARAMETERS = {
    "next": ("/login/", "/signup/", "/password/", "/logout/"),
    "page": ("/logins/", "/api/logins/"),
    "left": ("/",),
    "right": ("/",),
    "family": ("/lab/",),
    "result": ("/benchmarks/",),
    "format": ("/api/schema/", "/api/docs/"),
    "holds": ("/api/lab/session-db/me/",),
}
ODD_VALUES = ["", "x", "%00", "%ff", "%ed%a0%80", "/%00", "//[", "9" * 30, "/" + "x" * 9000]


class TestAddresses:
    @once
    def test_an_odd_path(self, insider: Client) -> None:
        for path, method in product(odd_addresses(), ("GET", "POST", "DELETE")):
            response = insider.generic(method, path)
            assert response.status_code in (400, 404, 405), said(response)

    @pytest.mark.parametrize("value", cases(ODD_VALUES))
    def test_an_odd_query(self, insider: Client, value: str) -> None:
        for name, readers in PARAMETERS.items():
            for path in readers:
                response = insider.generic("GET", path, QUERY_STRING=f"{name}={value}")
                assert fine(response), said(response)

    def test_an_odd_query_anywhere(self, insider: Client) -> None:
        query = "&".join(f"{name}=%00" for name in PARAMETERS)
        for path in ADDRESSES:
            for method in ("GET", "POST"):
                response = insider.generic(method, path, QUERY_STRING=query)
                assert fine(response), said(response)

    @once
    def test_an_odd_query_without_a_name(self, insider: Client) -> None:
        odd = ("&" * 3000, "a=" * 3000, "=", "?" * 100, "%00")
        for path, query in product(KINDS, odd):
            response = insider.generic("GET", path, QUERY_STRING=query)
            let_go(response)
            assert fine(response), said(response)

    def test_the_lists_of_the_admin(self, insider: Client, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
        asked = [(path, query) for path in ADMIN for query in ("", "q=%00")]
        # Django reads the rest alike for all of its lists.
        odd = ("p=-1", "o=x", "id__exact=x", "q=" + "x" * 300)
        asked += [
            (f"/admin/accounts/{name}/", query) for name in ("user", "login") for query in odd
        ]
        for path, query in asked:
            response = insider.generic("GET", path, QUERY_STRING=query)
            assert fine(response), said(response)
