"""The trace of an API request, as the browser's own network panel shows it."""

import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from accounts.lab.users import create_lab_user
from accounts.models import User
from accounts.strategies import strategies
from accounts.tracing.middleware import server_timing
from accounts.tracing.recorder import step, tracing, wanted
from tests.cast import PASSWORD
from tests.clients import LabDevice, bearer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

pytestmark = pytest.mark.django_db

# https://www.w3.org/TR/server-timing/#the-server-timing-header-field
METRIC = re.compile(r'[a-z]+\d*(;desc="[ !#-\[\]-~]*")?;dur=\d+\.\d{3}', re.ASCII)
JSON = "application/json"


@pytest.fixture
def on(settings: Settings) -> None:
    settings.TRACING = True


def log_in(client: Client, path: str, password: str = PASSWORD) -> "Response":
    return client.post(path, {"username": "alice", "password": password}, content_type=JSON)


def metrics(response: "Response") -> list[str]:
    return response["Server-Timing"].split(", ")


def kinds(response: "Response") -> list[str]:
    return [re.split(r"\d|;", metric)[0] for metric in metrics(response)]


def test_it_is_off_unless_switched_on(alice: User, settings: Settings) -> None:
    settings.TRACING = False
    assert "Server-Timing" not in Client().get("/api/me/").headers
    assert connection.execute_wrappers == []


def test_production_does_not_trace() -> None:
    assert django_settings.TRACING == django_settings.DEMO


@pytest.mark.usefixtures("on")
class TestOn:
    @pytest.mark.parametrize(
        ("method", "path", "body", "status"),
        [
            ("GET", "/api/me/", "", 401),
            ("POST", "/api/token/", "{}", 400),
            ("POST", "/api/token/", "[" * 100_000, 400),
            ("PUT", "/api/token/", "{}", 405),
            ("GET", "/api/nothing/", "", 404),
            ("POST", "/api/token/", " " * 2_000_000, 413),
            ("GET", "/api/schema/", "", 200),
            ("GET", "/api/lab/session-db/me/", "", 401),
        ],
    )
    def test_every_answer_of_the_api_carries_it(
        self, method: str, path: str, body: str, status: int
    ) -> None:
        response = Client().generic(method, path, body, content_type=JSON)
        assert response.status_code == status
        assert metrics(response)[-1].startswith("total;dur=")
        assert all(METRIC.fullmatch(metric) for metric in metrics(response))

    def test_pages_do_not(self) -> None:
        assert "Server-Timing" not in Client().get("/login/").headers

    def test_a_token_is_parsed_verified_and_looked_up(self, alice: User) -> None:
        client = Client()
        access = log_in(client, "/api/token/").json()["access"]
        response = client.get("/api/me/", headers=bearer(access))
        steps = [kind for kind in kinds(response) if kind != "total"]
        assert steps[-2:] == ["crypto", "sql"]
        assert "parse" in steps
        assert "accounts_user" in metrics(response)[-2]

    def test_a_cookie_is_looked_up_without_a_signature(self, alice: User) -> None:
        client = Client()
        log_in(client, "/api/session/login/")
        response = client.get("/api/me/")
        assert kinds(response).count("sql") == 1
        assert "crypto" not in kinds(response)

    def test_a_log_in_shows_its_hash(self, alice: User) -> None:
        response = log_in(Client(), "/api/token/")
        assert kinds(response).count("hash") == 1

    def test_a_log_in_shows_its_calls_of_a_shared_cache(
        self, alice: User, settings: Settings
    ) -> None:
        settings.CACHE_URL = "a cache that all processes share"
        assert "cache" in kinds(log_in(Client(), "/api/token/"))

    def test_the_hook_into_the_database_is_gone_after_the_request(self, alice: User) -> None:
        log_in(Client(), "/api/token/")
        assert connection.execute_wrappers == []


def test_what_a_step_is_called_cannot_break_the_header() -> None:
    with tracing() as trace, step('a"b\\c\r\nSet-Cookie: x\x00é…', kind="note"):
        pass
    assert all(METRIC.fullmatch(metric) for metric in server_timing(trace))


class TestNothingLeaks:
    """No password, no credential, no hash in what tells about a request."""

    @pytest.mark.usefixtures("on")
    @hypothesis_settings(max_examples=hypothesis_settings().max_examples // 4)
    @given(
        password=st.text(
            st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=60
        ).filter(lambda text: not text.isspace())
    )
    def test_of_the_site(self, alice: User, password: str) -> None:
        alice.set_password(password)
        alice.save()
        client = Client()
        answers = [log_in(client, "/api/session/login/", password), client.get("/api/me/")]
        answers.append(log_in(client, "/api/token/", password))
        access, refresh = (answers[-1].json()[name] for name in ("access", "refresh"))
        answers.append(client.get("/api/me/", headers=bearer(access)))
        for path, name in (("refresh", "refresh"), ("verify", "token"), ("blacklist", "refresh")):
            answers.append(client.post(f"/api/token/{path}/", {name: refresh}, content_type=JSON))
        answers.append(client.get("/api/me/", headers=bearer(access)))
        cookie = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        told = "\n".join(str(answer.headers.get("Server-Timing", "")) for answer in answers)
        told += "\n".join(answer.headers.get("WWW-Authenticate", "") for answer in answers)
        for secret in (password, alice.password, access, refresh, cookie):
            assert secret not in told

    @pytest.mark.usefixtures("on")
    @pytest.mark.django_db(transaction=True)  # the thief's own request begins with a fresh one
    @pytest.mark.parametrize("slug", [strategy.slug for strategy in strategies])
    def test_of_the_lab(self, slug: str) -> None:
        lab_user = create_lab_user(uuid.uuid4())
        device = LabDevice(strategies[slug])
        answers: list[dict[str, Any]] = [device.log_in(lab_user)]
        secrets = {lab_user.password, lab_user.user.password, device.credential}
        for _ in range(2):
            answers.append(device.me())
            if device.refresh:
                secrets.add(device.refresh)
                answers.append(device.renew())
            copy = device.copy()
            answers.append(device.replay(copy))
            answers.append(device.log_out())
            device.client.cookies.clear()
            secrets.add(device.credential if device.access else "")
            device.log_in(lab_user)
        for answer in answers:
            given = {"access", "refresh"}
            told = str({name: value for name, value in answer.items() if name not in given})
            assert not [secret for secret in secrets - {""} if secret in told]


def test_who_wants_traces_of_its_own_requests_gets_them_while_it_is_off(
    settings: Settings,
) -> None:
    settings.TRACING = False
    with wanted():
        assert "Server-Timing" in Client().get("/api/me/").headers
    assert "Server-Timing" not in Client().get("/api/me/").headers
