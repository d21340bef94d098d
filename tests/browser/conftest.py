"""A real Chromium, watched: it may talk to the live server alone and must not complain."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Error,
    Request,
    WebError,
)

from accounts.attacks.stage.hosts import Party
from tests.cast import PASSWORD
from tests.chromium import ADVICE, chromium, flags, reason, start
from tests.conftest import Live

# A host that is no secure context over http, as where a class reaches a demo.
CLASSROOM = "classroom.test"
OUR_HOSTS = {"127.0.0.1", "localhost", CLASSROOM, *(f"{party}" for party in Party)}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the tests' Chromium, which knows the classroom's name."""
    # What ends with localhost Chromium finds by itself, which these rules leave alone.
    mapped = f"--host-resolver-rules=MAP {CLASSROOM} 127.0.0.1"
    arguments = [*flags(), mapped]
    return {**browser_type_launch_args, "executable_path": chromium(), "args": arguments}


@pytest.fixture(scope="session")
def launch_browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Callable[[], Browser]:
    """Playwright's fixture, with a start of ours."""
    return partial(start_or_skip, browser_type, **browser_type_launch_args)


def start_or_skip(browser_type: BrowserType, **options: Any) -> Browser:
    """Start the browser; without one the tests are skipped, which CI takes for a failure."""
    try:
        return start(browser_type, **options)
    except Error as error:
        pytest.skip(f"no Chromium: {ADVICE}. ({reason(error)})")


@dataclass
class Guard:
    """What went wrong in the browser's contexts, apart from what the test allows."""

    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Expect complaints that match this regular expression."""
        self.allowed.append(pattern)

    def watch(self, context: BrowserContext) -> BrowserContext:
        """Listen to the requests, the console and the uncaught errors of a context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)
        return context

    def unexpected(self) -> list[str]:
        """Complaints that no pattern allows."""
        allowed = [re.compile(pattern) for pattern in self.allowed]
        return [text for text in self.complaints if not any(a.search(text) for a in allowed)]

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and url.hostname not in OUR_HOSTS:
            self.complaints.append(f"request to another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        refused = "Failed to load resource: the server responded with a status of 4"
        source = urlsplit(message.location["url"])
        # The API refuses on purpose, and Chromium writes that to the console by itself.
        if message.text.startswith(refused) and source.path.startswith("/api/"):
            return
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")


@pytest.fixture
def guard() -> Iterator[Guard]:
    """Fail the test for anything unexpected; ``guard.allow(pattern)`` expects something."""
    guard = Guard()
    yield guard
    assert guard.unexpected() == []


def logged_in(context: BrowserContext) -> BrowserContext:
    """A browser in which alice has logged in by the API, which spares it two pages."""
    api, address = context.request, "/api/session/login/"
    csrf = {"X-CSRFToken": api.get(address).json()["csrf_token"]}
    assert api.post(address, data={"username": "alice", "password": PASSWORD}, headers=csrf).ok
    return context


@pytest.fixture(scope="session")
def base_url(live_thread: LiveServerThread) -> str:
    """Let ``page.goto("/")`` mean the live server."""
    return f"http://{live_thread.host}:{live_thread.port}"


@pytest.fixture
def new_context(
    guard: Guard, live: Live, new_context: Callable[..., BrowserContext]
) -> Callable[..., BrowserContext]:
    """Playwright's, with the guard on it: for a second person or a second device."""
    return lambda **options: guard.watch(new_context(**options))


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    """The context of ``page``, with the guard on it."""
    return new_context()
