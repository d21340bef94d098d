"""The pages of what goes wrong, as a visitor sees them."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models.hashers import TooManyHashes
from accounts.pages import errors
from authdemo import urls
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard


def damaged(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation


def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def untrusted(request: HttpRequest) -> HttpResponse:
    return errors.csrf_failure(request, "CSRF cookie not set.")


def too_often(request: HttpRequest) -> HttpResponse:
    return errors.throttled(request, 240)


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError


def busy(request: HttpRequest) -> HttpResponse:
    raise TooManyHashes


urlpatterns = [
    path("damaged/", damaged),
    path("forbidden/", forbidden),
    path("untrusted/", untrusted),
    path("too-often/", too_often),
    path("broken/", broken),
    path("away/", away),
    path("busy/", busy),
    *urls.urlpatterns,
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

PAGES = {  # the first one is looked at, with the words of the others below its own
    "/broken/": "The server failed",
    "/damaged/": "This request cannot be read",
    "/forbidden/": "You may not do this",
    "/untrusted/": "This form has expired",
    "/nowhere/": "There is nothing here",
    "/too-often/": "Too many wrong passwords",
    "/away/": "The database does not answer",
    "/busy/": "Too many people are logging in",
}
APPEND = """async (addresses) => {
  const titles = [document.title];
  for (const address of addresses) {
    const text = await (await fetch(address)).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    document.querySelector("main").append(...page.querySelector("main").children);
    titles.push(page.title);
  }
  return titles;
}"""


def test_all_are_accessible_in_both_themes_and_lead_back(
    page: Page, guard: Guard, live: object, settings: Settings
) -> None:
    settings.ROOT_URLCONF = __name__
    guard.allow("Failed to load resource: the server responded with a status of")
    first, *others = PAGES
    page.goto(first)
    titles = page.evaluate(APPEND, others)
    assert [title.partition(" · ")[0] for title in titles] == [*PAGES.values()]
    expect(page.get_by_role("heading", level=1)).to_have_text([*PAGES.values()])
    assert violations(page) == CLEAN
    back = page.get_by_role("link", name="Back to the start")
    assert back.evaluate_all("all => all.map(one => one.pathname)") == ["/"] * len(PAGES)
    back.first.click()
    expect(page).to_have_url("/")
