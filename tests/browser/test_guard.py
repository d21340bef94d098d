"""The guard of the browser tests notices what it is there for."""

from playwright.sync_api import Page

from tests.browser.conftest import Guard

FETCH = "url => fetch(url).catch(() => null)"


def complained(guard: Guard, text: str) -> bool:
    """Whether it did, which for once is right."""
    found = any(text in complaint for complaint in guard.complaints)
    guard.allow("")
    return found


def test_it_hears_of_a_request_to_another_host(page: Page, guard: Guard) -> None:
    page.goto("about:blank")
    page.evaluate(FETCH, "http://tracker.example/pixel")
    assert complained(guard, "request to another host: http://tracker.example/pixel")


def test_it_hears_of_a_violated_content_security_policy(page: Page, guard: Guard) -> None:
    page.goto("/login/")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"
    )
    assert complained(guard, "Content Security Policy")


def test_it_hears_of_an_error_in_a_script(page: Page, guard: Guard) -> None:
    page.goto("/login/")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => missing())")
    assert complained(guard, "missing is not defined")


def test_it_hears_of_a_missing_file(page: Page, guard: Guard) -> None:
    page.goto("/login/")
    page.evaluate(FETCH, "/static/missing.css")
    assert complained(guard, "404")


def test_it_lets_the_api_refuse(page: Page, guard: Guard) -> None:
    page.goto("/login/")
    assert page.evaluate("url => fetch(url).then(answer => answer.status)", "/api/me/") == 401
    assert guard.complaints == []


def test_an_unexpected_complaint_fails_the_test() -> None:
    guard = Guard(complaints=["error: expected", "error: surprising"])
    guard.allow("^error: expected$")
    assert guard.unexpected() == ["error: surprising"]
