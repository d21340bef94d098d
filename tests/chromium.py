"""The browser of the tests: the system's Chromium, or the one that Playwright fetches.

``python -m tests.chromium`` sees to it that there is one before the tests run. Where there can be
none it says in a line what is left out; the tests of pages then skip themselves.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, BrowserType, Error, Playwright, sync_playwright

# The shell is the same browser without its own windows, and costs a fifth of the time.
NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
    "--in-process-gpu",  # nothing is drawn on a screen: one process less for each browser
    "--renderer-process-limit=1",  # no spare process is started for a page that may never come
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
ADVICE = f"apt install {NAMES[0]}, or set CHROMIUM=/path/to/it"
FETCH_TIMEOUT = 600  # seconds
STARTS = 3


def chromium() -> str | None:
    """The path of the system's browser, or of $CHROMIUM; None leaves the choice to Playwright."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def flags() -> list[str]:
    """What to start it with; root has to do without its sandbox."""
    return [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def start(browser_type: BrowserType, **options: Any) -> Browser:
    """Start a browser, anew if it dies meanwhile: once in thousands its threads race in getenv."""
    for _ in range(STARTS - 1):
        with suppress(Error):
            return _started(browser_type, **options)
    return _started(browser_type, **options)


def _started(browser_type: BrowserType, **options: Any) -> Browser:
    browser = browser_type.launch(**options)
    browser.new_context().close()  # some die a moment after they have said that they are there
    return browser


def reason(error: Error) -> str:
    """Return the first line of what Playwright says."""
    return next(line for line in str(error).splitlines() if line.strip())


def why_not(playwright: Playwright) -> str:
    """Return in a line why no browser starts, or nothing if one does."""
    try:
        start(playwright.chromium, executable_path=chromium(), args=flags()).close()
    except Error as error:
        return reason(error)
    return ""


def fetch() -> str:
    """Let Playwright fetch its headless shell; returns in a line why it could not."""
    command = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell"]
    # Without a network it would wait for half a minute, five times.
    environment = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000", **os.environ}
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {FETCH_TIMEOUT} seconds"
    lines = [line for line in done.stderr.splitlines() if "Error:" in line]
    return "" if done.returncode == 0 else (lines or ["the download failed"])[-1]


def main() -> None:
    """Fetch a browser unless there is one; never a failure, for most tests need none."""
    if chromium():
        return
    with sync_playwright() as playwright:
        if not why_not(playwright):
            return
        print("Fetching a browser for the tests, 100 MB, once.", flush=True)  # noqa: T201
        missing = fetch() or why_not(playwright)
    if missing:
        print(f"The browser tests are left out, for there is no Chromium: {ADVICE}. ({missing})")  # noqa: T201


if __name__ == "__main__":
    main()
