"""The OpenAPI document is true: whatever is sent, the answer is one that it describes."""

import json
import re
from collections.abc import Iterator
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import override_script_prefix
from drf_spectacular import validation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jsonschema_rs import Draft202012Validator
from pytest_django.fixtures import Settings
from schemathesis import Case
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.filters import HasAPIOperation
from schemathesis.specs.openapi.checks import unsupported_method

from accounts.claims import claims
from accounts.models import User, login_begin
from accounts.site.signin import token_strategy
from accounts.strategies import strategies
from tests.clients import bearer
from tests.urls import NOBODY, addresses

# Status, headers and body of each answer are held against the document in every test of the API:
# see _check_every_answer in tests/conftest.py.
CHECKS: list[CheckFunction] = [not_a_server_error, unsupported_method]
bounded = hypothesis_settings(
    max_examples=max(2, hypothesis_settings().max_examples // 20),
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def no_benchmarks(settings: Settings) -> None:
    """Nobody may start one."""
    settings.BENCH_PUBLIC = False


@pytest.fixture
def asked_itself(db: None) -> Iterator[None]:
    """The application is asked itself, on the connection of the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def described(*, edges: bool) -> Any:
    """The document, as the site gives it; ``edges``: try each edge of each parameter."""
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": edges}}})
    return schemathesis.openapi.from_wsgi("/api/schema/", WSGIHandler(), config=config)


@pytest.fixture
def examples(asked_itself: None) -> Any:
    """Nobody looks at a stranger's parameters where a log-in is asked for: examples will do."""
    return described(edges=False)


@pytest.fixture
def edges(asked_itself: None) -> Any:
    """The edges are hundreds: on one database."""
    return described(edges=connection.vendor == "sqlite")


def asks_for_a_log_in(context: HasAPIOperation) -> bool:
    return bool(context.operation.definition.raw["security"])


# What is played takes seconds, and has tests of its own.
PLAYED = ["lab_play", "lab_lose_response", "claim_play", "cluster_scale_simulation"]
in_edges = schemathesis.pytest.from_fixture("edges")
for_anybody = in_edges.exclude(asks_for_a_log_in).exclude(operation_id=PLAYED)
for_a_stranger = schemathesis.pytest.from_fixture("examples").include(asks_for_a_log_in)
for_a_user = in_edges.include(asks_for_a_log_in)


@for_anybody.parametrize()
@bounded
def test_anybody_gets_what_is_described(case: Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)


@pytest.mark.database("sqlite")  # nothing is looked up
@for_a_stranger.parametrize()
@bounded
def test_a_stranger_gets_what_is_described(case: Case[Any]) -> None:
    case.call_and_validate(checks=CHECKS)


@for_a_user.parametrize()
@bounded
def test_a_user_gets_what_is_described(case: Case[Any], alice: User) -> None:
    alice.refresh_from_db()  # a case before this one may have logged out everywhere
    login = login_begin(alice, strategy="jwt-blacklist-joined")
    token = token_strategy().issue(login).value
    case.call_and_validate(headers=bearer(token), checks=CHECKS)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/schema/").json()
    return found


def test_every_endpoint_is_described(document: dict[str, Any]) -> None:
    described = {
        re.sub("{(slug|username|code)}", "session-db", path).replace("{run}", "1")
        for path in document["paths"]
    }
    own = {"/api/schema/", "/api/docs/"}
    there = {path for path in addresses() if path.startswith(("/api/", "/oauth/"))} - own
    assert {path for path in there if "00000000" not in path} <= described


def test_every_endpoint_says_what_it_does(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"


def test_the_page_for_people_lists_every_endpoint_and_who_may_ask(document: dict[str, Any]) -> None:
    page = unescape(Client().get("/api/docs/").content.decode())
    line = r'#/(\w+)/(\w+)"><b>(\w+)</b> <code>(.+)</code></a>\s*<span>(.+)</span>\s*<span .+>(.+)<'
    shown = {
        (name, method, path): words for _, name, method, path, *words in re.findall(line, page)
    }
    described = {
        (operation["operationId"], method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(shown) == set(described)
    for which, (summary, wants) in shown.items():
        security = described[which]["security"]
        assert summary == described[which]["summary"]
        assert "`" not in summary
        assert (wants == "open to anybody") is (security == [])
        assert ("a bearer token" in wants) is ({"token": []} in security)


def test_both_ways_to_log_in_are_described(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    assert schemes["cookie"]["in"] == "cookie"
    assert document["paths"]["/api/me/"]["get"]["security"] == [{"token": []}, {"cookie": []}]


def test_what_a_cookie_needs_beside_it_is_described(document: dict[str, Any]) -> None:
    paths = document["paths"]
    for operation in (
        paths["/api/session/login/"]["post"],
        paths["/api/password/"]["post"],
        paths["/api/logins/{login_id}/"]["delete"],
    ):
        [header] = [each for each in operation["parameters"] if each["in"] == "header"]
        assert header["name"] == "X-CSRFToken"
        assert header["required"] == (operation["operationId"] == "session_login")
    assert "parameters" not in paths["/api/token/"]["post"]
    assert "parameters" not in paths["/api/me/"]["get"]


def test_the_lab_names_its_strategies(document: dict[str, Any]) -> None:
    [slug] = document["paths"]["/api/lab/{slug}/me/"]["get"]["parameters"]
    assert slug["schema"] == {"$ref": "#/components/schemas/Strategy"}
    named = document["components"]["schemas"]["Strategy"]
    assert named["enum"] == [strategy.slug for strategy in strategies]


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for methods in document["paths"].values() for each in methods.values()]


def test_a_generated_client_gets_short_names(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(set(names)) == len(names)
    known = {tag["name"] for tag in document["tags"]}
    for operation in operations(document):
        group, _, action = operation["operationId"].partition("_")
        assert [group] == operation["tags"]
        assert group in known
        assert re.fullmatch("[a-z]+(_[a-z]+){0,2}", action), operation["operationId"]


def test_a_generated_client_sends_one_kind_of_body(document: dict[str, Any]) -> None:
    bodies = [each["requestBody"] for each in operations(document) if "requestBody" in each]
    assert all(len(body["content"]) == 1 for body in bodies)
    token = document["paths"]["/api/token/"]["post"]["requestBody"]
    assert list(token["content"]) == ["application/json"]


def test_a_generated_client_asks_for_no_log_in_where_none_is_needed(
    document: dict[str, Any],
) -> None:
    by_name = {each["operationId"]: each["security"] for each in operations(document)}
    assert by_name["token_obtain"] == by_name["session_login"] == by_name["oauth_keys"] == []
    assert [{}] not in by_name.values()


def test_a_generated_client_can_confirm_with_the_password(document: dict[str, Any]) -> None:
    body = document["paths"]["/api/logins/{login_id}/"]["delete"]["requestBody"]
    schema = {"$ref": "#/components/schemas/ConfirmationRequest"}
    assert body["content"] == {"application/json": {"schema": schema}}


def test_a_generated_client_gets_one_type_for_each_answer(document: dict[str, Any]) -> None:
    assert "readOnly" not in str(document)
    assert "writeOnly" not in str(document)


def test_every_enum_has_a_name(document: dict[str, Any]) -> None:
    named = document["components"]["schemas"]
    enums = {name for name, schema in named.items() if "enum" in schema}
    assert {"Action", "Carrier", "EndReason", "Event", "Outcome", "Strategy", "Tone"} <= enums
    assert str(document).count("'enum': ") == len(enums)
    assert not {name for name in named if not re.fullmatch("([A-Z][a-z]+)+|OAuthError", name)}


def test_nothing_in_it_had_to_be_guessed_and_it_is_an_openapi_document(
    document: dict[str, Any],
) -> None:
    call_command("spectacular", "--fail-on-warn", stdout=StringIO())
    # What --validate does, in Rust.
    rules = Path(validation.__file__).with_name("openapi_3_1_schema.json").read_text()
    Draft202012Validator(json.loads(rules)).validate(document)


# What each endpoint reads that counts attempts; it ignores the rest.
BODY = {
    **dict.fromkeys(("username", "password", "old_password", "new_password"), "a long secret"),
    "strategies": ["session-db"],
    "events": ["log-out"],
    "claims": [claim.slug for claim in claims if not claim.needs],
    "attack": "script-in-a-comment",
    "lesson": "logged-out",
}


def test_a_429_is_described_where_something_is_counted(
    document: dict[str, Any], alice: User, settings: Settings
) -> None:
    settings.LIMITS = dict.fromkeys(settings.LIMITS, (0, 60))
    settings.BENCH_PUBLIC = True
    token = token_strategy().issue(login_begin(alice, strategy="jwt-blacklist-joined")).value
    counted, described = set(), set()
    for path, methods in document["paths"].items():
        address = path.replace("{slug}", "jwt-rotating").replace("{username}", "x")
        address = re.sub("{.*?}", NOBODY, address)
        for method, operation in methods.items():
            answer = Client().generic(
                method.upper(), address, json.dumps(BODY), "application/json", headers=bearer(token)
            )
            counted |= {operation["operationId"]} if answer.status_code == 429 else set()
            described |= {operation["operationId"]} if "429" in operation["responses"] else set()
    for_cookies = {"inspector_own_token"}  # refused before it is counted
    assert counted == described - for_cookies
    assert {"session_login", "token_obtain", "lab_play", "benchmark_start"} <= counted


def test_what_waits_for_its_turn_is_told_when_to_ask_again(document: dict[str, Any]) -> None:
    answers = document["paths"]["/api/lab/runs/"]["post"]["responses"]
    assert answers["202"]["headers"]["Retry-After"]["required"]
    assert list(answers["200"]["content"]) == ["application/x-ndjson"]


def test_a_resource_server_may_introspect(document: dict[str, Any]) -> None:
    assert {"resource_server": []} in document["paths"]["/oauth/introspect/"]["post"]["security"]
    schemes = document["components"]["securitySchemes"]
    assert schemes["resource_server"] == {"type": "http", "scheme": "basic"}


def test_the_paths_are_below_the_prefix_of_the_site(document: dict[str, Any]) -> None:
    assert "servers" not in document  # which means /
    with override_script_prefix("/demo/"):
        below = Client().get("/api/schema/").json()
    assert below["servers"] == [{"url": "/demo"}]
    assert set(below["paths"]) == set(document["paths"])


def test_it_comes_as_yaml_too(db: None) -> None:
    answer = Client().get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi"})
    assert answer.content.startswith(b"openapi: 3")
