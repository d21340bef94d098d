"""The attacks, played in a real browser through real hosts: what came of them, cell by cell."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as site
from django.contrib.staticfiles.finders import find
from django.test.testcases import LiveServerThread
from playwright.sync_api import Page, Route, expect
from pytest_django.fixtures import Settings

from accounts.attacks import attacks, script_in_a_comment
from accounts.attacks.stage import houses, thief
from accounts.attacks.stage.hosts import Party
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard
from tests.conftest import Live

pytestmark = pytest.mark.usefixtures("live")

SECONDS = 1000

#: the rows of a result's table as they are read: the title, below its group's, and the cells
ROWS = """rows => rows.map(row => {
  const text = (node) => node.textContent.replace(/\\s+/g, " ").trim();
  const group = row.parentElement.querySelector(".attack-table__group");
  const title = text(row.querySelector("th").firstChild);
  const cells = [...row.querySelectorAll("td")].map(text);
  return [group ? `${text(group)}: ${title}` : title, cells];
})"""


@pytest.fixture(scope="session")
def second_port(live_thread: LiveServerThread) -> Iterator[int]:
    """Another port of the same server."""
    thread = LiveServerThread("127.0.0.1", static_handler=live_thread.static_handler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    yield thread.port
    thread.terminate()


@pytest.fixture(autouse=True)
def refusals_are_part_of_the_play(guard: Guard) -> None:
    guard.allow("the server responded with a status of 401")


Play = Callable[..., dict[str, list[str]]]


@pytest.fixture
def play(page: Page) -> Play:
    """Play an attack, or a part of it, at once; gives the cells of each row."""

    def play(slug: str, *defences: str, part: str = "") -> dict[str, list[str]]:
        page.goto(f"/attacks/{slug}/")
        if part:
            page.get_by_label("What to play").select_option(part)
        for defence in defences:
            page.locator(f"[value={defence}]").check()
        page.get_by_role("button", name="Play it all at once").click()
        page.wait_for_url(re.compile("/attacks/plays/"), timeout=60 * SECONDS)
        return dict(page.locator("[data-result] .attack-table tbody tr:has(td)").evaluate_all(ROWS))

    return play


@pytest.fixture
def three_lamps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thief orders three lamps in each house, not twenty."""
    script = Path(str(find("js/attacks/stolen.js"))).read_text(encoding="utf-8")
    assert f"ORDERS = {thief.ORDERS};" in script
    shorter = tmp_path / "stolen.js"
    shorter.write_text(script.replace(f"ORDERS = {thief.ORDERS};", "ORDERS = 3;"), encoding="utf-8")
    monkeypatch.setattr(thief, "find", lambda _: str(shorter))
    monkeypatch.setattr(thief, "ORDERS", 3)


def lost(cells: dict[str, list[str]], column: int) -> list[str]:
    """The rows whose cell in a column went badly."""
    return [title for title, row in cells.items() if row[column].startswith("▲")]


def solved(page: Page) -> str:
    mark = page.locator(".attack-result__solved")
    return mark.inner_text() if mark.count() else ""


