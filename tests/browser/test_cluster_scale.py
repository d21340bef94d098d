"""Past this machine in a real browser: it follows its sliders, plays again, stays accessible."""

import pytest
from playwright.sync_api import Page, expect

from accounts.cluster import scale_check
from accounts.cluster.scale import System
from accounts.cluster.scale_check import SIZES, Size
from tests.axe import CLEAN, violations

pytestmark = pytest.mark.usefixtures("live")


def test_it_follows_the_sliders_and_the_simulation_is_played_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug, size in SIZES.items():  # in the place of three that take seconds
        small = Size(slug, size.title, System(20, 10, 1, 900, 86_400, 2, 1, 80))
        monkeypatch.setitem(SIZES, slug, small)
    scale_check.check.cache_clear()

    page.goto("/cluster/scale/?processes=8")
    expect(page.locator("#said")).to_contain_text("With 100,000 users nothing breaks.")
    expect(page.get_by_role("button", name="Compute")).to_be_hidden()
    users = page.get_by_role("slider", name="Users")
    expect(users).to_have_attribute("aria-valuetext", "100,000")
    users.focus()
    page.keyboard.press("End")
    expect(users).to_have_attribute("aria-valuetext", "1 billion")
    expect(page.locator("#said")).to_contain_text("With 1 billion users every way breaks")
    expect(page.locator("#reach")).to_contain_text("breaks here")
    expect(page.get_by_text("computing …")).to_be_hidden()
    expect(users).to_be_focused()
    assert "users=1000000000" in page.url

    page.get_by_role("slider", name="An access token lives").press("Home")
    expect(page.locator("#figures")).to_contain_text("◐ within 30 s")

    page.get_by_role("button", name="Play it again").click()
    expect(page.locator("[data-simulated]")).to_contain_text("with another chance (seed 2)")
    expect(page.locator("[data-size=town]")).to_contain_text("20 users, each with")
    expect(page.locator("[data-size=town]")).to_contain_text("seed 2")
    scale_check.check.cache_clear()

    assert violations(page) == CLEAN
