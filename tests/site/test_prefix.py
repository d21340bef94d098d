"""The site below a prefix, as where a proxy shows it at example.org/demo/."""

import re
from collections.abc import Iterator

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.urls import set_script_prefix
from pytest_django.fixtures import Settings

from accounts.lab.wire import lab_path
from authdemo.gateway import Gateway
from tests.test_settings import python

pytestmark = pytest.mark.django_db(transaction=True)  # the application closes its connection

PREFIX = "/demo"


@pytest.fixture(autouse=True)
def below(settings: Settings) -> Iterator[None]:
    settings.FORCE_SCRIPT_NAME = PREFIX
    yield
    set_script_prefix("/")


def answer(path: str) -> httpx.Response:
    """What the application says to a proxy."""
    transport = httpx.WSGITransport(app=Gateway(WSGIHandler()))
    with httpx.Client(transport=transport, base_url="http://127.0.0.1") as proxy:
        return proxy.get(path)


@pytest.mark.parametrize("passed_on", ["", PREFIX], ids=["taken off", "left on"])
def test_a_proxy_may_take_the_prefix_off_or_leave_it_on(passed_on: str) -> None:
    for path, status in (("/login/", 200), ("/healthz", 200), ("/nowhere/", 404)):
        assert answer(passed_on + path).status_code == status


def test_another_path_that_begins_alike_is_another_path() -> None:
    assert answer("/demolition/").status_code == 404


def test_links_lead_to_the_prefix() -> None:
    page = answer("/login/").text
    assert 'class="logo" href="/demo/"' in page
    assert 'href="/demo/signup/"' in page
    assert 'href="/"' not in page


def test_errors_of_the_api_are_json_there_too() -> None:
    refused = answer(f"{PREFIX}/api/nowhere/")
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")


def test_the_lab_s_cookies_are_sent_below_it() -> None:
    assert lab_path("session-db") == "/demo/api/lab/session-db/"


def test_static_files_are_below_it() -> None:
    assert answer("/static/favicon.svg").status_code == 200


def test_the_settings_put_static_files_below_it(settings: Settings) -> None:
    # As a server starts: no request has told Django of the prefix yet.
    show = (
        "import authdemo.wsgi; from django.templatetags.static import static;"
        "print(static('favicon.svg'))"
    )
    root = str(settings.STATIC_ROOT)
    done = python("-c", show, DEMO="1", SCRIPT_NAME="demo/", STATIC_ROOT=root)
    assert re.fullmatch(r"/demo/static/favicon\.\w+\.svg\n", done.stdout), done.stderr
