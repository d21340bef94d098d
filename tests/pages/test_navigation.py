"""The header leads to the pages and says where the visitor is."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from accounts.pages.context import navigation
from accounts.pages.urls import PAGES, Page


def active(path: str) -> list[str]:
    return [link.title for link in navigation(path) if link.active]


def test_the_links_stand_in_the_order_of_the_pages() -> None:
    known = {
        "/": "Try it",
        "/lab/": "Lab",
        "/logins/": "Your devices",
        "/inspector/": "Inspector",
        "/benchmarks/": "Benchmarks",
        "/api/docs/": "API docs",
    }
    links = {link.url: link.title for link in navigation("/") if link.url in known}
    assert list(links.items()) == list(known.items())


def test_pages_to_learn_from_and_tools_stand_in_two_groups() -> None:
    tools = {link.title for link in navigation("/") if link.tool}
    learn = {link.title for link in navigation("/") if not link.tool}
    assert tools == {"Your devices", "Inspector", "API docs"}
    assert {"Try it", "Lab", "Benchmarks"} <= learn


def test_who_is_not_signed_in_is_not_led_to_devices(alice: User) -> None:
    client = Client()
    assert 'href="/logins/"' not in client.get("/").content.decode()
    client.force_login(alice)
    assert 'href="/logins/"' in client.get("/").content.decode()


def test_the_page_itself_is_marked() -> None:
    assert active("/") == ["Try it"]
    assert active("/lab/") == ["Lab"]


def test_a_page_below_marks_the_page_above() -> None:
    assert active("/lab/jwt-user/") == ["Lab"]


def test_a_page_outside_the_header_marks_none() -> None:
    assert active("/login/") == []
    assert active("/laboratory/") == []


def test_a_link_that_cannot_lead_to_its_page_is_an_error_at_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="lab/<slug:slug>/"):
        Page("lab/<slug:slug>/", "lab.matrix.lab", "one", menu="One of many")


def test_no_two_pages_have_one_name_or_one_address() -> None:
    assert len({page.name for page in PAGES}) == len({page.path for page in PAGES}) == len(PAGES)


@pytest.mark.parametrize(
    "one", [page for page in PAGES if "<" not in page.path], ids=lambda page: page.name
)
def test_the_document_has_the_title_of_its_page(one: Page, alice: User) -> None:
    client = Client()
    if one.name not in ("login", "signup"):  # they redirect a user who is logged in
        client.force_login(alice)
    shown = client.get(f"/{one.path}").content.decode()
    assert f"<title>{one.title} · Sessions vs JWT</title>" in shown
