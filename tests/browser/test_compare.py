"""The Compare page in a real browser: four steps, two lanes, and who lets the thief in.

``PICTURE=1`` also writes the README's picture.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Login, User
from accounts.strategies import strategies
from tests.axe import CLEAN, scrolls_sideways, violations
from tests.browser.conftest import Guard

PICTURE = Path(__file__).parents[2] / "static" / "img" / "compare.png"
SLUGS = [strategy.slug for strategy in strategies]
PAIRS = list(zip(SLUGS[::2], [*SLUGS[1::2], SLUGS[0]], strict=False))  # each strategy at least once
STEPS = ["1 Log in", "2 Send a request", "3 Log out", "4 Replay the stolen copy"]

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def calm(page: Page) -> None:
    """Arrows appear at once."""
    page.emulate_media(reduced_motion="reduce")


def step(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=re.compile(rf"^{number}\b"))


def take(page: Page, *numbers: int) -> None:
    """Press steps, each after the last one's answers."""
    for number in numbers:
        step(page, number).click()
        expect(step(page, number)).to_have_accessible_name(re.compile("done"))


def left(page: Page) -> Locator:
    return page.get_by_role("article").nth(0)


def right(page: Page) -> Locator:
    return page.get_by_role("article").nth(1)


def choose(page: Page, side: str, slug: str) -> None:
    page.get_by_label(f"Strategy in the {side} lane").select_option(slug)


def figure(lane: Locator, words: str) -> Locator:
    """The figure of the tally that counts these words."""
    terms = lane.get_by_role("term").filter(has_text=re.compile(rf"^{words}"))
    return terms.locator("xpath=following-sibling::dd")


def lesson(page: Page) -> Locator:
    return page.locator("[data-lesson]")


# --- The story ----------------------------------------------------------------------------------


def test_logging_out_stops_the_stolen_cookie_and_not_the_stolen_token(page: Page) -> None:
    page.goto("/")
    expect(left(page).get_by_role("heading", level=2)).to_have_text("Cookie session")
    expect(right(page).get_by_role("heading", level=2)).to_have_text("JSON Web Token")

    take(page, 1)
    for lane in (left(page), right(page)):
        expect(lane.get_by_text("200 accepted")).to_be_visible()
        expect(lane.get_by_text("A thief was listening")).to_be_visible()

    take(page, 2)
    expect(figure(left(page), "SQL queries")).to_have_text("2")
    expect(figure(left(page), "signatures checked")).to_have_text("0")
    expect(figure(right(page), "SQL query")).to_have_text("1")
    expect(figure(right(page), "signature checked")).to_have_text("1")
    expect(lesson(page)).to_contain_text("2 queries beside 1 query")

    take(page, 3)
    expect(left(page).get_by_text("The row in django_session was deleted")).to_be_visible()
    expect(right(page).get_by_text("The server had nothing to delete")).to_be_visible()

    take(page, 4)
    expect(left(page).get_by_text("401 refused")).to_be_visible()
    expect(left(page).get_by_text("Stopped at load session.")).to_be_visible()
    expect(right(page).get_by_text("200 accepted")).to_be_visible()
    expect(right(page).get_by_text(re.compile(r"It works for another 4 min \d+ s"))).to_be_visible()
    expect(lesson(page)).to_contain_text("So logging out did nothing?")
    write_picture(page)


def write_picture(page: Page) -> None:
    """The story's end as the README shows it, when asked for."""
    if not os.environ.get("PICTURE"):
        return
    page.mouse.move(0, 0)
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE, full_page=True)


def test_with_a_blacklist_both_refuse_and_the_prices_are_compared(page: Page) -> None:
    page.goto("/?left=session-db&right=jwt-blacklist-joined")
    take(page, 1, 2)
    expect(figure(left(page), "SQL queries")).to_have_text("2")
    expect(figure(right(page), "SQL query")).to_have_text("1")
    take(page, 3, 4)
    expect(left(page).get_by_text("401 refused")).to_be_visible()
    expect(right(page).get_by_text("401 refused")).to_be_visible()
    expect(lesson(page)).to_contain_text("Both refuse the thief, at two prices")
    expect(lesson(page)).to_contain_text("took 1 query per request, Session (Django) 2 queries")


