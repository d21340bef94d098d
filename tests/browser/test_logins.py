"""Three browsers of one user: each is a device that the others see and can end."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import User
from tests.axe import CLEAN, violations
from tests.browser.conftest import logged_in
from tests.browser.test_account import log_in
from tests.cast import PASSWORD

LAPTOP = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def laptop(new_context: NewContext, alice: User) -> BrowserContext:
    return logged_in(new_context(user_agent=LAPTOP))


@pytest.fixture
def phone(new_context: NewContext, alice: User) -> BrowserContext:
    return logged_in(new_context(user_agent=PHONE))


@pytest.fixture
def here(laptop: BrowserContext, phone: BrowserContext, page: Page) -> Page:
    """The browser that acts, on the list; the other two logged in before."""
    logged_in(page.context)
    page.goto("/logins/")
    return page


def names(page: Page, section: str = "Signed in now") -> Locator:
    """What is signed in, or was, as the page calls it."""
    return page.get_by_role("region", name=section).locator(".device__name")


def expect_out(device: BrowserContext, why: str) -> None:
    """The next request of a device: it is logged out, and told why."""
    page = device.new_page()
    page.goto("/login/")
    told = page.get_by_role("status").get_by_text("You are no longer logged in.")
    expect(told).to_contain_text(f"This login has ended: {why}.")
    expect(page.get_by_role("link", name="Log in", exact=True)).to_be_visible()


def expect_in(device: BrowserContext) -> None:
    page = device.new_page()
    page.goto("/logins/")
    expect(page.get_by_text("signed in as alice")).to_be_visible()


def test_alice_ends_her_phone_and_only_her_phone(
    here: Page, laptop: BrowserContext, phone: BrowserContext
) -> None:
    expect(names(here)).to_have_text(
        ["Headless Chrome on Linux this device", "Chrome on Android", "Firefox on Windows"]
    )
    here.get_by_role("link", name="Sign out Chrome on Android").click()
    expect(here.get_by_role("heading", name="Sign out this device?")).to_be_visible()
    assert violations(here) == CLEAN
    here.get_by_role("link", name="Cancel").click()
    expect(names(here)).to_have_count(3)

    here.get_by_role("link", name="Sign out Chrome on Android").click()
    expect(here.get_by_text("That browser is signed out with its next request.")).to_be_visible()
    here.get_by_role("button", name="Sign out this device").click()
    expect(here.get_by_text("Chrome on Android is signed out.")).to_be_visible()
    expect(names(here, "Ended in the last 7 days")).to_have_text(["Chrome on Android"])
    expect(here.get_by_text("ended from another device")).to_be_visible()
    expect_out(phone, "ended from another device")
    expect_in(laptop)
    for address in ("/logins/", "/logins/end-others/", "/logins/end-all/"):
        here.goto(address)
        assert violations(here) == CLEAN, address


def test_without_a_script_everything_works_too(
    new_context: NewContext, phone: BrowserContext, alice: User
) -> None:
    plain = new_context(java_script_enabled=False).new_page()
    log_in(plain, "alice")
    plain.goto("/logins/")
    plain.get_by_role("link", name="Sign out all other devices").click()
    plain.get_by_role("button", name="Sign out all other devices").click()
    expect(plain.get_by_text("1 device is signed out.")).to_be_visible()
    expect(plain.locator("time").first).to_contain_text("UTC")
    expect_out(phone, "ended from another device")


def test_who_asks_to_stay_logged_in_keeps_the_cookie(page: Page, alice: User) -> None:
    for stay in (True, False):
        page.goto("/login/")
        page.get_by_label("Username").fill("alice")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Stay logged in on this device").set_checked(stay)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("signed in as alice")).to_be_visible()
        [session] = [c for c in page.context.cookies() if c["name"] == "session"]
        assert (session["expires"] > 0) == stay
        page.get_by_role("button", name="Log out", exact=True).click()
        expect(page.get_by_text("You are logged out.")).to_be_visible()
