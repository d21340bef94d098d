"""The first page in a real browser: four steps, two lanes, six pairs, and who lets the thief in.

``PICTURE=1`` also writes the README's picture.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.api.lab import logins
from accounts.models import Login, User
from accounts.pages import compare
from accounts.pages.compare import REQUESTS
from accounts.pages.story import STORY
from tests.axe import CLEAN, scrolls_sideways, violations
from tests.browser.conftest import Guard

PICTURE = Path(__file__).parents[2] / "static" / "img" / "compare.png"
STEPS = 4
PLAYED = 30_000  # ms: sixty requests on a busy machine

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def calm(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrows appear at once, and a median is made of three: one story is played as it is."""
    page.emulate_media(reduced_motion="reduce")
    monkeypatch.setattr(compare, "REQUESTS", 3)


def button(page: Page) -> Locator:
    """The one that goes on."""
    return page.locator("[data-next]")


def card(page: Page) -> Locator:
    return page.locator("[data-card]")


def title(page: Page) -> Locator:
    return card(page).get_by_role("heading", level=2)


def lane(page: Page, side: str) -> Locator:
    return page.locator(f'[data-side="{side}"]')


def has_done(page: Page, steps: int) -> None:
    """Both lanes have done so many steps, and the server is no longer asked."""
    done = page.locator('[data-step][data-state="done"]')
    if steps:
        done.nth(steps - 1).wait_for(timeout=PLAYED)  # it looks more often than `expect`
    expect(done).to_have_count(steps, timeout=PLAYED)
    busy = page.locator('[data-side][aria-busy="true"]')
    busy.first.wait_for(state="detached", timeout=PLAYED)
    expect(busy).to_have_count(0, timeout=PLAYED)


def take(page: Page, *numbers: int) -> None:
    """Press the button for these steps, each after the last one's answers."""
    for number in numbers:
        button(page).click()
        has_done(page, number)


def guess(page: Page, *, left: bool, right: bool) -> None:
    for side, yes in (("left", left), ("right", right)):
        words = "Yes" if yes else "No"
        lane(page, side).get_by_role("button", name=words, exact=True).click()


def play(page: Page, *, left: bool = False, right: bool = False) -> None:
    """All four steps; by default nobody believes that the thief gets in."""
    take(page, 1, 2, 3)
    guess(page, left=left, right=right)
    take(page, 4)


def press(page: Page, key: str, number: int) -> None:
    """The same by keyboard, whatever has the focus."""
    page.keyboard.press(key)
    has_done(page, number)


