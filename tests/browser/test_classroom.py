"""A demo as a class reaches it: plain http under another name, which is no secure context."""

import hashlib
import hmac
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from tests.browser.conftest import CLASSROOM
from tests.browser.test_compare import lane, play, title
from tests.browser.test_lab import finished, play_button
from tests.browser.test_own_key import SECRET, check, with_secret
from tests.cast import PASSWORD

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture
def site(base_url: str, settings: Settings) -> str:
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, CLASSROOM]
    return f"http://{CLASSROOM}:{urlsplit(base_url).port}"


@pytest.mark.usefixtures("alice")
def test_the_story_the_lab_and_the_inspector_work_over_plain_http(page: Page, site: str) -> None:
    page.goto(f"{site}/")
    assert page.evaluate("isSecureContext") is False
    play(page)
    expect(lane(page, "left").get_by_text("Thief stopped")).to_be_visible()
    expect(lane(page, "right").get_by_text("Thief got in")).to_be_visible()
    expect(title(page)).to_contain_text("With JWT, the stolen copy works")

    page.goto(f"{site}/lab/")
    play_button(page, "Run Session (Django) against Log out", "session-db", "log-out").click()
    finished(page, "1 of 1")
    page.locator("[data-cell]").get_by_role("link", name="transcript").click()
    page.evaluate("addEventListener('copy', ({ target }) => { window.copied = target.value; })")
    page.get_by_role("button", name="Copy the link").click()
    expect(page.locator("[data-status]")).to_have_text("Copied.")
    assert page.evaluate("copied") == page.url

    page.goto(f"{site}/inspector/")
    page.get_by_role("button", name="Take a sample token").click()
    expect(page.locator("[data-verdict]")).to_contain_text("Accepted as lab-")
    page.locator('[data-preset="kid"]').click()
    expect(page.locator("[data-verdict]")).to_contain_text("refused")
    said = check(page, with_secret("HS256"), SECRET)
    expect(said).to_contain_text(re.compile("^genuine"))  # by a script of the page
    said = check(page, with_secret("HS384"), SECRET)
    expect(said).to_contain_text("This page came over plain http")

    page.goto(f"{site}/login/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{site}/")


def test_the_fallback_signs_as_browsers_do(page: Page) -> None:
    page.goto("/inspector/")
    for length in (0, 55, 56, 64, 65, 1000):
        key, message = bytes(range(256))[: length % 256], bytes(3 * i % 251 for i in range(length))
        assert signed(page, key, message) == hmac.digest(key, message, hashlib.sha256), length


def signed(page: Page, key: bytes, message: bytes) -> bytes:
    """What the page's own HMAC makes of a message."""
    mac: list[int] = page.evaluate(
        """async ([key, message]) => {
            const { hmacSha256 } = await import("/static/js/inspector/sha256.js");
            return [...hmacSha256(Uint8Array.from(key), Uint8Array.from(message))];
        }""",
        [[*key], [*message]],
    )
    return bytes(mac)
