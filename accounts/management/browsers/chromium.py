"""Chromium, driven by Playwright, which the tests' requirements have."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from typing import Any

from accounts.management.browsers._base import END, NO_TOOLS, TIMEOUT, BrowserError, Walker

NAMES = ("chromium-headless-shell", "chromium", "google-chrome")
FLAGS = ["--disable-gpu", "--no-sandbox"]


@contextmanager
def started() -> Iterator[Walker]:
    """Start it, and end it.

    Raises:
        BrowserError: it is not there, or a walk did not come to its end.
    """
    try:
        api = import_module("playwright.sync_api")
    except ImportError:
        raise BrowserError(NO_TOOLS) from None
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise BrowserError(f"There is no Chromium here: apt install {NAMES[0]}.")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with closing(browser):
            try:
                yield Walker(f"Chromium {browser.version}", lambda start: _walk(browser, start))
            except api.Error as error:
                raise BrowserError(next(iter(str(error).splitlines()), "")) from None


def _walk(browser: Any, start: str) -> None:
    with closing(browser.new_context()) as context:
        page = context.new_page()
        page.goto(start)
        page.wait_for_url(f"**{END}**", timeout=TIMEOUT * 1000)