def guess_by_keyboard(page: Page) -> None:
    """No, in both lanes: the button leads to the first question, each answer to the next."""
    page.keyboard.press("Enter")
    for side in ("left", "right"):
        expect(lane(page, side).get_by_role("button", name="Yes")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    expect(button(page)).to_be_focused()


def choose(page: Page, side: str, slug: str) -> None:
    page.get_by_label(f"Way in the {side} lane").select_option(slug)


def figure(lane: Locator, words: str) -> Locator:
    """What the visitor's own request cost."""
    row = lane.get_by_role("row").filter(has=lane.page.get_by_role("rowheader", name=words))
    return row.get_by_role("cell").first


# --- The story ----------------------------------------------------------------------------------


def test_logging_out_stops_the_stolen_cookie_and_not_the_stolen_token(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare, "REQUESTS", REQUESTS)
    page.set_viewport_size({"width": 1280, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "You logged out. Does a stolen login still work?"
    )
    assert len(asked) <= 12, asked
    assert modules_beside(page) == {url for url in asked if "/js/" in url and "/theme." not in url}
    take(page, 1)
    assert [path for url in asked if (path := url.partition("/api/")[2])] == ["lab/logins/"]
    expect(card(page)).to_contain_text("from a borrowed laptop or a leaked log")
    expect(card(page)).to_contain_text("Over HTTPS nobody listens in.")
    expect(lane(page, "left")).to_contain_text("A thief has a copy of the cookie 32 bytes")

    expect(button(page)).to_have_text("Next: send 30 requests")
    take(page, 2)
    expect(title(page)).to_have_text("Session (Django) asks the database twice, JWT once")
    expect(figure(lane(page, "left"), "Database queries")).to_have_text("2")
    expect(figure(lane(page, "right"), "Signatures checked")).to_have_text("1")
    expect(figure(lane(page, "right"), "Median of 30")).to_have_text(re.compile(r"s \(.*–.*s\)$"))
    expect(card(page)).to_contain_text(
        re.compile(
            r"The benchmark, with 1,000 of each: JWT takes 0\.\d\d times the CPU time of Ses"
        )
    )

    take(page, 3)
    expect(lane(page, "left")).to_contain_text("The row in django_session was deleted.")
    expect(lane(page, "right")).to_contain_text("The server had nothing to delete")
    expect(card(page)).to_contain_text("Of JWT it has the refresh token, too.")
    expect(button(page)).to_have_text("Guess first, in both lanes")  # no guess, no thief
    button(page).click()
    question = lane(page, "left").get_by_role("button", name="Yes")
    expect(question).to_be_focused()
    expect(question).to_have_css("outline-style", "solid")
    guess(page, left=False, right=False)
    expect(button(page)).to_be_focused()

    take(page, 4)
    expect(title(page)).to_have_text("With JWT, the stolen copy works after the log-out")
    for shown in (
        title(page),
        button(page),
        lane(page, "left").get_by_text("Thief stopped"),
        lane(page, "right").get_by_text("Thief got in"),
    ):
        expect(shown).to_be_in_viewport()
    expect(lane(page, "left")).to_contain_text("You guessed: no. ✓ Right.")
    expect(lane(page, "right")).to_contain_text("You guessed: no. ✗ Wrong.")
    expect(card(page)).to_contain_text(re.compile(r"for another 59 min \d+ s, by the refresh"))
    expect(card(page)).to_contain_text("All that was saved: 1 query per request.")
    write_picture(page)

    page.get_by_role("button", name="Make a link to this result").click()
    link = page.get_by_role("link", name="Link to this result")
    expect(link).to_be_focused(timeout=PLAYED)
    link.click()
    expect(page.locator(".lane").nth(0)).to_contain_text("Thief stopped refused at once")
    expect(page.locator(".lane").nth(1)).to_contain_text("Thief got in still works for 59 min")
    played = re.compile(r"Played on .+, (SQLite|PostgreSQL), .+ cores?\.")
    expect(page.get_by_text(played)).to_be_visible()
    assert violations(page) == CLEAN
    page.get_by_role("link", name="Try it yourself").click()
    expect(page).to_have_url(re.compile(r"\?left=session-db&right=jwt-user$"))


def modules_beside(page: Page) -> set[str]:
    """The page's module and those that stand beside it, so that no hop has to be waited for."""
    found = page.evaluate(
        """() => [...document.querySelectorAll("[type=module], [rel=modulepreload]")]
            .map((node) => node.src ?? node.href)"""
    )
    return set(found)


def write_picture(page: Page) -> None:
    """The story's end as the README shows it, when asked for."""
    if not os.environ.get("PICTURE"):
        return
    page.mouse.move(0, 0)
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE)


def test_six_pairs_lead_on_by_keyboard_alone_and_the_guesses_are_counted(page: Page) -> None:
    ends = [
        ("With JWT, the stolen copy works", "Logging out did"),
        ("Both stop the thief; both ask the database twice", "sends 3"),
        ("Both stop the thief; both ask the database once", "sends 4"),
        ("Both stop the thief", "logs out all your other devices, too"),
        ("With JWT + rotated refresh, the stolen copy works", "Its refresh token is refused"),
        ("Both stop the thief; both ask the database once", "Random token 43."),
    ]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/")
    heights = set()
    for number, (pair, (heading, words)) in enumerate(zip(STORY, ends, strict=True), start=1):
        words_on = f"Next: {pair.news}" if number > 1 else "Start: log in to both"
        expect(button(page)).to_have_text(words_on)
        press(page, "Space", 1)
        if number > 1:
            expect(title(page)).to_have_text(f"New: {pair.news}")
        heights.add(card(page).evaluate("node => node.offsetHeight"))
        press(page, "Enter", 2)
        press(page, "Space", 3)
        guess_by_keyboard(page)
        press(page, "Enter", 4)
        heights.add(card(page).evaluate("node => node.offsetHeight"))
        expect(page).to_have_url(
            re.compile(f"left={pair.left}&right={pair.right}$") if number > 1 else re.compile("/$")
        )
        expect(title(page)).to_have_text(re.compile(f"^{re.escape(heading)}"))
        if number > 1:
            expect(card(page)).to_contain_text(words)
        else:
            status = page.locator("[data-status]")
            expect(status).to_contain_text("Session (Django): 401 refused.")
            expect(status).to_contain_text("JWT: 200 accepted.")
    assert len(heights) == 1  # what stands below it does not jump
    expect(card(page)).to_contain_text("All 6 pairs played: 10 of 12 guesses were right.")
    end = card(page).get_by_role("link", name=re.compile("^Next: "))
    expect(end).to_have_attribute("href", re.compile("^/(answer|lab)/$"))
    expect(button(page)).to_be_hidden()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("/(answer|lab)/$"), timeout=PLAYED)


