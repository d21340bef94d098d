"""A real gunicorn: what it acknowledged survives kill -9, and malformed HTTP does not hurt it."""

import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from accounts.models import Session
from accounts.services.gunicorn import Gunicorn
from tests.cast import PASSWORD
from tests.clients import Api

pytestmark = pytest.mark.xdist_group("server")  # it is installed once, in one process

INSTALL = f"""
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from accounts.models import User
User.objects.create_user("alice", password={PASSWORD!r})
import uuid
from django.utils import timezone
from accounts.models import Session
Session.objects.create(digest=uuid.uuid4(), expires=timezone.now() - timezone.timedelta(days=1))
"""


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "authdemo.settings",
        "DEMO": "1",
        "SECRET_KEY": secrets.token_hex(32),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        # A fresh clone has collected no static files of its own.
        "STATIC_ROOT": str(settings.STATIC_ROOT),
    }


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a server whose database has been made, with Alice's account."""
    env = environment(tmp_path_factory.mktemp("server"))
    command = [sys.executable, "-c", INSTALL]
    subprocess.run(command, env=env, cwd=settings.BASE_DIR, check=True)
    return env


@pytest.fixture(scope="module")
def server(installed: dict[str, str]) -> Iterator[Gunicorn]:
    limits = {"DATABASE_STATEMENT_TIMEOUT": "0.5", "DATABASE_LOCK_TIMEOUT": "0.2"}
    with Gunicorn(environment=installed | limits | {"CLIENT_TIMEOUT": "1"}, threads=2) as server:
        yield server


def test_an_acknowledged_log_out_survives_kill_9(server: Gunicorn) -> None:
    url = server.address
    with ExitStack() as stack:
        browser, program = (stack.enter_context(Api(base_url=url)) for _ in range(2))
        browser.log_in("alice")
        stolen = dict(browser.cookies)
        access, refresh = program.pair("alice")
        kept, _ = program.pair("alice")
        assert browser.log_out().status_code == 204
        body = {"refresh": refresh}
        assert program.post("/api/token/blacklist/", json=body).status_code == 200
        server.kill()  # master and worker at once: nothing gets to say goodbye
        server.start()
        thief = stack.enter_context(Api(base_url=url, cookies=stolen))
        assert thief.me().status_code == 401
        assert thief.me(access).status_code == 401
        assert thief.post("/api/token/refresh/", json=body).status_code == 401
        assert thief.me(kept).status_code == 200


@pytest.fixture(scope="module")
def address(server: Gunicorn) -> tuple[str, int]:
    return "127.0.0.1", int(server.address.rpartition(":")[2])


def test_a_database_that_somebody_else_locks_is_given_up_after_seconds(
    installed: dict[str, str], server: Gunicorn
) -> None:
    file = installed["DATABASE_URL"].removeprefix("sqlite:///")
    with httpx.Client(base_url=server.address, timeout=10) as client:
        body = {"username": "alice", "password": PASSWORD}
        with closing(sqlite3.connect(file)) as locker:
            locker.execute("BEGIN IMMEDIATE")
            answer = client.post("/api/token/", json=body)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        assert answer.json()["code"] == "database_unavailable"
        assert client.post("/api/token/", json=body).status_code == 200


def test_it_deletes_by_itself_what_has_expired(
    installed: dict[str, str], address: tuple[str, int]
) -> None:
    file = installed["DATABASE_URL"].removeprefix("sqlite:///")
    expired = f"SELECT count(*) FROM {Session._meta.db_table} WHERE login_id IS NULL"  # noqa: S608
    end = time.monotonic() + 60
    with closing(sqlite3.connect(file)) as database:
        while database.execute(expired).fetchone() != (0,):
            assert time.monotonic() < end
            time.sleep(0.1)


def exchange(address: tuple[str, int], request: bytes) -> bytes:
    """What the server says to these bytes; nothing if it hangs up."""
    answer = b""
    with socket.create_connection(address, timeout=10) as connection, suppress(OSError):
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def post(headers: str, body: str, path: str = "/api/token/") -> bytes:
    lines = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n\r\n"
    return (lines + body).encode("latin-1")


