"""The page of the benchmarks in a real browser: values by keyboard and pointer, a short run."""

import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.bench import archive
from accounts.bench import runs as benchruns
from accounts.models import BenchRun
from tests.axe import CLEAN, violations
from tests.bench.sample import result
from tests.browser.conftest import Guard

pytestmark = pytest.mark.usefixtures("live")


@pytest.fixture(autouse=True)
def one_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that measured everything, and no other."""
    monkeypatch.setattr(archive, "SHIPPED", tmp_path)
    monkeypatch.setattr(archive, "folder", lambda: tmp_path)
    archive.save(result(long=True), name="long")


@pytest.fixture
def run_command(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run that is over at once, and whose result is newer."""
    lines = [
        {"stage": "requests", "done": 3, "total": 9},
        {"result": result("2026-05-06T07:08:09+00:00")},
    ]
    text = "".join(f"print({json.dumps(line)!r}, flush=True)\n" for line in lines)
    monkeypatch.setattr(benchruns, "COMMAND", [sys.executable, "-c", text])
    yield
    for thread in threading.enumerate():
        if thread.name == "bench":
            thread.join(30)


def marks(page: Page, slug: str) -> Locator:
    return page.locator(f"#{slug}-card .mark")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_a_chart_is_read_by_keyboard_by_pointer_and_in_its_figures(page: Page) -> None:
    page.goto("/benchmarks/")
    tip = page.locator("[data-tip]")
    expect(tip).to_be_hidden()
    marks(page, "time").first.focus()
    expect(tip).to_contain_text("Title of session-db: 990 µs, four in five between 891 and 1,188")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("Title of session-joined: 390 µs")
    expect(tip).to_contain_text("Title of session-joined: 390 µs")
    page.keyboard.press("Tab")  # a chart is one stop
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    expect(page.locator('#time-card .mark[tabindex="0"]')).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    assert focused(page).startswith("Title of session-joined")

    page.keyboard.press("End")
    assert focused(page).startswith("Title of jwt-blacklist-joined")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("Title of jwt-blacklist-joined")
    expect(tip).to_be_visible()
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()

    marks(page, "bytes").nth(2).hover()
    expect(tip).to_have_text("Title of jwt-user: 400 bytes")

    marks(page, "growth").first.focus()
    page.keyboard.press("ArrowRight")  # along a line, and across to the next
    assert focused(page) == "Blacklist look-up, 10,000 rows: 20.0 µs"
    page.keyboard.press("ArrowDown")
    assert focused(page) == "Session look-up, 10,000 rows: 25.0 µs"

    for slug in ("time", "parts", "queries", "bytes", "latency", "growth", "http"):
        card = page.locator(f"#{slug}-card")
        expect(card.get_by_role("table")).to_be_hidden()
        card.locator("summary").click()
        expect(card.get_by_role("table")).to_be_visible()
    assert violations(page) == CLEAN


@pytest.mark.usefixtures("run_command")
def test_a_short_run_ends_at_its_own_result(page: Page) -> None:
    page.goto("/benchmarks/")
    page.get_by_role("button", name="Run a short one here").click()

    page.wait_for_url("**/benchmarks/?result=*", timeout=30_000)
    expect(page.get_by_role("combobox")).to_contain_text("2026-05-06 07:08")
    expect(page.locator(".facts-fold summary")).to_contain_text("2026-05-06 07:08 UTC")
    expect(page.locator("#growth-card")).to_have_count(0)

    page.get_by_label("Result", exact=True).select_option("long")
    page.wait_for_url("**/benchmarks/?result=long")
    expect(page.locator("#growth-card")).to_be_visible()


def test_a_run_that_fails_says_why(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('No space left')"]
    monkeypatch.setattr(benchruns, "COMMAND", failing)
    page.goto("/benchmarks/")

    page.get_by_role("button", name="Run a short one here").click()

    expect(page.get_by_role("alert")).to_contain_text("The benchmark failed: No space left")
    expect(page.get_by_role("button", name="Run a short one here")).to_be_enabled()


def test_somebody_elses_run_is_followed(page: Page) -> None:
    run = BenchRun.objects.create(slot=BenchRun.ONLY, stage="requests", done=3, total=9)

    page.goto("/benchmarks/")

    expect(page.locator("[data-words]")).to_have_text("requests: 3 of 9")
    expect(page.get_by_role("button", name="Run a short one here")).to_be_disabled()
    BenchRun.objects.filter(pk=run.pk).update(slot=None, result=result())
    page.wait_for_url(f"**/benchmarks/?result={run.pk}", timeout=30_000)


def test_without_its_scripts_everything_can_be_read(page: Page, guard: Guard) -> None:
    page.route("**/*.js", lambda route: route.abort())
    guard.allow("ERR_FAILED")
    page.goto("/benchmarks/?result=long")

    expect(page.locator("#time-card .chart__sentence")).to_contain_text("this site's own session,")
    page.locator("#time-card summary").click()
    expect(page.locator("#time-card table")).to_be_visible()
    expect(page.get_by_role("button", name="Show")).to_be_visible()