def test_a_reload_keeps_guesses_and_results_but_no_credential(page: Page) -> None:
    page.goto("/")
    with page.expect_response("**/api/lab/logins/") as answered:
        take(page, 1)
    left, right = answered.value.json()["logins"]
    cookies = {cookie.get("name"): str(cookie.get("value")) for cookie in page.context.cookies()}
    secrets = [
        right["access"].split(".")[2],
        cookies["lab-session-db"],
        left["copy"],
        right["copy"],
    ]
    take(page, 2)
    kept = str(page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"))
    shown = page.content()
    assert "django_session" in kept
    assert not [secret for secret in secrets if secret in kept or secret in shown]

    page.reload()  # in the middle of a pair: the script's token is gone
    has_done(page, 2)
    expect(figure(lane(page, "left"), "Database queries")).to_have_text("2")
    take(page, 3)
    expect(lane(page, "right").locator("[data-notice]")).to_contain_text("forgets the login")
    guess(page, left=False, right=True)
    take(page, 4)
    page.reload()
    expect(title(page)).to_have_text(re.compile("^With JWT, the stolen copy works"))
    expect(lane(page, "right")).to_contain_text("You guessed: yes. ✓ Right.")
    expect(button(page)).to_have_text(f"Next: {STORY[1].news}")
    page.goto("/?left=session-db&right=jwt-blacklist")
    take(page, 1)
    for name in ("sid", "jti"):
        explained = card(page).get_by_role("link", name=name, exact=True)
        expect(explained).to_have_attribute("href", f"/glossary/#{name}")

    page.get_by_role("button", name="Start again").click()
    expect(button(page)).to_be_focused()
    has_done(page, 0)
    take(page, 1)


def test_a_token_that_is_bound_to_the_browsers_key_is_worth_nothing_to_the_thief(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The word that the log-in brings is an old one: then the page takes that of the refusal.
    monkeypatch.setattr(logins, "nonces", lambda _: ["an old word"])
    page.goto("/?left=jwt-user&right=jwt-dpop")
    take(page, 1)
    stays = "The key that belongs to the token of JWT bound to a key stays in this browser."
    expect(card(page)).to_contain_text(stays)
    take(page, 2, 3)
    guess(page, left=True, right=False)
    take(page, 4)
    expect(title(page)).to_have_text("With JWT, the stolen copy works after the log-out")
    expect(card(page)).to_contain_text("The token is bound to another key than the one that signed")
    expect(card(page)).to_contain_text("refuses the copy without a log-out, too")


def test_a_session_in_the_cookie_is_no_safer_and_another_lane_catches_up_and_asks_again(
    page: Page,
) -> None:
    page.goto("/?left=session-signed")
    choose(page, "right", "jwt-stateless")
    expect(page).to_have_url(re.compile(r"\?left=session-signed&right=jwt-stateless$"))
    play(page)
    expect(figure(lane(page, "left"), "Signatures checked")).to_have_text("1")
    expect(title(page)).to_have_text("Logging out stopped neither thief")
    expect(card(page)).to_contain_text("You guessed both wrong.")
    expect(card(page)).to_contain_text("a pair of your own")

    choose(page, "right", "opaque")
    has_done(page, 3)
    expect(lane(page, "right").get_by_role("heading", level=2)).to_have_text("Opaque token")
    expect(lane(page, "left")).to_contain_text("Thief got in")
    lane(page, "right").get_by_role("button", name="No", exact=True).click()
    take(page, 4)
    expect(card(page)).to_contain_text("You guessed right about Random token, wrong about")
    chooser = page.get_by_label("Way in the left lane")
    expect(chooser.locator("option[disabled]")).to_have_attribute("value", "opaque")


def test_on_a_projector_lanes_stand_side_by_side_over_who_stores_what_and_what_the_server_did(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 853, "height": 533})  # 1280 × 800 at 150 %
    page.goto("/")
    take(page, 1)
    lane(page, "right").get_by_text("Who stores what").click()
    expect(lane(page, "right").get_by_text(re.compile(r"in 4 min \d+ s"))).to_be_visible()
    take(page, 2)
    expect(lane(page, "right").get_by_text("exp", exact=True)).to_be_visible()  # stays open

    left, right = (lane(page, side).bounding_box() for side in ("left", "right"))
    assert left
    assert right
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] <= right["x"]
    assert not scrolls_sideways(page)
    sizes = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(n => n.checkVisibility() && "
        "[...n.childNodes].some(c => c.nodeType === 3 && c.data.trim()) && !n.closest('kbd'))"
        ".map(n => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert min(sizes) >= 13
    assert sum(size < 15 for size in sizes) <= sum(size >= 15 for size in sizes) / 10

    lane(page, "left").get_by_text("What the server did, step by step").click()
    expect(lane(page, "left").get_by_role("figure")).to_have_count(2)
    expect(lane(page, "left")).not_to_contain_text("null")
    words = lane(page, "left").get_by_role("figure").nth(1).get_by_role("list")
    expect(words).to_contain_text("Browser to Django: GET /api/lab/session-db/me/, Cookie: lab-")
    request = lane(page, "left").get_by_role("figure").nth(1)
    arrow = request.get_by_role("button", name=re.compile("^SELECT … django_session"))
    arrow.press("Enter")
    statement = lane(page, "left").get_by_role("region", name="SELECT … django_session")
    expect(statement).to_contain_text('FROM "django_session"')
    page.keyboard.press("Escape")
    expect(statement).to_be_hidden()
    expect(arrow).to_be_focused()


# --- What may be said of times --------------------------------------------------------------------


def test_a_difference_within_the_spread_is_called_none(page: Page) -> None:
    page.goto("/static/js/compare/figures.js")  # any place of the site
    found = page.evaluate(
        """async () => {
          const { compare, spread } = await import("/static/js/compare/figures.js");
          const { whichWasFaster } = await import("/static/js/compare/lesson.js");
          const lane = (title, samples) => ({ strategy: { title }, results: [{}, { samples }] });
          const [fast, slow, wide] = [[1, 2, 3, 4, 5], [9, 8, 7, 6], [2, 9, 4, 7, 5]];
          const told = (one, other) =>
            whichWasFaster([lane("A", one), lane("B", other)])
              .map((piece) => piece.textContent ?? piece)
              .join("");
          return {
            spread: spread([5, 1, 4, 2, 3]),
            even: spread(slow),
            one: spread([7]),
            orders: [[fast, slow], [slow, fast], [fast, wide], [wide, slow], [fast, fast]].map(
              (pair) => compare(...pair.map(spread)),
            ),
            told: [told(fast, slow), told(slow, fast), told(fast, wide)],
          };
        }"""
    )
    assert found["spread"] == {"n": 5, "low": 2, "median": 3, "high": 4}
    assert found["even"] == {"n": 4, "low": 6.75, "median": 7.5, "high": 8.25}
    assert found["one"] == {"n": 1, "low": 7, "median": 7, "high": 7}
    assert found["orders"] == [-1, 1, 0, 0, 0]
    assert found["told"][0].startswith("A was faster: a median of 3 µs against 8 µs")
    assert found["told"][1].startswith("B was faster: a median of 3 µs against 8 µs")
    assert found["told"][2].endswith("medians of 3 µs and 5 µs, and their spreads overlap.")


# --- When something goes wrong ------------------------------------------------------------------


def answer_with(page: Page, path: str, status: int, headers: dict[str, str] | None = None) -> None:
    """Let the server answer this path with an error."""

    def fulfill(route: Route) -> None:
        route.fulfill(status=status, headers=headers or {}, json={"detail": "No"})

    page.route(path, fulfill)


def test_what_goes_wrong_is_said_in_the_card_and_the_button_tries_again(
    page: Page, guard: Guard
) -> None:
    guard.allow("ERR_INTERNET_DISCONNECTED")
    guard.allow("status of 503")
    problem = card(page).get_by_role("alert")
    page.goto("/")

    answer_with(page, "**/api/lab/logins/", 429, {"Retry-After": "34"})
    button(page).click()
    expect(problem).to_contain_text("Try again in 34 s.")
    expect(button(page)).to_have_text("Try again")
    assert violations(page) == CLEAN  # before anything was played, too
    page.unroute("**/api/lab/logins/")
    take(page, 1)
    expect(problem).to_be_hidden()

    answer_with(page, "**/api/lab/jwt-user/me/*", 503)
    button(page).click()
    expect(problem).to_contain_text("Try again in a moment.", timeout=PLAYED)
    expect(figure(lane(page, "left"), "Database queries")).to_have_text("2")
    page.unroute("**/api/lab/jwt-user/me/*")
    take(page, 2)

    page.context.set_offline(True)
    button(page).click()
    expect(problem).to_contain_text("The server did not answer.")
    page.context.set_offline(False)
    take(page, 3)

    page.goto("/?left=opaque&right=jwt-user")
    page.context.clear_cookies()
    button(page).click()
    expect(problem).to_contain_text("Reload it and start again.")
    expect(button(page)).to_have_text("Reload the page")
    button(page).click()
    expect(button(page)).to_have_text("Start: log in to both")
    take(page, 1)


def test_two_tabs_share_a_cookie_and_the_first_one_says_so(page: Page) -> None:
    page.goto("/?left=session-joined&right=session-db")
    take(page, 1)
    other = page.context.new_page()
    other.goto("/?left=session-joined&right=session-db")
    take(other, 1, 2)
    button(page).click()
    problem = card(page).get_by_role("alert")
    expect(problem).to_contain_text("a browser has one cookie for all of its tabs")
    expect(button(page)).to_have_text("Log in again")
    take(other, 3)  # nobody logged the other tab out
    expect(lane(other, "left")).to_contain_text("The row in accounts_session was deleted")
    take(page, 2, 3)
    guess(page, left=False, right=False)
    take(page, 4)
    expect(title(page)).to_have_text(re.compile("^Both stop the thief"))


def test_a_login_that_ended_by_itself_teaches_nothing_about_the_log_out(page: Page) -> None:
    page.goto("/")
    take(page, 1)
    User.objects.filter(visitor__isnull=False).update(is_active=False)
    take(page, 2)
    expect(title(page)).to_have_text("Refused before the log-out")
    expect(card(page)).to_contain_text("no guess counts. Start again to see the whole story.")
    take(page, 3)
    guess(page, left=False, right=False)
    take(page, 4)
    expect(button(page)).to_have_text(f"Next: {STORY[0].news}")  # this pair, as nothing was counted


def test_a_deleted_throwaway_user_is_told_and_replaced_and_no_verdict(page: Page) -> None:
    page.goto("/?left=session-db&right=jwt-blacklist")
    take(page, 1, 2, 3)
    User.objects.filter(visitor__isnull=False).delete()
    guess(page, left=False, right=False)
    take(page, 4)
    for side in ("left", "right"):
        expect(lane(page, side).locator("[data-notice]")).to_contain_text("user was deleted")
    expect(title(page)).to_have_text(re.compile("^Both stop the thief"))
    assert Login.objects.count() == 2


# --- For everybody ------------------------------------------------------------------------------


def test_axe_finds_nothing_during_and_after_and_nothing_needs_a_colour(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2, 3)
    page.set_viewport_size({"width": 1280, "height": 800})
    for lane_ in (lane(page, "left"), lane(page, "right")):
        for folded in lane_.locator("summary").all():
            folded.click()
    assert violations(page) == CLEAN
    page.emulate_media(forced_colors="active")
    current = page.locator("[data-step][aria-current]")
    expect(current).to_have_text(re.compile("The thief tries"))
    assert current.evaluate("node => getComputedStyle(node.children[0]).outlineStyle") == "solid"
    page.emulate_media(forced_colors="none")
    guess(page, left=False, right=False)
    take(page, 4)
    assert violations(page) == CLEAN

    page.emulate_media(media="print", color_scheme="light")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dpi
    for words in ("Thief stopped", "Thief got in"):
        verdict = page.get_by_text(words, exact=True)
        expect(verdict).to_be_visible()
        expect(verdict).to_have_css("color", title(page).evaluate("n => getComputedStyle(n).color"))
    expect(button(page)).to_be_hidden()
    expect(page.get_by_role("banner")).to_be_hidden()
    assert not scrolls_sideways(page)
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1  # one sheet


def test_on_a_phone_nothing_scrolls_sideways_and_the_thiefs_time_runs_by_the_servers_clock(
    page: Page,
) -> None:
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/?left=session-joined&right=jwt-rotating")
    take(page, 1, 2, 3)
    question = lane(page, "left").get_by_role("group", name="Will the thief get in?")
    expect(question).to_be_in_viewport(ratio=0.9)
    question.get_by_role("button", name="Yes").click()
    tops = question.get_by_role("button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert len({*tops}) == 1  # on one line, also with the guess
    expect(button(page)).to_have_css("border-style", "dashed")  # nothing that goes on
    button(page).click()  # it leads to the question that is left
    expect(lane(page, "right").get_by_role("button", name="Yes")).to_be_in_viewport()
    guess(page, left=False, right=False)
    take(page, 4)
    for shown in (
        title(page),
        card(page).get_by_text("● thief stopped"),
        card(page).get_by_text("▲ thief got in"),
        button(page),
    ):
        expect(shown).to_be_in_viewport()
    expect(card(page)).to_contain_text("It works for another 4 min")
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        assert not scrolls_sideways(page)
    lane(page, "left").get_by_text("What the server did, step by step").click()
    lane(page, "left").get_by_role("button", name=re.compile("^SELECT")).first.click()
    expect(lane(page, "left").get_by_role("region")).to_be_visible()
    assert not scrolls_sideways(page)
    page.clock.fast_forward("05:01")
    expect(card(page)).to_contain_text("It works no longer: time has ended it")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_the_page_says_what_happens_and_leads_on(page: Page) -> None:
    page.goto("/")
    # Playwright takes what is inside <noscript> for hidden, so it has to be found by its markup.
    expect(page.locator("noscript section")).to_contain_text("JWT: the thief gets in.")
    choose(page, "right", "opaque")
    page.locator("noscript button").click()
    expect(page).to_have_url(re.compile(r"\?left=session-db&right=opaque$"))
    expect(lane(page, "right").get_by_role("heading", level=2)).to_have_text("Opaque token")
    expect(page.locator("noscript section")).to_contain_text("Random token: the thief is stopped")
    expect(button(page)).to_be_hidden()
