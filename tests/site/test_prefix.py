"""The site below a prefix, as where a proxy shows it at example.org/demo/."""

import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import set_script_prefix
from pytest_django.fixtures import Settings

from accounts.lab.wire import lab_path
from authdemo.gateway import AsyncGateway, Gateway
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


def test_the_metadata_are_between_host_and_prefix(settings: Settings) -> None:
    settings.JWT_ISSUER = f"http://127.0.0.1{PREFIX}"
    found = answer(f"/.well-known/oauth-authorization-server{PREFIX}").json()
    assert found["issuer"] == f"http://127.0.0.1{PREFIX}"
    assert found["revocation_endpoint"] == f"http://127.0.0.1{PREFIX}/oauth/revoke/"


async def asked(path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=AsyncGateway(ASGIHandler()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as proxy:
        return await proxy.get(path)


def answer_to(path: str) -> httpx.Response:
    """What it answers. In a thread of its own: in this one a browser's loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(async_to_sync(asked), path).result()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login/", 200),
        (f"{PREFIX}/login/", 200),
        ("/demolition/", 404),
        (f"/.well-known/oauth-authorization-server{PREFIX}", 200),
    ],
)
def test_an_asgi_server_has_the_same_paths(settings: Settings, path: str, status: int) -> None:
    settings.JWT_ISSUER = f"http://127.0.0.1{PREFIX}"
    assert answer_to(path).status_code == status


def test_links_lead_to_the_prefix_there_too() -> None:
    assert 'href="/demo/signup/"' in answer_to("/login/").text


def test_an_asgi_server_is_told_a_wrong_setting_in_one_line() -> None:
    done = python("-c", "import authdemo.asgi", SECRET_KEY="short")
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_KEY is too short")


@pytest.mark.parametrize("demo", ["", "1"], ids=["production", "demo"])
def test_cookies_of_two_sites_of_one_host_have_names_of_their_own(demo: str) -> None:
    show = (
        "from django.conf import settings; from accounts.conf import cookie_name;"
        "print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, cookie_name('messages'))"
    )
    key = secrets.token_urlsafe(64)
    done = python("-c", show, SCRIPT_NAME="/demo", SECRET_KEY=key, DEMO=demo)
    before = "" if demo else "__Host-"
    assert done.stdout.split() == [
        f"{before}session-demo",
        f"{before}csrftoken-demo",
        f"{before}messages-demo",
    ], done.stderr


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
