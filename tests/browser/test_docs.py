"""The API's documentation in a real browser, under the site's own Content Security Policy."""

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard, logged_in
from tests.clients import Api
from tests.conftest import Live

# Swagger UI's own: a second main, and a copy button within each row that unfolds.
THEIRS = ("landmark-", "nested-interactive")
ANSWERED = ".live-responses-table tbody .response-col_status"
LIST = "[data-endpoints]"
# Three rows of each method look like the hundred others.
FEW = """for (const method of ["get", "post", "put", "patch", "delete"]) {
  const rows = document.querySelectorAll(`.opblock-${method}:not(.is-open)`);
  for (const row of [...rows].slice(3)) {
    if (!row.querySelector("[data-path='/api/session/logout/']")) row.style.display = "none";
  }
}"""
PATIENT = 60_000  # describing the whole API, and Swagger UI's 1.8 MB, take a while


def endpoint(page: Page, method: str, path: str) -> Locator:
    return page.locator(f".opblock-{method}", has=page.locator(f'[data-path="{path}"]'))


def execute(page: Page, method: str, path: str) -> str:
    """Try an endpoint out, and read the status of the answer."""
    summary = endpoint(page, method, path)
    if "is-open" not in (summary.get_attribute("class") or ""):
        summary.locator(".opblock-summary-control").click()
    summary.get_by_role("button", name="Try it out").click()
    summary.get_by_role("button", name="Execute").click()
    status = summary.locator(ANSWERED)
    expect(status).to_have_text(re.compile(r"\d{3}"))
    return status.inner_text()[:3]


def executed_again(page: Page, method: str, path: str, status: str) -> None:
    """The same once more; it is answered otherwise now."""
    summary = endpoint(page, method, path)
    summary.get_by_role("button", name="Execute").click()
    expect(summary.locator(ANSWERED)).to_have_text(re.compile(status))


def open_docs(page: Page, guard: Guard) -> None:
    """Open an endpoint of the list, which at first cannot be loaded."""
    guard.allow("Failed to load resource")
    guard.allow("escaping deep link whitespace")  # Swagger UI's, of each id with an underscore
    page.route("**/swagger-ui-bundle*.js", lambda route: route.abort())
    page.get_by_role("link", name="GET /api/me/").click()
    failed = page.get_by_text("It could not be loaded.")
    expect(failed).to_be_visible(timeout=PATIENT)
    expect(page.locator(LIST)).to_be_visible()
    page.reload()
    expect(failed).to_be_visible(timeout=PATIENT)  # the address names the endpoint now

    page.unroute("**/swagger-ui-bundle*.js")
    page.get_by_role("button", name="Try them here").click()
    opened = page.locator(".opblock.is-open")
    expect(opened.locator('[data-path="/api/me/"]')).to_be_visible(timeout=PATIENT)
    expect(page.locator(LIST)).not_to_be_attached()


def test_everybody_can_read_every_endpoint_and_ask_by_cookie_or_token_in_any_theme(
    page: Page, alice: User, live: Live, guard: Guard
) -> None:
    logged_in(page.context)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/api/docs/", timeout=PATIENT)
    expect(page.get_by_role("link", name="POST /api/token/refresh/")).to_be_visible()
    assert violations(page) == CLEAN
    assert not [url for url in asked if "swagger" in url or "schema" in url]

    open_docs(page, guard)
    expect(page.get_by_text("A new access token and a new refresh token")).to_be_visible()
    for heading in ("Log in by cookie", "Log in by token", "The lab", "Your account", "OAuth"):
        expect(page.locator("h3", has_text=heading)).to_be_visible()
    page.evaluate(FEW)
    for found in violations(page).values():
        assert [rule for rule in found if not rule.startswith(THEIRS)] == []

    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})
    toggle = page.get_by_role("button", name="Dark")
    toggle.click()
    expect(page.locator("html.dark-mode")).to_be_attached()
    assert execute(page, "get", "/api/me/") == "200"  # the cookie goes along
    assert execute(page, "post", "/api/session/logout/") == "204"  # and CSRF is passed
    toggle.click()
    expect(page.locator("html.dark-mode")).not_to_be_attached()
    executed_again(page, "get", "/api/me/", "401")

    with Api(base_url=live.url) as client:
        access, _ = client.pair("alice")
    page.get_by_role("button", name="Authorize").click()
    form = page.locator(".auth-container", has_text="Bearer")
    form.get_by_role("textbox").fill(access)
    form.get_by_role("button", name="Apply credentials").click()
    form.get_by_role("button", name="Close").click()
    executed_again(page, "get", "/api/me/", "200")
