"""The invalidation lab in a real browser: run, stop, open, filter, by mouse and by keyboard."""

import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from pytest_django.fixtures import Settings

from accounts.lab import recorded, runs, scenario
from accounts.lab.events import events
from accounts.lab.turns import LONG_SLOTS, SHORT_SLOTS
from accounts.models import RunTurn
from accounts.strategies import Family, strategies
from tests.axe import CLEAN, scrolls_sideways, violations
from tests.browser.conftest import Guard

ALL = len(strategies) * len(events)
PLAYED = ".matrix [data-tone]:not([data-recorded])"

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def calm(page: Page) -> Iterator[None]:
    """Nothing moves while it is looked at, and nobody plays on when the test is over."""
    page.emulate_media(reduced_motion="reduce")
    yield
    page.close()
    server_has_ended()


#: a scenario whose transcript is opened after its row was played
OPENED = {("jwt-blacklist-joined", "log-out"), ("jwt-user", "log-out")}


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Nearly all scenarios come out as recorded: a page shows them alike, and they take no time.

    That each is measured as it is declared, a test without a browser sees.
    """
    known = recorded.recorded("sqlite")
    assert known

    def run_scenario(*pair: Any, **options: Any) -> Any:
        cell = tuple(one.slug for one in pair)
        if cell in OPENED or cell not in known.reports:
            return scenario.run_scenario(*pair, **options)
        report = {**known.reports[cell], "transcript": []}
        return SimpleNamespace(**report, as_dict=report.copy)

    monkeypatch.setattr(runs, "run_scenario", run_scenario)
    return run_scenario


class Slow:
    """A server that tells of no cell after the first few, until it is told to go on."""

    def __init__(self, play: Callable[..., Any]) -> None:
        self.play = play
        self.may_go_on = threading.Event()
        self.rest()

    def rest(self) -> None:
        """Tell of a few cells once more."""
        self.begun: list[object] = []
        self.told = iter(range(5))
        self.may_go_on.clear()

    def run_scenario(self, *pair: Any, **options: Any) -> Any:
        self.begun.append(pair)
        if next(self.told, None) is None:
            self.may_go_on.wait(60)
            time.sleep(0.1)  # a scenario takes its time: all would be played before anybody stops
        return self.play(*pair, **options)

    def end(self) -> int:
        """Let it go on and wait for its end; how many cells it has begun."""
        self.may_go_on.set()
        server_has_ended()
        return len(self.begun)


@pytest.fixture
def slow(at_once: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    server = Slow(at_once)
    monkeypatch.setattr(runs, "run_scenario", server.run_scenario)
    yield server
    server.may_go_on.set()


def cell(page: Page, strategy: str, event: str) -> Locator:
    return page.locator(f'[data-cell][data-strategy="{strategy}"][data-event="{event}"]')


# To look for a name among all the buttons of the matrix keeps the browser busy for half a second.


def bar(page: Page) -> Locator:
    """The place of the button that runs all, of the one that stops, and of what is told."""
    return page.locator("[data-bar]")


def play_button(page: Page, name: str, strategy: str = "", event: str = "") -> Locator:
    """The one of a row, of a column or of a cell, by slug; a screen reader calls it by its name."""
    pair = {"strategy": strategy, "event": event}
    has = [
        f'[data-{key}="{slug}"]' if slug else f":not([data-{key}])" for key, slug in pair.items()
    ]
    button = page.locator(f".matrix [data-run]{''.join(has)}")
    expect(button).to_have_accessible_name(name)
    return button


def run_all(page: Page, number: int = ALL) -> None:
    words = f"Run all {ALL}" if number == ALL else f"Run these {number}"
    bar(page).get_by_role("button", name=words).click()


def stop(page: Page) -> None:
    bar(page).get_by_role("button", name="Stop").click()


def choose_family(page: Page, name: str) -> None:
    page.locator("[data-filter]").get_by_label(name, exact=True).check()


def run_row(page: Page, strategy: str) -> None:
    play_button(page, f"Run the row {strategies[strategy].title}", strategy).click()
    finished(page, f"{len(events)} of {len(events)}")


def run_column(page: Page, event: str) -> None:
    play_button(page, f"Run the column {events[event].title}", event=event).click()
    finished(page, f"{len(strategies)} of {len(strategies)}")


def cell_button(page: Page, strategy: str, event: str) -> Locator:
    name = f"Run {strategies[strategy].title} against {events[event].title}"
    return play_button(page, name, strategy, event)


def smallest(words: Locator) -> float:
    """The size of the smallest of some texts as they are seen, in CSS pixels."""
    scale = "(one.ownerSVGElement?.getScreenCTM().a ?? 1)"
    size = f"parseFloat(getComputedStyle(one).fontSize) * {scale}"
    return float(min(words.evaluate_all(f"all => all.map(one => {size})")))


def kept(strategy: str, event: str) -> str:
    """Play a pair without its page; returns the address of the transcript."""
    report = scenario.run_scenario(strategy, event)
    return runs.run_keep(report, visitor=uuid.uuid4(), batch=uuid.uuid4()).get_absolute_url()


def finished(page: Page, figures: str) -> None:
    expect(page.locator("[data-status]")).to_contain_text(f"{figures} played", timeout=60_000)


def server_has_ended() -> None:
    """Wait until the server plays nothing any more."""
    deadline = time.monotonic() + 60
    while any(thread.name.startswith("scenario") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "the server goes on"
        time.sleep(0.05)


# --- Run ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_alice_runs_a_family_and_the_whole_matrix_and_finds_it_again(page: Page) -> None:
    page.goto("/lab/")
    expect(bar(page).get_by_text("Not played here yet")).to_be_visible()
    choose_family(page, "Opaque token")
    opaque = [found for found in strategies if found.family is Family.OPAQUE]
    expect(page.locator("tr[data-row]:visible")).to_have_count(len(opaque))
    expect(page).to_have_url(re.compile(r"\?family=opaque$"))
    number = len(opaque) * len(events)
    run_all(page, number)
    finished(page, f"{number} of {number}")
    expect(page.locator(PLAYED)).to_have_count(number)

    choose_family(page, "All")
    expect(page).to_have_url(re.compile("/lab/$"))
    run_all(page)
    finished(page, f"{ALL} of {ALL}")
    expect(page.locator(PLAYED)).to_have_count(ALL)
    expect(page.locator('.matrix [data-tone="broken"]')).to_have_count(0)
    expect(page.locator("[data-sum]")).to_contain_text("All came out as expected.")
    judged = page.locator(f'{PLAYED}:not([data-tone="none"])').count()
    expect(page.locator("[data-sum]")).to_contain_text(f"of {judged} cells the stolen copy")
    expect(cell(page, "session-db", "log-out")).to_contain_text("refused at once")
    expect(cell(page, "jwt-user", "log-out")).to_contain_text("still works")

    choose_family(page, "Opaque token")
    page.reload()
    expect(page.locator("[data-filter]").get_by_label("Opaque token")).to_be_checked()
    choose_family(page, "All")
    expect(page.locator("tr[data-row]:visible")).to_have_count(len([*strategies.all()]))
    expect(page.locator(PLAYED)).to_have_count(ALL)
    expect(page.locator("[data-state-line]")).to_contain_text(f"{ALL} of {ALL}")
    expect(page.locator("[data-state-line]")).to_contain_text("today")


def test_stopping_or_leaving_the_page_ends_the_run(page: Page, slow: Slow) -> None:
    page.goto("/lab/")
    run_all(page)
    expect(page.locator(PLAYED).first).to_be_visible(timeout=30_000)
    stop(page)
    expect(page.locator("[data-status]")).to_contain_text("Stopped")
    expect(bar(page).get_by_role("button", name=f"Run all {ALL}")).to_be_focused()
    played = page.locator(PLAYED).count()
    assert 0 < played < ALL
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    assert slow.end() < ALL

    slow.rest()
    run_all(page)
    expect(page.locator("[data-status]")).to_contain_text("Playing")
    expect(page.locator("[data-state-line]")).to_contain_text(re.compile("^[1-9]"))
    page.goto("/login/")
    assert slow.end() < ALL


@pytest.mark.usefixtures("at_once")
def test_a_row_and_a_column_run_by_themselves_until_it_was_too_much(
    page: Page, settings: Settings
) -> None:
    page.goto("/lab/")
    run_row(page, "opaque")
    expect(page.locator(PLAYED)).to_have_count(len(events))
    expect(page.locator('[data-row="opaque"] [data-sql]')).to_have_text("1")
    expect(page.locator('[data-row="opaque"] [data-bytes]')).to_have_text(re.compile(r"^\d+ B$"))
    run_column(page, "log-out")
    played = len(events) + len(strategies) - 1
    expect(page.locator(PLAYED)).to_have_count(played)

    settings.LIMITS = {**settings.LIMITS, "lab-runs": (len(events), 86_400)}
    before = page.locator("[data-state-line]").inner_text()
    play_button(page, f"Run the row {strategies['session-db'].title}", "session-db").click()
    alert = bar(page).get_by_role("alert")
    expect(alert).to_contain_text("Too many requests from here. Try again in")
    expect(bar(page).get_by_role("button", name=f"Run all {ALL}")).to_be_visible()
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    expect(page.locator(PLAYED)).to_have_count(played)
    expect(page.locator("[data-state-line]")).to_have_text(before)


def others_play(slots: range) -> None:
    for slot in slots:
        RunTurn.objects.create(visitor=uuid.uuid4(), is_long=slots == LONG_SLOTS, slot=slot)


def test_whoever_has_to_wait_sees_the_place_in_the_line_and_may_stop(
    page: Page, guard: Guard
) -> None:
    others_play(LONG_SLOTS)
    page.goto("/lab/")
    run_all(page)
    expect(page.locator("[data-state-line]")).to_contain_text("Number 1 in the line. It begins")
    stop(page)
    expect(page.locator("[data-status]")).to_contain_text(f"Stopped: 0 of {ALL}")
    expect(page.locator('[aria-busy="true"]')).to_have_count(0)
    expect(bar(page).get_by_role("alert")).to_be_hidden()

    others_play(SHORT_SLOTS)
    cell_button(page, "opaque", "log-out").click()
    expect(page.locator("[data-status]")).to_have_text("Number 1 in the line. It begins by itself.")
    RunTurn.objects.exclude(slot=None).delete()
    finished(page, "1 of 1")

    guard.allow("ERR_FAILED")
    page.route("**/api/lab/runs/", lambda route: route.abort())
    run_all(page)
    expect(bar(page).get_by_role("alert")).to_contain_text("The server did not answer.")
    expect(page.locator(PLAYED)).to_have_count(1)


# --- Transcript -----------------------------------------------------------------------------------


def test_a_transcript_is_drawn_and_its_link_is_copied(page: Page, context: BrowserContext) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(kept("session-db", "log-out"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Session (Django)")
    expect(page.get_by_text("refused at once")).to_be_visible()
    expect(page.locator(".transcript svg").first).to_be_visible()
    after = page.locator(".transcript").last
    expect(after).to_contain_text("SELECT … django_session")
    expect(after.locator("svg text", has_text="401 ● thief stopped")).to_be_visible()
    expect(after.locator("svg .sequence__line--bad")).to_have_count(0)
    assert smallest(after.locator("svg text")) >= 15

    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("[data-status]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    assert violations(page) == CLEAN


def test_a_request_with_its_tokens_is_drawn_copied_as_curl_and_played_again(
    page: Page, context: BrowserContext
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(kept("jwt-rotating", "refresh-replayed"))
    spent = page.locator("details", has_text="Device A spends its refresh token").first
    expect(spent.locator("svg")).to_contain_text("refresh: eyJ")
    expect(spent.locator("svg")).not_to_contain_text("no credential")

    thief = page.locator('[data-who="thief"]').last
    thief.get_by_text("As curl", exact=True).click()
    thief.get_by_role("button", name="Copy as curl").click()
    expect(thief.get_by_text("Copied")).to_be_visible()
    command = page.evaluate("navigator.clipboard.readText()")
    assert command.startswith("curl ")
    assert '-H "Authorization: Bearer $TOKEN"' in command

    before = page.url
    page.get_by_role("button", name="Play it again").click()
    expect(page).not_to_have_url(before)
    expect(page.get_by_role("heading", level=1)).to_contain_text(strategies["jwt-rotating"].title)


# --- Strategy and event ---------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_a_strategys_page_measures_a_request_by_itself(page: Page) -> None:
    page.goto("/lab/jwt-blacklist-joined/")
    request = page.get_by_role("region", name="One request, measured")
    expect(request.locator("svg")).to_be_visible()
    expect(request.get_by_text("SQL query")).to_be_visible()
    page.get_by_role("button", name="Run this row").click()
    finished(page, f"{len(events)} of {len(events)}")
    played = page.locator("[data-cell][data-tone]:not([data-recorded])")
    expect(played).to_have_count(len(events))
    assert violations(page) == CLEAN


def test_lost_responses_and_thieves_are_told_apart(page: Page) -> None:
    page.goto("/lab/jwt-rotating/")
    with page.expect_response("**/lost-response/") as answered:
        page.get_by_role("button", name="Lose an answer").click()
    lost = page.get_by_role("region", name="When an answer gets lost")
    expect(lost.get_by_text("stays logged in")).to_have_count(3, timeout=30_000)
    first = lost.get_by_role("region", name="A thief was first")
    expect(first).to_contain_text("the thief is noticed")
    expect(first).to_contain_text("The list of logins says: refresh token replayed.")
    price = lost.get_by_role("region", name="A thief within the grace")
    expect(price).to_contain_text("the thief stays in, unnoticed")
    expect(price).to_contain_text("A grace of 10 s.")
    expect(price).to_contain_text("the price of the grace")

    again, broken, *others = answered.value.json()
    again["started_again"] = True
    broken |= {"error": "The throwaway user was deleted.", "goes_on": False}
    gone = [again, broken, *others]
    page.route("**/lost-response/", lambda route: route.fulfill(json=gone))
    page.get_by_role("button", name="Lose an answer").click()
    again = lost.get_by_role("region", name="Asked again at once")
    expect(again).to_contain_text("it was played again with a new one")
    expect(again).to_contain_text("stays logged in")
    no_verdict = lost.get_by_role("region", name="Asked again later")
    expect(no_verdict).to_contain_text("not played to its end")
    expect(no_verdict.locator(".badge--bad")).to_have_count(0)
    assert violations(page) == CLEAN


@pytest.mark.usefixtures("at_once")
def test_an_events_page_says_who_waits_what_fails_and_who_notices_and_why(page: Page) -> None:
    def wait(route: Route) -> None:
        route.fulfill(status=202, headers={"Retry-After": "600"}, json={"place": 12})

    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "34"}, json={"detail": "No"})

    run = page.get_by_role("button", name="Run this column")
    page.route("**/api/lab/runs/", wait)
    page.goto("/lab/events/log-out/")
    run.click()
    expect(page.locator("[data-state-line]")).to_contain_text("Number 12 in the line")
    assert violations(page) == CLEAN
    stop(page)
    page.route("**/api/lab/runs/", refuse)
    run.click()
    expect(page.get_by_role("alert")).to_contain_text("Too many requests")
    assert violations(page) == CLEAN
    page.unroute("**/api/lab/runs/")
    run.click()
    finished(page, f"{len(strategies)} of {len(strategies)}")
    notice = page.locator('[data-group="safe"]')
    expect(notice).to_contain_text(strategies["session-db"].title)
    expect(notice).to_contain_text("The row is gone")
    expect(page.locator('[data-group="vulnerable"]')).to_contain_text(strategies["jwt-user"].title)
    expect(page.locator('[data-group=""]')).to_be_hidden()


# --- For everybody --------------------------------------------------------------------------------


@pytest.mark.usefixtures("at_once")
def test_a_cell_is_run_and_the_matrix_is_walked_and_run_by_keyboard(page: Page) -> None:
    page.goto("/lab/")
    cell_button(page, "jwt-user", "key-rotated-overlap").click()
    finished(page, "1 of 1")
    expect(page.locator(PLAYED)).to_have_count(1)
    rotated = cell(page, "jwt-user", "key-rotated-overlap")
    expect(rotated).to_have_attribute("data-tone", "collateral")
    expect(page.locator("[data-sum]")).to_contain_text(
        "In 1 the user's other device is logged out too, although nobody meant it."
    )

    cell(page, "session-db", "log-out").get_by_role("link").focus()
    page.keyboard.press("ArrowRight")
    second = [event.slug for event in events][1]
    expect(cell(page, "session-db", second).get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowDown")
    following = page.locator(f'[data-row="session-db"] + tr [data-event="{second}"][data-cell]')
    expect(following).to_have_attribute("data-recorded", "")
    expect(following.get_by_role("link")).to_be_focused()  # to the reason
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(following).not_to_have_attribute("data-recorded", "")
    expect(following.get_by_role("link")).to_be_visible()


@pytest.mark.usefixtures("at_once")
def test_on_a_phone_each_strategy_is_a_card_that_opens_and_an_event_is_played(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/lab/")
    run_column(page, "expiry")
    page.locator(".matrix").get_by_role("link", name=events["expiry"].title).click(trial=True)
    run_row(page, "jwt-user")
    assert not scrolls_sideways(page)
    card = page.locator('[data-row="jwt-user"]')
    box = card.bounding_box()
    assert box
    assert box["width"] < 390
    height = "document.documentElement.scrollHeight"
    assert page.evaluate(height) < 9000
    expect(cell(page, "jwt-user", "log-out")).to_be_visible()  # where the thief stays in
    expect(cell(page, "jwt-user", "account-disabled")).to_be_hidden()
    card.get_by_text("All events").click()
    refused = cell(page, "jwt-user", "log-out").bounding_box()
    disabled = cell(page, "jwt-user", "account-disabled").bounding_box()
    assert refused
    assert disabled
    assert refused["x"] == disabled["x"]
    assert refused["y"] < disabled["y"]
    cell(page, "jwt-user", "log-out").get_by_role("link").click()
    expect(page.locator(".transcript svg").first).to_be_visible()
    assert not scrolls_sideways(page)
    assert smallest(page.locator(".transcript svg text")) >= 15


ONE_OF_EACH = """(rows) => {
  const seen = new Set();
  const looks = (row) => [...row.querySelectorAll("[data-cell]")].map(
    ({ dataset }) => `${dataset.tone} ${"recorded" in dataset}`);
  for (const row of rows) {
    if (looks(row).every((look) => seen.has(look))) row.remove();
    else looks(row).forEach((look) => seen.add(look));
  }
}"""


@pytest.mark.usefixtures("at_once")
def test_axe_finds_nothing_wrong(page: Page) -> None:
    page.goto("/lab/")
    run_row(page, "session-db")
    # Rows without a cell that looks otherwise say to axe, in seconds, what those before them say.
    page.locator("tr[data-row]").evaluate_all(ONE_OF_EACH)
    assert 2 <= page.locator("tr[data-row]").count() < len([*strategies])
    assert violations(page) == CLEAN
    cells = page.locator(".matrix :is(th, td, a, .cell__word, .cell__detail), .legend li")
    assert smallest(cells) >= 15  # what is read can be read
    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dpi
    expect(cell(page, "session-db", "log-out")).to_contain_text("● refused at once")
    expect(page.get_by_text("● safe", exact=True)).to_be_visible()  # what the signs mean
    expect(page.get_by_role("button")).to_have_count(0)
    assert not scrolls_sideways(page)
    page.emulate_media(media="screen")
    page.goto("/glossary/")  # where the words lead
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert violations(page) == CLEAN
