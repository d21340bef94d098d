"""A lesson for one who is alone: an answer first, then the run, then what was measured."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.axe import CLEAN, violations

pytestmark = [pytest.mark.usefixtures("live"), pytest.mark.database("sqlite")]


def answer(page: Page, step: Locator, words: str) -> None:
    """Choose an answer and commit it, by keyboard."""
    step.get_by_role("radio", name=words).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")


def test_a_lesson_is_taken_by_keyboard_on_a_telephone_and_a_reload_keeps_the_answers(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/lesson/")
    page.get_by_role("link", name="Take it alone").first.press("Enter")
    step = page.get_by_role("region", name="You have given your password")
    measured = step.get_by_text("What was measured?")
    expect(step).to_be_visible()
    expect(page.get_by_role("region", name="A session cookie and a JWT lie")).to_be_hidden()
    expect(measured).to_be_hidden()

    answer(page, step, "By the address of my computer")
    expect(step.get_by_role("heading", name="Try it")).to_be_focused()
    expect(step.get_by_role("radio", name="By the address")).to_be_disabled()
    frame = step.locator("iframe").content_frame
    frame.get_by_role("button", name="Start: log in to both").press("Enter")
    expect(frame.get_by_role("heading", name="You are logged in on both sides")).to_be_visible()
    expect(frame.get_by_role("banner")).to_have_count(0)
    assert step.locator("iframe").evaluate("node => node.offsetHeight") > 600
    expect(step.get_by_text("Nothing else tells the server who asks.")).to_be_hidden()

    measured.press("Enter")
    expect(step.get_by_text("✗ It came out otherwise.")).to_be_focused()
    expect(step.get_by_text("Nothing else tells the server who asks.")).to_be_visible()
    expect(step.get_by_text("your answer", exact=True).locator("visible=true")).to_have_count(1)
    assert violations(page) == CLEAN

    step.get_by_role("button", name="Next step").press("Enter")
    second = page.get_by_role("region", name="A session cookie and a JWT lie")
    expect(second.locator("legend")).to_be_focused()
    expect(step).to_be_hidden()
    page.goto("/lesson/who-are-you/")
    expect(second).to_be_visible()  # the first that is not done
    page.get_by_role("link", name="Step 1 wrong").press("Enter")
    expect(step.get_by_role("radio", name="By the address")).to_be_checked()
    expect(step.get_by_text("✗ It came out otherwise.")).to_be_visible()
    step.get_by_role("button", name="Next step").press("Enter")

    for name, right in (
        ("A session cookie and a JWT lie", "Only in the JWT"),
        ("Your JWT says which user", "The server refuses it"),
        ("For each request Django’s session", "Once"),
    ):
        step = page.get_by_role("region", name=name)
        answer(page, step, right)
        step.get_by_role("button", name="What was measured?").press("Enter")
        expect(step.get_by_text("✓ You were right.")).to_be_focused()
        step.get_by_role("button", name="Next step").press("Enter")
    last = page.get_by_role("region", name="What does the server have to keep")
    answer(page, last, "For both nothing")
    last.get_by_role("button", name="To the end").press("Enter")

    end = page.get_by_role("region", name="You were right 3 of 5 times")
    expect(end.get_by_role("heading", name="You were right 3 of 5 times")).to_be_focused()
    expect(end).to_contain_text("The exit question came out otherwise")
    assert violations(page) == CLEAN
    page.goto("/lesson/")
    expect(page.get_by_text("✓ done")).to_have_count(1)
    page.go_back()
    end.get_by_role("button", name="Begin again").press("Enter")
    expect(page.get_by_role("radio", name="By the address")).to_be_enabled()
    expect(page.get_by_role("radio", name="By the address")).not_to_be_checked()