def test_the_story_ends_where_both_cost_the_same(page: Page) -> None:
    page.goto("/?left=session-db&right=jwt-blacklist")
    take(page, 1, 2, 3, 4)
    expect(lesson(page)).to_contain_text(
        "Then the two cost the same (2 vs 2 queries per request), "
        "which is the question this demo is about."
    )


def test_what_to_try_next_sets_the_choice_and_replays_at_once(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2, 3, 4)
    lesson(page).get_by_role("button", name=re.compile("^Try")).click()
    expect(right(page).get_by_text("401 refused")).to_be_visible()
    expect(right(page).get_by_label("Strategy in the right lane")).to_have_value("jwt-blacklist")
    expect(right(page).get_by_role("heading", level=2)).to_be_focused()
    # This pair was seen: the next one is another.
    following = strategies["jwt-blacklist-joined"].title
    expect(lesson(page).get_by_role("button", name=f"Try “{following}”")).to_be_visible()


def test_a_signed_cookie_is_no_safer_than_a_token_without_a_look_up(page: Page) -> None:
    page.goto("/?left=session-signed&right=jwt-stateless")
    take(page, 1, 2)
    expect(figure(left(page), "signature checked")).to_have_text("1")
    expect(left(page).get_by_text("the session itself, signed")).to_be_visible()
    take(page, 3, 4)
    expect(left(page).get_by_text("200 accepted")).to_be_visible()
    expect(left(page).get_by_text(re.compile(r"It works for another 59 min"))).to_be_visible()
    expect(right(page).get_by_text("200 accepted")).to_be_visible()
    expect(lesson(page)).to_contain_text("Neither log-out stopped the thief")
    lesson(page).get_by_role("button", name=re.compile("^Try")).click()
    for lane in (left(page), right(page)):
        expect(lane.get_by_text("401 refused")).to_be_visible()


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_strategy_can_play_the_story(page: Page, pair: tuple[str, str]) -> None:
    page.goto(f"/?left={pair[0]}&right={pair[1]}")
    take(page, 1, 2, 3, 4)
    for lane in (left(page), right(page)):
        expect(lane.get_by_text(re.compile("^(200 accepted|401 refused)$"))).to_be_visible()
        expect(lane.get_by_role("figure")).to_be_visible()
    expect(lesson(page)).to_contain_text(
        re.compile("So logging out did nothing|Neither log-out stopped|Both refuse the thief")
    )


def test_the_thief_may_replay_again_and_again(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2, 3, 4)
    for _ in range(2):
        with page.expect_response("**/api/lab/jwt-user/thief/replay/*"):
            page.get_by_role("button", name="Replay again").click()
        expect(right(page).get_by_text("200 accepted")).to_be_visible()


def test_a_stolen_token_that_has_expired_is_told_from_one_that_was_revoked(page: Page) -> None:
    page.clock.install()
    page.goto("/")
    take(page, 1, 2, 3, 4)
    expect(right(page).get_by_text("It works for another 4 min")).to_be_visible()
    page.clock.fast_forward("05:01")
    expect(right(page).get_by_text("It has expired now: replay it again.")).to_be_visible()
    expect(right(page).get_by_text(re.compile("expired$"))).to_be_visible()


def test_a_visitors_wrong_clock_does_not_change_how_long_the_token_lasts(page: Page) -> None:
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=1))
    page.goto("/")
    take(page, 1, 2, 3, 4)
    expect(right(page).get_by_text("It works for another 4 min")).to_be_visible()


# --- Steps --------------------------------------------------------------------------------------


def test_steps_are_taken_in_their_order_and_the_page_says_which_is_next(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_text("Next: 1 Log in")).to_be_visible()
    for number in (2, 3, 4):
        expect(step(page, number)).to_be_disabled()
    take(page, 1)
    expect(step(page, 1)).to_have_attribute("aria-current", "step")
    expect(step(page, 2)).to_be_enabled()
    expect(step(page, 3)).to_be_disabled()
    expect(page.get_by_text("Next: 2 Send a request")).to_be_visible()


