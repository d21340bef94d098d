"""The cluster in a real browser: what runs, a log-out drawn over the time, and a drill."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.cluster.control import Control
from tests.axe import CLEAN, violations

pytestmark = pytest.mark.xdist_group("cluster")

PLAYED = 60_000  # ms, on a busy machine


def proxy_of(cluster: Control) -> str:
    [proxy] = [part["address"] for part in cluster.state() if part["slug"] == "proxy"]
    return proxy


def test_a_log_out_is_drawn_for_each_place_and_a_drill_tells_what_happens(
    page: Page, cluster: Control
) -> None:
    page.goto(f"{proxy_of(cluster)}/cluster/")
    for title in ("Proxy", "Process 3", "Replica", "Cache", "Resource server"):
        part = page.locator("[data-part]").filter(has=page.get_by_role("heading", name=title))
        expect(part).to_contain_text("runs")
    expect(page.locator("[data-live]")).to_contain_text(re.compile(r"came from Process \d"))

    drill = page.locator("#log-out")
    drill.get_by_label("Log in with").select_option("jwt-blacklist-joined")
    drill.get_by_role("button", name="Play it here").click()
    expect(drill.get_by_text("Recorded")).to_have_count(0, timeout=PLAYED)
    # The reader of the replica may be a moment late.
    mixed = re.compile(r"◆ As promised, but (1 of 6 results is|2 of 6 results are) bad")
    expect(drill).to_contain_text(mixed)
    expect(drill).to_contain_text("Nothing is promised for the resource server")
    expect(drill.locator(".timeline__key li")).to_have_text(
        ["let in", "let in after the log-out", "refused"]
    )
    rows = drill.locator(".timeline__rows li")
    expect(rows).to_have_count(6)
    expect(rows.nth(1)).to_contain_text("Process 2 refuses it at once")
    expires = re.compile(r"until the token expires, (4 min [45]\d|5 min 0) s after the log-out")
    expect(rows.nth(4)).to_contain_text(expires)
    expect(rows.nth(1).get_by_role("img")).to_have_accessible_name(
        re.compile("let in from -.*; refused from")
    )

    cut = page.locator("#listen-cut")
    cut.get_by_role("button", name="Play it here").click()
    expect(cut.get_by_role("progressbar")).to_be_visible()
    expect(cut.get_by_text("Recorded")).to_have_count(0, timeout=PLAYED)
    cut.get_by_text("The transcript").click()
    expect(cut.get_by_text(re.compile("[34] processes listen"))).to_be_visible()

    assert violations(page) == CLEAN
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_claim_that_needs_the_cluster_is_played_on_it_from_the_claims_page(
    page: Page, cluster: Control
) -> None:
    page.goto(f"{proxy_of(cluster)}/claims/verified-elsewhere/?guess=holds")
    page.get_by_role("button", name="Run it here").click()
    page.wait_for_url(re.compile("/claims/runs/"), timeout=PLAYED)
    result = page.locator("#result")
    expect(result.get_by_role("heading", name="Here:")).to_contain_text("✓ holds")
    expect(result).to_contain_text("Without the database, who has the public keys answered")
