"""The check on every answer of the API notices what the document does not describe."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.contract import Contract

SECONDS = {"required": True, "schema": {"type": "integer"}}


def headers(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer["headers"]
    return found


def body(answer: Any) -> dict[str, Any]:
    found: dict[str, Any] = answer["content"]
    return found


# What is said of the 401 of /api/me/, and what is noticed.
LIES: dict[str, tuple[Callable[[Any], object], str]] = {
    "a header": (lambda answer: headers(answer).clear(), "WWW-Authenticate is not described"),
    "no header": (
        lambda answer: headers(answer).update({"Retry-After": SECONDS}),
        "Retry-After is missing",
    ),
    "its type": (
        lambda answer: headers(answer).update({"WWW-Authenticate": SECONDS}),
        'is not of type "integer"',
    ),
    "a body": (lambda answer: body(answer).clear(), "no body is described"),
    "its media type": (
        lambda answer: body(answer).update({"text/plain": body(answer).pop("application/json")}),
        "'application/json' is not described",
    ),
    "a member": (
        lambda answer: body(answer).update(
            {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        ),
        "'action' was unexpected",
    ),
}


@pytest.fixture
def untrue(contract: Contract) -> Contract:
    """The document, to be changed."""
    copy = Contract()
    copy.document = json.loads(json.dumps(contract.document))
    return copy


def flaws(contract: Contract, method: str = "GET") -> list[str]:
    """What is wrong with the answer to a stranger."""
    answer = Client().generic(method, "/api/me/")
    contract.check(answer.wsgi_request, answer)
    return contract.flaws


def test_a_true_document_is_not_complained_about(contract: Contract) -> None:
    assert flaws(contract) == []


@pytest.mark.parametrize("lie", LIES)
def test_an_untrue_one_is(untrue: Contract, lie: str) -> None:
    tell, noticed = LIES[lie]
    tell(untrue.document["paths"]["/api/me/"]["get"]["responses"]["401"])
    [flaw] = flaws(untrue)
    assert flaw.startswith("GET /api/me/ 401: ")
    assert noticed in flaw


def test_a_status_that_is_not_described_is_noticed(untrue: Contract) -> None:
    del untrue.document["paths"]["/api/me/"]["get"]["responses"]["401"]
    assert flaws(untrue) == ["GET /api/me/ 401: this status is not described"]


def test_a_method_that_is_described_and_not_allowed_is_noticed(untrue: Contract) -> None:
    untrue.document["paths"]["/api/token/"]["get"] = {}
    answer = Client().get("/api/token/")
    untrue.check(answer.wsgi_request, answer)
    assert untrue.flaws == [
        "GET /api/token/ 405: Allow names ['options', 'post'], described are ['get', 'post']"
    ]
