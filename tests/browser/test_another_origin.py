"""The client that the README for operators shows: a page on another site, in a real browser."""

import re
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import Login, User
from tests.browser.conftest import Guard
from tests.cast import PASSWORD
from tests.conftest import Live

README: Path = settings.BASE_DIR / "authdemo" / "README.md"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def port(live: Live, tmp_path: Path) -> Iterator[int]:
    """A server of the page; the live server is at another port of this machine."""
    [page] = re.findall(r"^```html\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    assert "https://example.org" in page
    assert len(page.splitlines()) <= 30
    (tmp_path / "index.html").write_text(page.replace("https://example.org", live.url))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def log_in(page: Page) -> None:
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def test_a_listed_origin_logs_in_refreshes_asks_and_logs_out(
    page: Page,
    port: int,
    alice: User,
    settings: Settings,
    live_thread: LiveServerThread,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The browser takes localhost and 127.0.0.1 for two sites.
    settings.CORS_ALLOWED_ORIGINS = [f"http://localhost:{port}"]
    # An application is made with the middleware that the settings ask for.
    monkeypatch.setattr(live_thread.httpd, "application", WSGIHandler())
    page.goto(f"http://localhost:{port}/")
    answer, ask = page.locator("output"), page.get_by_role("button", name="Who am I?")
    ask.click()
    expect(answer).to_have_text("log_in")
    log_in(page)
    expect(answer).to_have_text("alice")
    first = Login.objects.get().refresh_jti
    settings.ACCESS_TOKEN_LIFETIME /= 2  # the token lives longer than any issued from now on
    with page.expect_response("**/api/token/refresh/") as refreshed:
        ask.click()
    assert refreshed.value.status == 200
    expect(answer).to_have_text("alice")
    assert Login.objects.get().refresh_jti != first
    page.get_by_role("button", name="Log out").click()
    expect(answer).to_have_text("log_in")
    assert Login.objects.get().end_reason == "logged-out"


def test_another_origin_gets_nothing(page: Page, port: int, alice: User, guard: Guard) -> None:
    guard.allow("CORS policy|Failed to fetch|ERR_FAILED")
    page.goto(f"http://127.0.0.1:{port}/")
    with page.expect_event("console", lambda message: "CORS policy" in message.text):
        log_in(page)
    expect(page.locator("output")).to_be_empty()
