"""A small server that logs people in and out, and can be broken in every way that servers are."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from math import inf
from secrets import token_hex
from threading import Event, Thread
from typing import Any

PROFILE = """
title = "A toy"
[credential]
access = "json:token"
send = "Authorization: Bearer {access}"
[sign_up]
path = "/signup"
json = { name = "{username}", password = "{password}" }
[log_in]
path = "/login"
json = { name = "{username}", password = "{password}" }
[who]
path = "/me"
name = "name"
role = "role"
[log_out]
path = "/logout"
[change_password]
path = "/password"
json = { new = "{new_password}" }
"""


class Toy(ThreadingHTTPServer):
    """Its state, and what is broken: a fault per path, from the first log-out on if ``late``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.passwords: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.faults: dict[str, Callable[[Handler], None]] = {}
        self.late = False
        self.forgets = True  # a token that is logged out
        self.logged_out = False
        self.once = False  # passwords are changed once only
        self.lives: float | str = ""  # what a log-in says of it: seconds, or a date
        self.ends: dict[str, float] = {}  # of tokens
        self.asked: list[str] = []
        self.over = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Toy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def send(self, status: int, body: Any, **headers: str) -> None:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _answer(self, sent: bytes) -> None:
        toy = self.server
        toy.asked.append(self.path)
        if (fault := toy.faults.get(self.path)) and (toy.logged_out or not toy.late):
            fault(self)
            return
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        is_over = toy.ends.get(token, inf) < time.time()
        self._serve(json.loads(sent or b"{}"), token, None if is_over else toy.tokens.get(token))

    def _serve(self, body: dict[str, str], token: str, name: str | None) -> None:
        toy = self.server
        match self.path:
            case "/signup":
                toy.passwords[body["name"]] = body["password"]
                self.send(201, {})
            case "/login" if toy.passwords.get(body["name"]) == body["password"]:
                made = token_hex(16)
                toy.tokens[made] = body["name"]
                self.send(200, {"token": made, "lives": toy.lives})
                if isinstance(toy.lives, float):
                    toy.ends[made] = time.time() + toy.lives
            case "/me" if name:
                self.send(200, {"name": name, "role": "editor"}, Server_Timing="db;dur=1")
            case "/logout" if name:
                toy.logged_out = True
                if toy.forgets:
                    del toy.tokens[token]
                self.send(200, {})
            case "/password" if name and not (toy.once and toy.asked.count("/password") > 1):
                toy.passwords[name] = body["new"]
                self.send(200, {})
            case _:
                self.send(401, {"detail": "no"})


def answers(status: int, body: Any = None, **headers: str) -> Callable[[Handler], None]:
    """A fault: this answer, whatever is asked."""
    return lambda handler: handler.send(status, body, **headers)


def hangs(handler: Handler) -> None:
    """A fault: no answer until the server is over."""
    handler.server.over.wait(20)
    handler.close_connection = True


def drips(handler: Handler) -> None:
    """A fault: a byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.server.over.wait(0.05):
        try:
            handler.wfile.write(b" ")
        except OSError:
            return


def closes(handler: Handler) -> None:
    """A fault: the connection is closed without an answer."""
    handler.close_connection = True


@contextmanager
def running() -> Iterator[Toy]:
    """A toy that answers."""
    toy = Toy()
    thread = Thread(target=toy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield toy
    finally:
        toy.over.set()
        toy.shutdown()
        thread.join()
        toy.server_close()