@pytest.mark.usefixtures("three_lamps")
class TestScriptInAComment:
    def test_what_a_script_cannot_read_it_can_use_but_not_take_along(
        self, page: Page, play: Play
    ) -> None:
        cells = play("script-in-a-comment")
        assert lost(cells, 0) == ["JWT in localStorage", "JWT in a variable", "JWT bound to a key"]
        assert lost(cells, 1) == [*cells]
        assert lost(cells, 2) == lost(cells, 0)
        assert {row[1] for row in cells.values()} == {"▲ 3 of 3"}
        assert "6 of 6" in page.get_by_role("heading", level=2).first.inner_text()
        assert "Goal reached" in solved(page)
        page.get_by_text("What the servers saw").first.click()
        told = "3 × The victim's tab ordered a gold lamp: accepted"
        expect(page.get_by_text(told)).to_have_count(6)
        assert violations(page) == CLEAN
        page.go_back()
        expect(page).to_have_url(re.compile("/attacks/script-in-a-comment/$"))

    def test_a_policy_lets_no_foreign_script_run(
        self, page: Page, play: Play, guard: Guard
    ) -> None:
        guard.allow("Loading the script .* violates")
        cells = play("script-in-a-comment", "policy")
        assert [lost(cells, column) for column in range(3)] == [[], [], []]
        assert "you found a defence" in solved(page)

    def test_short_tokens_help_where_the_thief_cannot_renew_them(
        self, page: Page, play: Play, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert houses.SHORT.total_seconds() < script_in_a_comment.WAIT
        monkeypatch.setattr(script_in_a_comment, "WAIT", 0.01)  # of what the clock leaps over
        with time_machine.travel(datetime.now(UTC)) as clock:

            def use_it_later(route: Route) -> None:
                clock.shift(houses.SHORT)
                route.continue_()

            page.context.route("**/use/", use_it_later)
            cells = play("script-in-a-comment", "short-life")
        assert cells["JWT in localStorage"][2] == "▲ 3 of 3, by its refresh token"
        assert lost(cells, 1) == [*cells]
        assert lost(cells, 2) == ["JWT in localStorage"]


class TestAnotherSitesForm:
    def test_the_table_is_what_chromium_does(
        self, page: Page, play: Play, settings: Settings, second_port: int
    ) -> None:
        settings.ATTACKS_PORT = second_port
        cells = play("another-sites-form")
        headers = [title for title in cells if "header" in title]
        assert len(headers) == 3
        assert {cell for title in headers for cell in cells[title]} == {"● no header comes along"}
        near = [
            title
            for title in cells
            if not title.startswith(("Another", "The shop")) and title not in headers
        ]
        assert len(near) == 10
        assert lost(cells, 0) == [
            "Another site: no SameSite",
            "Another site: SameSite=None",
            *near,
        ]
        assert lost(cells, 3) == ["Another site: SameSite=None", *near]
        home = {t: [n for n, c in enumerate(row) if "stays" in c] for t, row in cells.items()}
        assert home["Another site: no SameSite"] == [2, 3]
        assert home["Another site: SameSite=Lax"] == [0, 2, 3]
        assert home["Another site: SameSite=Strict"] == [0, 1, 2, 3]
        assert home["Another site: SameSite=None"] == []
        assert "the owner’s order is accepted" in cells["The shop’s own page"][0]
        assert "SameSite does not tell neighbours apart." in page.content()

    @pytest.mark.parametrize("defence", ["token", "origin", "fetch-metadata"])
    def test_each_defence_alone_stops_all_and_lets_the_owner_order(
        self, page: Page, play: Play, defence: str
    ) -> None:
        cells = play("another-sites-form", defence)
        assert [lost(cells, column) for column in range(4)] == [[], [], [], []]
        assert "the owner can still order" in solved(page)


class TestOthers:
    def test_a_login_that_nobody_asked_for(self, page: Page, play: Play) -> None:
        cells = play("logged-in-as-somebody-else")
        cookies = ["Session in an HttpOnly cookie", "JWT in an HttpOnly cookie"]
        assert lost(cells, 1) == cookies
        assert lost(play("logged-in-as-somebody-else", "fetch-metadata"), 1) == []
        assert "you found a defence" in solved(page)

    def test_a_planted_cookie(self, play: Play, guard: Guard) -> None:
        assert lost(play("planted-cookie"), 2) == ["Session in a cookie"]
        [renewed] = play("planted-cookie", "renew", part="session").values()
        assert renewed[2].startswith("●")
        [prefixed] = play("planted-cookie", "host-prefix", part="session").values()
        assert prefixed[0] == "the browser dropped it"
        assert prefixed[2].startswith("●")

    def test_a_tossed_cookie(self, play: Play, settings: Settings, second_port: int) -> None:
        settings.ATTACKS_PORT = second_port
        cells = play("tossed-cookie")
        assert [*cells] != lost(cells, 1)
        assert [title for title in cells if title not in lost(cells, 1)] == [
            "A sibling host, a name with __Host-"
        ]

    def test_a_token_in_an_address(self, play: Play) -> None:
        name = "A token behind the question mark"
        assert lost(play("token-in-an-address"), 3) == [name]
        for policy in ("origin-only", "no-referrer", "replace"):
            cells = play("token-in-an-address", policy, part="query")
            assert lost(cells, 3) == [], policy
            assert lost(cells, 0) == [name]

    def test_a_secret_that_is_a_word(self, page: Page, play: Play) -> None:
        cells = play("guessed-secret")
        assert lost(cells, 2) == ["A word"]
        assert "the thief can sign as admin" in solved(page)

    def test_two_hold_a_refresh_token(self, page: Page, play: Play) -> None:
        cells = play("stolen-refresh-token")
        alone, in_turn, *orders = cells.values()
        assert alone[0] == "▲ 0 of 5 tabs stay in"
        assert in_turn[0] == "● 5 of 5 tabs stay in"
        assert [thief for _, thief in orders] == ["● is out", "▲ stays in", "● is out", "● is out"]
        assert "within the grace" in solved(page)


@pytest.mark.usefixtures("three_lamps")
def test_step_by_step_with_the_keyboard_and_what_is_solved_is_remembered(page: Page) -> None:
    page.goto("/attacks/script-in-a-comment/")
    expect(page.get_by_role("button", name="Go step by step")).to_be_enabled()
    page.get_by_label("What to play").select_option(label="JWT in localStorage (3 steps)")
    page.get_by_role("button", name="Go step by step").press("Enter")
    said = page.get_by_role("status")
    for number, name in enumerate(["Log in", "Close the tab", "Order lamps with what I have"], 1):
        expect(page.get_by_text(f"Step {number} of 3")).to_be_visible()
        expect(page.get_by_role("button", name=name)).to_be_focused()
        if name == "Close the tab":
            expect(said).to_contain_text("the script has ordered 3 of 3 gold lamps")
            # The walk is left here, and gone on with from the attack's page.
            page.get_by_role("link", name="Back to the attack").press("Enter")
            expect(page.get_by_text("in the middle, at step 2 of 3")).to_be_visible()
            page.get_by_role("link", name="Go on where you were").press("Enter")
            expect(said).to_contain_text("the script has ordered 3 of 3 gold lamps")
        if number > 1:
            assert violations(page) == CLEAN
        expect(page.get_by_role("button", name=name)).to_be_focused()
        page.keyboard.press("Enter")
    # What came of it stays on the screen until the visitor presses on.
    expect(said).to_contain_text("has ordered 3 of 3 gold lamps. The victim’s browser was not")
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page.locator(".attack-result__solved")).to_contain_text("Goal reached")
    expect(page.get_by_text("came to the same in all 3 cells")).to_be_visible()
    expect(page.locator(".attack-result .strips__square.is-lost:visible")).to_have_count(41)

    page.goto("/attacks/forged-token/exercises/1/")
    for name, verdict in (("exp lies ahead", "Not this one"), ("aud is this shop", "Right")):
        page.get_by_label(name).press("Space")
        page.get_by_role("button", name="Is it this one?").press("Enter")
        expect(page.get_by_role("heading", level=2).first).to_contain_text(verdict)
    expect(page.get_by_text("yes, in this browser")).to_be_visible()
    assert violations(page) == CLEAN
    page.goto("/attacks/forged-token/")
    expect(page.locator("[data-solved]:visible")).to_have_count(1)

    page.goto("/attacks/")
    expect(page.locator("[data-solved]:visible")).to_have_count(1)
    assert page.locator("[data-attacks] > li").count() == len(attacks)
    assert violations(page) == CLEAN


def test_a_browser_that_does_not_find_the_shop_is_told_so(
    page: Page, guard: Guard, live: Live
) -> None:
    guard.allow("Failed to load resource")
    page.route(re.compile(f"//{Party.SHOP}"), lambda route: route.abort("namenotresolved"))
    page.goto("/attacks/planted-cookie/")
    expect(page.get_by_role("alert")).to_contain_text("does not find shop.localhost")
    expect(page.get_by_role("button", name="Go step by step")).to_be_disabled()


def test_the_command_plays_what_the_page_plays(live: Live) -> None:
    arguments = ["--attack=leaked-secret", f"--url={live.url}", "--json"]
    done = subprocess.run(
        [sys.executable, "manage.py", "attacks", *arguments],
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    [entry] = json.loads(done.stdout)
    assert entry["attack"] == "leaked-secret"
    assert "In 2 of 5 shops" in entry["result"]["sentence"]
