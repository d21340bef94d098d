"""The header leads to what exists and says where the visitor is."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.pages.navigation import navigation


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [
    path("lab/", page, name="lab"),
    path("lab/jwt-user/", page, name="strategy"),
    path("", page, name="compare"),
    path("api/docs/", page, name="api-docs"),
]

pytestmark = pytest.mark.urls(__name__)


def active(path: str) -> list[str]:
    return [link.title for link in navigation(path) if link.active]


def test_only_pages_that_exist_are_listed_in_the_order_of_the_design() -> None:
    links = [(link.title, link.url) for link in navigation("/")]
    assert links == [("Compare", "/"), ("Invalidation lab", "/lab/"), ("API", "/api/docs/")]


def test_the_page_itself_is_marked() -> None:
    assert active("/") == ["Compare"]
    assert active("/lab/") == ["Invalidation lab"]


def test_a_page_below_marks_the_page_above() -> None:
    assert active("/lab/jwt-user/") == ["Invalidation lab"]


def test_a_page_outside_the_header_marks_none() -> None:
    assert active("/login/") == []
    assert active("/laboratory/") == []
