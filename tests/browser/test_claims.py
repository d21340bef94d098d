"""The claims in a real browser: guess by keyboard, run one, run all, stop."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from accounts.claims import Kind, _play, _runs, claims
from accounts.models import ClaimRun
from tests.axe import CLEAN, violations
from tests.claims.sample import SLUG, played, program, progress

pytestmark = pytest.mark.usefixtures("live")

# As the worker does: the last line again and again.
WAIT = f"import time\nwhile not time.sleep(0.2): print({json.dumps(progress())!r}, flush=True)"

HERE = [claim for claim in claims if not claim.needs]  # no cluster runs beside these tests
EACH = [line for claim in HERE for line in (progress(claim.slug), played(claim.slug))]


@pytest.fixture(autouse=True)
def any_database_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty PostgreSQL takes seconds to start."""
    monkeypatch.setattr(_runs, "own_database", lambda: "sqlite")


def test_a_guess_by_keyboard_and_a_run_beside_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(progress(), played(kind=Kind.HOLDS)))
    page.goto(f"/claims/{SLUG}/")
    result = page.locator("#result")
    expect(result.get_by_role("heading", name="Here:")).to_be_hidden()

    page.get_by_role("button", name="Guess, and see").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Choose one of the three first.")
    holds = page.get_by_role("radio", name="It holds")
    expect(holds).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_text("Choose one of the three first.")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(result).to_contain_text("You guessed: it holds. It came out otherwise.")

    page.get_by_role("button", name="Run it here").press("Enter")
    page.wait_for_url(re.compile("/claims/runs/"))
    expect(result).to_contain_text("You guessed: it holds. So it came out.")
    expect(result.get_by_role("heading", name="Here:")).to_contain_text("✓ holds")
    expect(page.locator(".mark").first).to_have_attribute(
        "aria-label", "A & B: 3 s, most between 2 and 4, 3 samples"
    )
    page.get_by_text("The figures").click()
    assert violations(page) == CLEAN

    page.get_by_text("What was measured", exact=True).click()
    verdict = result.get_by_role("heading", name="Here:")
    expect(verdict).to_be_hidden()
    page.emulate_media(media="print")  # on paper nothing is folded, and nothing can be pressed
    expect(verdict).to_be_visible()
    for pressed in ("Guess, and see", "Run it here"):
        expect(page.get_by_role("button", name=pressed)).to_be_hidden()


def test_the_board_keeps_a_verdict_back_until_it_is_guessed_or_asked_for(page: Page) -> None:
    page.goto(f"/claims/{SLUG}/?guess=holds")
    page.goto("/claims/")
    guessed, other = (
        page.locator(f"[data-claim={claim}] [data-label='On SQLite']")
        for claim in (SLUG, "tokens-are-bigger")
    )
    expect(guessed.get_by_text("does not hold")).to_be_visible()
    expect(other.get_by_text("guess first")).to_be_visible()
    on_what = page.get_by_text("Depends on how it is sent")
    expect(on_what).to_be_hidden()
    expect(other.get_by_text("depends")).to_be_hidden()
    page.emulate_media(media="print")
    expect(other.get_by_text("depends")).to_be_visible()
    page.emulate_media(media="screen")
    page.get_by_role("button", name="Show all verdicts").click()
    expect(other.get_by_text("depends")).to_be_visible()
    expect(on_what).to_be_visible()
    page.reload()
    expect(page.locator(".claims__told").first).to_be_visible()
    expect(page.get_by_role("button", name="Show all verdicts")).to_be_hidden()


def test_the_board_says_what_breaks_and_is_played_whole_and_stopped(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_play, "COMMAND", program(then="raise SystemExit('No space left')"))
    page.goto("/claims/")
    page.get_by_role("button", name="Run all").click()
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The experiment broke: No space left")
    monkeypatch.setattr(_play, "COMMAND", program(*EACH))
    page.get_by_role("button", name="Run all").click()
    bar = page.locator("[data-bar]")
    expect(bar).to_contain_text(f"Done: {len(HERE)} of {len(HERE)} played.", timeout=30_000)
    expect(alert).to_be_hidden()
    own = page.locator("[data-own] .verdict")
    expect(own).to_have_count(len(HERE))
    assert {run.claim for run in ClaimRun.objects.all()} == {claim.slug for claim in HERE}
    row = page.locator("[data-claim=short-expiry] [data-own]")
    expect(row).to_contain_text("does not hold")
    expect(page.get_by_text("guess first").first).to_be_visible()
    assert violations(page) == CLEAN

    monkeypatch.setattr(_play, "COMMAND", program(progress(), then=WAIT))
    page.get_by_role("button", name="Run all").click()
    expect(page.locator(f"[data-claim={SLUG}]")).to_have_attribute("aria-busy", "true")
    page.get_by_role("button", name="Stop").click()
    expect(bar).to_contain_text(f"Stopped: 0 of {len(HERE)} played.")
    page.get_by_role("button", name="Run all").click()  # once its process is gone
    expect(page.locator("[data-state]")).to_contain_text("logging in: 1 of 4")
