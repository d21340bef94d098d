"""A machine without a Chromium: Playwright's is fetched, or a line says what is left out."""

import io
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.conf import settings
from playwright.sync_api import BrowserType, Error

from tests.browser.conftest import start_or_skip
from tests.chromium import STARTS, chromium, start

pytestmark = pytest.mark.database("sqlite")  # it asks no database: once is enough

FETCHING = "Fetching a browser for the tests, 100 MB, once."


def packed() -> bytes:
    """A download as Playwright expects it, whose browser is the one of this machine."""
    program = f'#!/bin/sh\nPATH={os.environ["PATH"]} exec "{chromium()}" "$@"\n'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("chrome-headless-shell", "ffmpeg-linux"):
            entry = zipfile.ZipInfo(f"{name}-linux64/{name}" if "-h" in name else name)
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, program)
    return file.getvalue()


@pytest.fixture
def downloads() -> Iterator[str]:
    """A host that has Playwright's downloads."""
    content = packed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def prepare(folder: Path, host: str) -> list[str]:
    """What the program says on a machine that has no browser, line by line."""
    environment = {
        **{name: text for name, text in os.environ.items() if name != "CHROMIUM"},
        "PATH": str(folder / "bin"),
        "PLAYWRIGHT_BROWSERS_PATH": str(folder / "browsers"),
        "PLAYWRIGHT_DOWNLOAD_HOST": host,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.chromium"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(not chromium(), reason="the download's browser is the one of this machine")
@pytest.mark.skipif(sys.platform != "linux", reason="packed as for Linux")
def test_playwrights_browser_is_fetched_once_and_starts(tmp_path: Path, downloads: str) -> None:
    assert prepare(tmp_path, downloads) == [FETCHING]
    assert prepare(tmp_path, downloads) == []


def test_without_a_network_a_line_says_what_is_left_out(tmp_path: Path) -> None:
    first, line = prepare(tmp_path, "http://127.0.0.1:9")
    assert first == FETCHING
    assert line.startswith("The browser tests are left out, for there is no Chromium: apt install")
    assert "ECONNREFUSED" in line


@pytest.mark.skipif(not chromium(), reason="the one that is preferred is missing")
def test_the_browser_of_the_machine_comes_first() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chromium"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""


def test_a_browser_that_dies_while_it_starts_is_started_again() -> None:
    died, running = Error("Target page, context or browser has been closed"), Mock()
    dying = Mock(**{"new_context.side_effect": died})
    browser_type = Mock(**{"launch.side_effect": [*[died] * (STARTS - 2), dying, running]})
    assert start(browser_type, args=["--flag"]) is running
    browser_type = Mock(**{"launch.side_effect": [died] * STARTS})
    with pytest.raises(Error):
        start(browser_type)


def test_a_page_cannot_be_tested_without_a_browser(
    browser_type: BrowserType, tmp_path: Path
) -> None:
    with pytest.raises(pytest.skip.Exception, match="no Chromium: apt install chromium-headless-s"):
        start_or_skip(browser_type, executable_path=tmp_path / "nowhere")
