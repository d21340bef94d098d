"""The page that an audit writes is a file of its own: nothing is fetched, and it can be read."""

import re
from pathlib import Path

from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect

from tests.audit.toy import PROFILE, running
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard


def test_the_page_of_an_audit_needs_nothing_else(
    page: Page, context: BrowserContext, guard: Guard, tmp_path: Path
) -> None:
    profile, file = tmp_path / "toy.toml", tmp_path / "audit.html"
    profile.write_text(PROFILE + "[hooks]\ndisable_account = 'false'\n")
    with running() as toy:
        call_command("audit", toy.url, profile=str(profile), html=file, json=True)
    guard.allow(f"request to another host: {re.escape(file.as_uri())}$")
    page.goto(file.as_uri())
    for cell in ("● refused at once", "▲ still works until it expires", "✕ cannot tell: hooks"):
        expect(page.locator("td").filter(has_text=cell).first).to_be_visible()
    replayed = page.locator("details").filter(has_text="The thief replays its copy").first
    replayed.locator("summary").click()
    assert violations(page) == CLEAN
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    replayed.get_by_role("button", name="Copy as curl").click()
    expect(replayed.get_by_role("button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f'curl -i -X GET {toy.url}/me -H "Authorization: Bearer $CREDENTIAL"'


def test_the_libraries_and_a_row_can_be_read_on_a_telephone(page: Page) -> None:
    page.goto("/lab/libraries/?framework=Django")  # fewer rows, and no other look
    assert violations(page) == CLEAN  # it ends at 390 px
    row = page.locator("tr", has=page.get_by_text("Django sessions: database"))
    row.get_by_text("All events").click()
    empty = row.locator("td")
    heights = {
        cell.get_attribute("data-label"): cell.evaluate("cell => cell.offsetHeight")
        for cell in empty.filter(has_text="not applicable").all()
    }
    # Its name has two lines, which push the next one down.
    assert heights["Refresh token used twice"] > heights["Log out everywhere"]
    page.goto("/lab/libraries/drf-token/")
    page.locator("summary", has_text="The thief replays its copy").first.click()
    assert violations(page) == CLEAN