def test_a_request_may_be_sent_again_until_the_log_out(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    with page.expect_response("**/api/lab/jwt-user/me/*"):
        page.get_by_role("button", name="Send it again").click()
    expect(step(page, 3)).to_be_enabled()
    take(page, 3)
    step(page, 2).click()
    expect(figure(left(page), "SQL queries")).to_have_text("2")
    expect(page.get_by_role("button", name="Send it again")).to_be_hidden()


def test_an_earlier_step_can_be_looked_at_without_doing_it_again(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    logins = Login.objects.count()
    step(page, 1).click()
    expect(left(page).get_by_text("A thief was listening")).to_be_visible()
    assert Login.objects.count() == logins
    take(page, 3)


def test_start_again_goes_back_to_the_beginning(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    page.get_by_role("button", name="Start again").click()
    expect(step(page, 1)).to_be_focused()
    expect(step(page, 2)).to_be_disabled()
    expect(lesson(page)).to_contain_text("What you are about to see")
    take(page, 1)


def test_a_lane_whose_strategy_changes_catches_up_with_the_other(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    choose(page, "left", "session-joined")
    expect(figure(left(page), "SQL query")).to_have_text("1")
    expect(lesson(page)).to_contain_text("1 query each")
    take(page, 3, 4)
    expect(left(page).get_by_text("401 refused")).to_be_visible()


# --- Choosers -----------------------------------------------------------------------------------


def test_a_choice_is_in_the_address_and_survives_a_reload(page: Page) -> None:
    page.goto("/")
    choose(page, "right", "opaque")
    expect(page).to_have_url(re.compile(r"\?left=session-db&right=opaque$"))
    expect(right(page).get_by_role("heading", level=2)).to_have_text("Opaque token")
    expect(lesson(page)).to_contain_text("the right one a random token")
    page.reload()
    expect(page.get_by_label("Strategy in the right lane")).to_have_value("opaque")


def test_what_one_lane_has_the_other_cannot_choose(page: Page) -> None:
    page.goto("/")
    choose(page, "left", "session-joined")
    chooser = page.get_by_label("Strategy in the right lane")
    expect(chooser.locator("option[disabled]")).to_have_attribute("value", "session-joined")


# --- What a lane shows --------------------------------------------------------------------------


def test_the_browser_holds_a_token_whose_end_is_counted_down(page: Page) -> None:
    page.goto("/")
    take(page, 1)
    claims = right(page).get_by_role("term")
    expect(claims.filter(has_text=re.compile("^exp$"))).to_be_visible()
    expect(right(page).get_by_text(re.compile(r"\d\d:\d\d:\d\d, in 4 min \d+ s"))).to_be_visible()
    expect(left(page).get_by_text("HttpOnly: no script can read them.")).to_be_visible()
    expect(left(page).get_by_text("django_session", exact=True)).to_be_visible()


def test_no_credential_is_on_the_page(page: Page) -> None:
    page.goto("/")
    with page.expect_response("**/api/lab/jwt-user/login/*") as answered:
        take(page, 1, 2)
    token = answered.value.json()["access"]
    cookies = {cookie.get("name"): cookie.get("value") for cookie in page.context.cookies()}
    shown = page.content()
    assert token.split(".")[2] not in shown
    assert str(cookies["lab-session-db"]) not in shown


def test_the_diagram_is_told_in_words_too(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    words = left(page).get_by_role("figure").get_by_role("list")
    expect(words.get_by_role("listitem").first).to_contain_text(
        "Browser to Django: GET /api/lab/session-db/me/, Cookie: lab-session-db="
    )
    expect(words).to_contain_text("Django to database: SELECT … django_session")
    expect(words.get_by_role("listitem").last).to_contain_text("Django to Browser: 200")


def test_a_statement_opens_and_closes_from_the_keyboard(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    arrow = left(page).get_by_role("button", name=re.compile("^SELECT … django_session"))
    statement = left(page).get_by_role("region", name="SELECT … django_session")

    arrow.focus()
    page.keyboard.press("Enter")
    expect(arrow).to_have_attribute("aria-expanded", "true")
    expect(statement).to_contain_text('FROM "django_session"')
    expect(statement).to_contain_text('"django_session"."session_key" = %s')
    page.keyboard.press("Escape")
    expect(statement).to_be_hidden()
    expect(arrow).to_be_focused()

    page.keyboard.press("Space")
    expect(statement).to_be_visible()
    statement.get_by_role("button", name="Close").press("Enter")
    expect(statement).to_be_hidden()
    expect(arrow).to_be_focused()


def test_a_statement_opens_by_click_and_stays_open_in_a_narrower_window(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2)
    arrow = right(page).get_by_role("button", name=re.compile("^SELECT … accounts_user"))
    arrow.click()
    statement = right(page).get_by_role("region", name="SELECT … accounts_user")
    expect(statement).to_contain_text('FROM "accounts_user"')
    page.set_viewport_size({"width": 390, "height": 844})
    expect(arrow).to_have_attribute("aria-expanded", "true")
    expect(statement).to_be_visible()


def test_results_are_announced(page: Page) -> None:
    page.goto("/")
    take(page, 1, 2, 3, 4)
    status = page.locator("[data-status]")
    expect(status).to_have_attribute("role", "status")
    expect(status).to_contain_text("Session (Django): 401 refused.")
    expect(status).to_contain_text("JWT: 200 accepted.")


# --- When something goes wrong ------------------------------------------------------------------


def answer_with(page: Page, path: str, status: int, headers: dict[str, str] | None = None) -> None:
    """Let the server answer this path with an error."""

    def fulfill(route: Route) -> None:
        route.fulfill(status=status, headers=headers or {}, json={"detail": "No"})

    page.route(path, fulfill)


def test_throttled_visitors_are_told_when_to_come_back(page: Page) -> None:
    page.goto("/")
    answer_with(page, "**/api/lab/users/", 429, {"Retry-After": "34"})
    step(page, 1).click()
    expect(left(page).get_by_role("alert")).to_contain_text("Try again in 34 s.")
    assert violations(page) == CLEAN
    page.unroute("**/api/lab/users/")
    left(page).get_by_role("button", name="Try again").click()
    expect(left(page).get_by_text("200 accepted")).to_be_visible()
    expect(right(page).get_by_text("200 accepted")).to_be_visible()


def test_a_server_that_does_not_answer_can_be_asked_again(page: Page, guard: Guard) -> None:
    guard.allow("ERR_INTERNET_DISCONNECTED")
    page.goto("/")
    take(page, 1)
    page.context.set_offline(True)
    step(page, 2).click()
    expect(right(page).get_by_role("alert")).to_contain_text("The server did not answer.")
    page.context.set_offline(False)
    take(page, 2)
    expect(right(page).get_by_text("200 accepted")).to_be_visible()


def test_one_lane_that_fails_leaves_the_other_its_answer(page: Page, guard: Guard) -> None:
    guard.allow("status of 503")
    page.goto("/")
    take(page, 1)
    answer_with(page, "**/api/lab/jwt-user/me/*", 503)
    step(page, 2).click()
    expect(right(page).get_by_role("alert")).to_contain_text("Try again in a moment.")
    expect(figure(left(page), "SQL queries")).to_have_text("2")
    expect(step(page, 3)).to_be_disabled()


def test_a_page_from_before_another_log_in_asks_to_be_reloaded(page: Page) -> None:
    page.goto("/")
    page.context.clear_cookies()
    step(page, 1).click()
    expect(left(page).get_by_role("alert")).to_contain_text("Reload it and start again.")
    left(page).get_by_role("button", name="Reload the page").click()
    expect(left(page).get_by_role("alert")).to_be_hidden()
    take(page, 1)


def test_two_tabs_share_a_cookie_and_the_first_one_says_so(page: Page) -> None:
    page.goto("/")
    take(page, 1)
    other = page.context.new_page()
    other.goto("/")
    take(other, 1)
    step(page, 2).click()
    problem = left(page).get_by_role("alert")
    expect(problem).to_contain_text("a browser has one cookie for all of its tabs")
    expect(right(page).get_by_text("200 accepted")).to_be_visible()
    problem.get_by_role("button", name="Log in again").click()
    expect(left(page).get_by_text("200 accepted")).to_be_visible()
    take(page, 3, 4)
    expect(left(page).get_by_text("401 refused")).to_be_visible()
    expect(lesson(page)).to_contain_text("So logging out did nothing?")


def test_a_tab_never_logs_another_one_out(page: Page) -> None:
    page.goto("/?left=session-joined&right=session-db")
    take(page, 1, 2)
    other = page.context.new_page()
    other.goto("/?left=session-joined&right=session-db")
    take(other, 1)
    step(page, 3).click()
    for lane in (left(page), right(page)):
        expect(lane.get_by_role("alert")).to_contain_text("Another tab took over")
    take(other, 2)
    expect(left(other).get_by_text("200 accepted")).to_be_visible()
    take(other, 3)
    step(page, 3).click()
    expect(left(page).get_by_text("The row in accounts_session was deleted")).to_be_visible()
    take(page, 4)
    expect(lesson(page)).to_contain_text("Both refuse the thief")


def test_a_login_that_ended_by_itself_teaches_nothing_about_the_log_out(page: Page) -> None:
    page.goto("/")
    take(page, 1)
    User.objects.filter(visitor__isnull=False).update(is_active=False)
    for number in (2, 3, 4):
        take(page, number)
        expect(lesson(page)).to_contain_text("That login had already ended")
        expect(lesson(page)).to_contain_text("Start again to see the whole story.")


@pytest.mark.parametrize("number", [2, 4])
def test_a_deleted_throwaway_user_is_told_and_replaced_and_no_verdict(
    page: Page, number: int
) -> None:
    page.goto("/?left=session-db&right=jwt-blacklist")
    take(page, *range(1, number))
    User.objects.filter(visitor__isnull=False).delete()
    take(page, number)
    for lane in (left(page), right(page)):
        expect(lane.locator("[data-notice]")).to_contain_text("throwaway user of this lane was")
    expect(lesson(page)).not_to_contain_text("already ended")
    if number == 2:
        expect(left(page).get_by_text("200 accepted")).to_be_visible()
        assert violations(page) == CLEAN
        take(page, 3, 4)
    expect(lesson(page)).to_contain_text("Both refuse the thief")


# --- For everybody ------------------------------------------------------------------------------


def test_the_four_steps_need_no_mouse(page: Page) -> None:
    page.goto("/")
    step(page, 1).focus()
    for name in STEPS:
        expect(page.locator(":focus")).to_have_accessible_name(re.compile(f"^{name[0]}"))
        page.keyboard.press("Enter")
        expect(step(page, int(name[0]))).to_have_accessible_name(re.compile("done"))
        page.keyboard.press("Tab")
    expect(right(page).get_by_text("200 accepted")).to_be_visible()


def test_axe_finds_nothing_before_during_and_after(page: Page) -> None:
    page.goto("/")
    assert violations(page) == CLEAN
    take(page, 1, 2)
    left(page).get_by_role("button", name=re.compile("^SELECT … django_session")).press("Enter")
    assert violations(page) == CLEAN
    take(page, 3, 4)
    assert violations(page) == CLEAN


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/?left=session-joined&right=jwt-blacklist-joined")
    assert not scrolls_sideways(page)
    take(page, 1, 2)
    assert not scrolls_sideways(page)
    left(page).get_by_role("button", name=re.compile("^SELECT")).first.click()
    expect(left(page).get_by_role("region")).to_be_visible()
    assert not scrolls_sideways(page)
    take(page, 3, 4)
    assert not scrolls_sideways(page)


def test_the_steps_stay_in_reach_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/")
    take(page, 1)
    right(page).get_by_text("The server holds").scroll_into_view_if_needed()
    expect(step(page, 2)).to_be_in_viewport()


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_without_javascript_two_strategies_can_be_chosen_and_read_about(page: Page) -> None:
    page.goto("/")
    # Playwright takes what is inside <noscript> for hidden, so it has to be found by its markup.
    expect(page.locator("noscript p")).to_contain_text("This page needs JavaScript")
    choose(page, "right", "opaque")
    page.locator("noscript button").click()
    expect(page).to_have_url(re.compile(r"\?left=session-db&right=opaque$"))
    expect(right(page).get_by_role("heading", level=2)).to_have_text("Opaque token")
    expect(lesson(page)).to_contain_text("the right one a random token")
    for number in range(1, 5):
        expect(step(page, number)).to_be_disabled()
