"""The real accounts, by mouse and by keyboard, in a real browser."""

import re
from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard
from tests.cast import PASSWORD


def log_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in by the page, and wait until it is done."""
    send_log_in(page, username, password)
    expect(page.get_by_text(f"signed in as {username}")).to_be_attached()


def send_log_in(page: Page, username: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def press_until_focused(page: Page, name: str, role: Literal["button", "link"]) -> None:
    """Walk through the page by Tab, as somebody without a mouse does."""
    wanted = page.get_by_role(role, name=name, exact=True)
    for _ in range(30):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab never reaches the {role} {name!r}")


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_alice_signs_up_logs_out_and_logs_in_again(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("Welcome, alice.")).to_be_visible()
    expect(page.get_by_text("signed in as alice")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.get_by_role("banner").evaluate("node => node.offsetHeight") < 60  # one row

    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    expect(page.get_by_text("signed in as")).to_have_count(0)

    log_in(page, "alice")
    expect(page.get_by_text("You are logged in as alice.")).to_be_visible()


def test_what_is_wrong_is_told_where_the_keyboard_is_and_every_form_is_accessible(
    page: Page, guard: Guard, alice: User
) -> None:
    guard.allow("status of (422|405)")  # the latter of a log-out that was not sent by its form
    send_log_in(page, "alice", "wrong password")
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("Wrong username or password.")
    expect(alert).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("alice")
    expect(page.get_by_label("Password")).to_have_value("")
    assert violations(page) == CLEAN

    page.goto("/signup/")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password", exact=True).fill("12345678")
    page.get_by_label("Password again").fill("12345678")
    page.get_by_role("button", name="Sign up").click()
    first = page.get_by_label("Password", exact=True)
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_have_accessible_description(
        # The help first, then what is wrong.
        re.compile("at least 8 characters.*This password is too common")
    )
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("This field is required.")).to_have_count(2)
    assert violations(page) == CLEAN

    log_in(page, "alice")
    for address in ("/password/", "/logout/"):
        page.goto(address)
        assert violations(page) == CLEAN, address


def test_alice_logs_in_with_the_keyboard_alone(page: Page, alice: User) -> None:
    page.goto("/")
    press_until_focused(page, "Log in", "link")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Username")).to_be_focused()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("signed in as alice")).to_be_visible()

    press_until_focused(page, "Log out", "button")
    page.keyboard.press("Space")
    expect(page.get_by_text("You are logged out.")).to_be_visible()


def test_the_skip_link_leads_past_the_header(page: Page, live: object) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_chosen_theme_stays_and_the_systems_is_followed_otherwise(
    page: Page, live: object
) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/login/")
    dark = page.get_by_role("button", name="Dark")
    expect(dark).to_have_attribute("aria-pressed", "false")
    light_page = background(page)
    dark.click()
    expect(dark).to_have_attribute("aria-pressed", "true")
    dark_page = background(page)
    assert dark_page != light_page
    page.reload()
    expect(dark).to_have_attribute("aria-pressed", "true")
    assert background(page) == dark_page

    dark.click()
    assert background(page) == light_page
    page.emulate_media(color_scheme="dark")
    expect(dark).to_have_attribute("aria-pressed", "true")
    assert background(page) == dark_page


def test_on_a_telephone_the_menu_opens_without_a_script(
    new_context: Callable[..., BrowserContext], alice: User
) -> None:
    page = new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False).new_page()
    log_in(page, "alice")
    log_out = page.get_by_role("button", name="Log out", exact=True)
    expect(log_out).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Try it")).to_be_visible()
    log_out.click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