JSON = "Content-Type: application/json"
REQUESTS = {
    "no length": post(JSON, "{}"),
    "length is a word": post(f"{JSON}\r\nContent-Length: two", "{}"),
    "length is negative": post(f"{JSON}\r\nContent-Length: -2", "{}"),
    "length is signed": post(f"{JSON}\r\nContent-Length: +2", "{}"),
    "length is too small": post(f"{JSON}\r\nContent-Length: 1", "{}"),
    "length is too large": post(f"{JSON}\r\nContent-Length: 20", "{}"),
    "length is huge": post(f"{JSON}\r\nContent-Length: {10**30}", "{}"),
    "two lengths": post(f"{JSON}\r\nContent-Length: 2\r\nContent-Length: 3", "{}"),
    "chunked": post(f"{JSON}\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n0\r\n\r\n"),
    "chunked without end": post(f"{JSON}\r\nTransfer-Encoding: chunked", "2\r\n{}\r\n"),
    "chunk of no size": post(f"{JSON}\r\nTransfer-Encoding: chunked", "x\r\n{}\r\n0\r\n\r\n"),
    "chunked and a length": post(
        f"{JSON}\r\nTransfer-Encoding: chunked\r\nContent-Length: 2", "0\r\n\r\n"
    ),
    "odd encoding": post(f"{JSON}\r\nTransfer-Encoding: nonsense", "{}"),
    "form cut short": post(
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50",
        "username=a",
        "/login/",
    ),
    "upload cut short": post(
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 500",
        "--x\r\n",
        "/login/",
    ),
    "nul in a header": post(f"{JSON}\r\nX-A: a\0b\r\nContent-Length: 2", "{}"),
    "nul in the cookie": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: session=a\0b\r\n\r\n",
    "header without a name": post(f"{JSON}\r\n: x\r\nContent-Length: 2", "{}"),
    "folded header": post(f"{JSON}\r\n folded\r\nContent-Length: 2", "{}"),
    "mounted elsewhere": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nSCRIPT_NAME: /foo\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: mallory.example\r\n\r\n",
    "absolute address": b"GET http://mallory.example/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "odd version": b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    "space in the path": b"GET /a b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "bytes in the path": b"GET /\xff\xfe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    "long line": b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "many headers": post("\r\n".join(f"X-{n}: x" for n in range(500)), ""),
    "nothing": b"\r\n\r\n",
    "no http": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100,
}


CHUNKED = f"{JSON}\r\nTransfer-Encoding: chunked"
WRONG = b'{"username":"alice","password":"wrong"}'


def chunks(*parts: bytes) -> str:
    return "".join(f"{len(part):x}\r\n{part.decode()}\r\n" for part in (*parts, b""))


def test_a_chunked_body_is_read(address: tuple[str, int]) -> None:
    answer = exchange(address, post(CHUNKED, chunks(WRONG[:9], WRONG[9:])))
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"no_active_account" in answer


def test_a_chunked_body_that_is_too_long_is_refused(address: tuple[str, int]) -> None:
    answer = exchange(address, post(CHUNKED, chunks(*[b"x" * 65536] * 20)))
    assert answer.startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("size", [900_000, 3_000_000])
def test_an_early_refusal_reaches_a_client_that_is_still_sending(
    address: tuple[str, int], size: int
) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(post(f"Content-Type: text/plain\r\nContent-Length: {size}", "x" * size))
        assert connection.recv(65536).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("request_bytes", REQUESTS.values(), ids=REQUESTS)
def test_malformed_http_is_refused_or_hung_up_on_and_harms_nobody(
    address: tuple[str, int], request_bytes: bytes
) -> None:
    answer = exchange(address, request_bytes)
    for line in answer.split(b"\r\n"):
        if line.startswith(b"HTTP/1.1 "):
            # 501 is what RFC 9112, section 6.1, wants said of an unknown transfer coding.
            assert line[9:10] in b"1234" or line[9:12] == b"501", answer
    healthy = exchange(address, b"GET /api/me/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert healthy.startswith(b"HTTP/1.1 401")


def test_clients_that_stop_in_the_middle_give_their_threads_back(
    address: tuple[str, int],
) -> None:
    stalled = [
        b"POST /api/token/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-",
        post(f"{JSON}\r\nContent-Length: 20", "{"),
    ]
    with ExitStack() as stack:
        for request in stalled:  # as many as there are threads
            connection = stack.enter_context(socket.create_connection(address, timeout=10))
            connection.sendall(request)
        time.sleep(0.2)
        healthy = exchange(address, b"GET /api/me/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert healthy.startswith(b"HTTP/1.1 401")
