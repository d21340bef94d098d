"""The answer in a real browser: it follows the sliders, and stays accessible."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard

pytestmark = pytest.mark.usefixtures("live")


def test_the_answer_follows_the_sliders_the_keyboard_and_the_switch_and_is_words_on_paper(
    page: Page, guard: Guard
) -> None:
    guard.allow("status of 400")  # of the page that is asked for with nothing ticked
    page.goto("/answer/?clients=program")
    recommendations = page.locator("#takes")
    expect(recommendations).to_contain_text("Take: Random token")
    expect(page.get_by_role("button", name="Show the answer")).to_be_hidden()

    late = page.get_by_label("A log-out has to take effect")
    late.focus()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/answer/?*", hold, times=1)
    with page.expect_request("**/answer/?*"):
        page.keyboard.press("End")
    expect(page.locator("#said-late_s")).to_have_text("within 15 min")
    expect(page.get_by_text("computing …")).to_be_visible()
    expect(recommendations).to_have_attribute("aria-busy", "true")
    held[0].continue_()
    expect(recommendations).to_contain_text("A JWT wins here: JWT + rotated refresh.")
    expect(page.locator("#said-late_s")).to_have_text("within 15 min")
    expect(page.get_by_text("computing …")).to_be_hidden()
    expect(late).to_be_focused()
    assert "late_s=900" in page.url

    page.get_by_label("Services that cannot").press("ArrowRight")
    expect(page.locator("#ranked")).to_contain_text("asks the database, which a service cannot")
    page.get_by_role("checkbox", name="browser").check()
    expect(recommendations).to_contain_text("For browsers")

    page.get_by_role("checkbox", name="mobile app").check()
    for client in ("browser", "mobile app", "other programs"):
        page.get_by_role("checkbox", name=client).uncheck()
    expect(recommendations).to_contain_text("Correct what is marked")
    expect(page.locator("#clients-errors")).to_contain_text("Tick at least one.")
    expect(page.get_by_role("heading", name="Two ways side by side")).to_be_hidden()
    page.get_by_role("checkbox", name="browser").check()

    page.get_by_role("radio", name="PostgreSQL").check()
    expect(page.locator("#measured")).to_contain_text("medians on PostgreSQL")
    page.get_by_label("and the other").select_option("session-db")
    expect(page.locator("#pair")).to_contain_text("less than Session (Django)")
    page.reload()
    expect(page.locator("#pair")).to_contain_text("less than Session (Django)")
    assert page.locator("#said-late_s").text_content() == "within 15 min"
    assert violations(page) == CLEAN

    page.emulate_media(media="print")
    expect(page.get_by_text("thief in", exact=True).first).to_be_visible()
    expect(page.get_by_label("One way")).to_be_hidden()
