"""Firefox, driven over WebDriver BiDi by npm's puppeteer-core in Node: ``walk.mjs``."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.management.browsers._base import END, NO_TOOLS, TIMEOUT, BrowserError, Walker
from accounts.management.npm import NpmTools, node
from accounts.services import ServiceError
from accounts.services.json_lines import JsonLines

NAMES = ("firefox-esr", "firefox")
HERE = Path(__file__).parent
TOOLS = NpmTools(HERE, Path(sys.prefix) / "firefox")


@contextmanager
def started() -> Iterator[Walker]:
    """Start it, and end it. What drives it is fetched by npm, once.

    Raises:
        BrowserError: it or its driver is not there, or a walk did not come to its end.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise BrowserError(f"There is no Firefox here: apt install {NAMES[0]}.")
    program = _driver()
    try:
        with JsonLines([program, str(HERE / "walk.mjs"), str(TOOLS.folder), path]) as driver:
            name, _, version = driver.ask({})["browser"].partition("/")
            yield Walker(f"{name.capitalize()} {version}", lambda start: _walk(driver, start))
    except ServiceError as error:
        raise BrowserError(f"Firefox's driver failed: {error}") from None


def _driver() -> str:
    """The path of Node, once it finds what drives Firefox."""
    try:
        if not TOOLS.are_here():
            print("Fetching what drives Firefox, 33 MB, once.", file=sys.stderr)  # noqa: T201
            if reason := TOOLS.fetch():
                raise BrowserError(f"npm cannot fetch what drives Firefox. ({reason})")
        return str(node())
    except ImportError:
        raise BrowserError(NO_TOOLS) from None


def _walk(driver: JsonLines, start: str) -> None:
    answer = driver.ask({"start": start, "end": END, "seconds": TIMEOUT})
    if "problem" in answer:
        raise BrowserError(answer["problem"])
