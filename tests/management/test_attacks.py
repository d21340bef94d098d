"""Recording attacks, without a browser: what drives Firefox, and what is made of a walk."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.core.management import CommandError, call_command

from accounts.attacks.stage import recorded
from accounts.management import browsers
from accounts.management.browsers import BrowserError, Walker, firefox
from accounts.management.commands import attacks as command
from accounts.management.npm import FETCHED, LOCK, NpmTools
from tests.conftest import Live

# Instead of npm's: a browser that is at the end of a walk when it is asked for the third time.
PUPPETEER = """
const { appendFileSync } = require("node:fs");
const note = (...words) => appendFileSync(`${__dirname}/notes`, `${words.join(" ")}\\n`);

class Page {
  #asked = 0;

  async goto(start) {
    if (start.includes("nowhere")) throw new Error("NS_ERROR_UNKNOWN_HOST\\n    at goto");
    note("goes to", start);
    this.start = start;
  }

  url() {
    this.#asked += 1;
    const isThere = this.#asked > 2 && !this.start.includes("stuck");
    return isThere ? "http://site/attacks/plays/1/" : this.start;
  }
}

exports.default = {
  async launch({ browser, executablePath }) {
    if (executablePath.includes("broken")) throw new Error("It crashed.\\n    at launch");
    note("starts", browser, executablePath.split("/").at(-1));
    return {
      version: async () => "firefox/153.8.0",
      createBrowserContext: async () => ({
        newPage: async () => new Page(),
        close: async () => note("forgets"),
      }),
      close: async () => note("ends"),
    };
  },
};
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with something called Firefox, and something that drives it; its folder."""
    package = tmp_path / "node_modules" / "puppeteer-core"
    package.mkdir(parents=True)
    (package / "index.js").write_text(PUPPETEER)
    for name in (LOCK, FETCHED):
        (tmp_path / name).write_text("{}")
    monkeypatch.setattr(firefox, "TOOLS", NpmTools(tmp_path, tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    return package


def notes(tools: Path) -> list[str]:
    return (tools / "notes").read_text().splitlines()


def test_firefox_goes_through_each_walk_with_nothing_of_the_last_one(tools: Path) -> None:
    with firefox.started() as walker:
        assert walker.name == "Firefox 153.8.0"
        for number in (1, 2):
            walker.walk(f"http://shop.localhost/{number}/#auto")
        assert notes(tools) == [
            "starts firefox firefox-esr",
            "goes to http://shop.localhost/1/#auto",
            "forgets",
            "goes to http://shop.localhost/2/#auto",
            "forgets",
        ]


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ("http://nowhere/", "NS_ERROR_UNKNOWN_HOST"),
        ("http://stuck/", "It is still at http://stuck/."),
    ],
)
def test_a_walk_that_does_not_end_says_why(
    tools: Path, monkeypatch: pytest.MonkeyPatch, start: str, reason: str
) -> None:
    monkeypatch.setattr(firefox, "TIMEOUT", 0.3)
    with pytest.raises(BrowserError) as caught, firefox.started() as walker:
        walker.walk(start)
    assert str(caught.value) == reason


def test_a_firefox_that_does_not_start_says_why(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/broken")
    with (
        pytest.raises(BrowserError, match=r"^Firefox's driver failed: It crashed\.$"),
        firefox.started(),
    ):
        pass


def test_without_firefox_or_its_driver_a_line_says_what_to_do(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NpmTools, "are_here", lambda _: False)
    monkeypatch.setattr(NpmTools, "fetch", lambda _: "no network")
    with (
        pytest.raises(BrowserError, match=r"npm cannot fetch .* \(no network\)"),
        firefox.started(),
    ):
        pass
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(BrowserError, match="apt install firefox-esr"), firefox.started():
        pass


@pytest.fixture
def walked(live: Live, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A browser that sends what the page of a leaked secret sends; where its walks began."""
    starts = []

    def walk(start: str) -> None:
        starts.append(start)
        address = urlsplit(start)
        play = address.path.split("/")[1]
        host = {"Host": f"evil.localhost:{address.port}"}
        httpx.post(f"{live.url}/{play}/at/try/", json={}, headers=host).raise_for_status()

    @contextmanager
    def fake() -> Iterator[Walker]:
        yield Walker("Firefox 1.0", walk)

    monkeypatch.setattr(command, "BROWSERS", {**browsers.BROWSERS, "firefox": fake})
    return starts


def test_what_came_of_a_walk_is_recorded_under_the_browsers_name(
    live: Live,
    walked: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = json.loads((recorded.SHIPPED / "firefox.json").read_text())
    others = [entry for entry in before if entry["attack"] != "leaked-secret"]
    (tmp_path / "firefox.json").write_text(json.dumps(before))
    monkeypatch.setattr(recorded, "SHIPPED", tmp_path)
    recorded.recorded.cache_clear()
    options: dict[str, Any] = {"attack": ["leaked-secret"], "browser": "firefox", "url": live.url}
    call_command("attacks", **options, ship=True, json=True)
    [start] = walked
    assert start.startswith("http://evil.localhost:")
    assert start.endswith("/stop/0/#auto")
    [one] = recorded.recorded_of("leaked-secret")
    kept = [found.attack for found in recorded.recorded() if found.attack != "leaked-secret"]
    assert kept == [entry["attack"] for entry in others]
    assert one.browser == "Firefox 1.0"
    assert "In 2 of 5 shops" in one.result.sentence
    assert json.loads(capsys.readouterr().out)[0]["attack"] == "leaked-secret"
    assert [file.name for file in tmp_path.iterdir()] == ["firefox.json"]
    recorded.recorded.cache_clear()


def test_a_demo_that_is_not_there_is_asked_for(walked: list[str]) -> None:
    with pytest.raises(CommandError, match="Is a demo running at"):
        call_command(
            "attacks", attack=["leaked-secret"], browser="firefox", url="http://127.0.0.1:9"
        )
