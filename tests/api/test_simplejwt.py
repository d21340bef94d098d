"""A client written for simplejwt works unchanged: its own views, stock, give the same answers."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from rest_framework.parsers import FormParser, JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView, exception_handler
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
    TokenVerifyView,
)

from accounts.models import User
from tests.cast import PASSWORD
from tests.clients import bearer

pytestmark = pytest.mark.django_db


class Answer(NamedTuple):
    status: int
    body: dict[str, Any]


class StockMe(APIView):
    authentication_classes = (JWTAuthentication,)
    permission_classes = (IsAuthenticated,)

    def get(self, request: Request) -> Response:
        return Response({})


STOCK: dict[str, type[APIView]] = {
    "/api/token/": TokenObtainPairView,
    "/api/token/refresh/": TokenRefreshView,
    "/api/token/verify/": TokenVerifyView,
    "/api/token/blacklist/": TokenBlacklistView,
    "/api/me/": StockMe,
}


def form(body: dict[str, str], media_type: str) -> bytes:
    """A body as a form of either kind."""
    if media_type == MULTIPART_CONTENT:
        return encode_multipart(BOUNDARY, body)
    return urlencode(body).encode()


# What the site adds to simplejwt's answers. A client written for simplejwt does not look at it.
ADDED = {"action", "expires_in"}


class Ours:
    """The site's API, without what it adds."""

    def post(self, path: str, body: object) -> Answer:
        answer = Client().post(path, json.dumps(body), content_type="application/json")
        return self._answer(answer.status_code, answer.json())

    def post_form(self, path: str, body: dict[str, str], media_type: str) -> Answer:
        answer = Client().generic("POST", path, form(body, media_type), content_type=media_type)
        return self._answer(answer.status_code, answer.json())

    def me(self, token: str) -> Answer:
        answer = Client().get("/api/me/", headers=bearer(token))
        return self._answer(answer.status_code, answer.json())

    def _answer(self, status: int, body: dict[str, Any]) -> Answer:
        return Answer(status, {name: body[name] for name in body if name not in ADDED})


class Stock:
    """simplejwt's own views with DRF's own handler of errors."""

    def post(self, path: str, body: object) -> Answer:
        return self._answer(path, APIRequestFactory().post(path, body, format="json"))

    def post_form(self, path: str, body: dict[str, str], media_type: str) -> Answer:
        content = form(body, media_type)
        request = RequestFactory().generic("POST", path, content, content_type=media_type)
        return self._answer(path, request)

    def me(self, token: str) -> Answer:
        return self._answer("/api/me/", APIRequestFactory().get("/", headers=bearer(token)))

    def _answer(self, path: str, request: Any) -> Answer:
        plain = {
            "get_exception_handler": lambda _: exception_handler,
            "parser_classes": (JSONParser, FormParser, MultiPartParser),
        }
        view: Any = type("View", (STOCK[path],), plain)
        response = view.as_view()(request)
        return Answer(response.status_code, dict(response.data))


FORMS = [MULTIPART_CONTENT, "application/x-www-form-urlencoded"]


def both() -> tuple[Ours, Stock]:
    return Ours(), Stock()


def pair(server: Ours | Stock) -> dict[str, str]:
    return server.post("/api/token/", {"username": "alice", "password": PASSWORD}).body


def test_the_right_password(alice: User) -> None:
    ours, stock = (pair(server) for server in both())
    assert set(ours) == set(stock) == {"access", "refresh"}


@pytest.mark.parametrize("kind", FORMS)
def test_a_client_that_sends_forms(alice: User, kind: str) -> None:
    for server in both():
        sent = {"username": "alice", "password": PASSWORD}
        found = server.post_form("/api/token/", sent, kind).body
        assert server.me(found["access"]).status == 200
        assert server.post_form("/api/token/verify/", {"token": found["access"]}, kind).body == {}
        renewed = server.post_form("/api/token/refresh/", {"refresh": found["refresh"]}, kind).body
        assert server.me(renewed["access"]).status == 200
        spare = renewed.get("refresh", found["refresh"])
        assert server.post_form("/api/token/blacklist/", {"refresh": spare}, kind) == (200, {})


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("path", ["/api/token/", "/api/token/refresh/", "/api/token/verify/"])
def test_a_form_without_what_it_needs(path: str, kind: str) -> None:
    sent = {"username": "", "password": "", "token": ""}
    ours, stock = (server.post_form(path, sent, kind) for server in both())
    assert ours == stock


def test_an_address_without_its_last_slash(alice: User) -> None:
    sent = {"username": "alice", "password": PASSWORD}
    assert Ours().post("/api/token", sent).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {"username": "alice", "password": "wrong"},
        {"username": "nobody", "password": "wrong"},
        {"username": "alice"},
        {"password": PASSWORD},
        {},
        {"username": "", "password": ""},
        {"username": None, "password": None},
        {"username": ["alice"], "password": {"a": 1}},
        {"username": "alice", "password": "a\0b"},
        [],
        "alice",
    ],
    ids=repr,
)
def test_a_log_in_that_fails(alice: User, body: object) -> None:
    ours, stock = (server.post("/api/token/", body) for server in both())
    assert ours.status == stock.status
    assert stock.body.items() <= ours.body.items()


@pytest.mark.parametrize("path", ["/api/token/refresh/", "/api/token/verify/"])
def test_a_live_refresh_token(alice: User, path: str) -> None:
    answers = []
    for server in both():
        token = pair(server)["refresh"]
        answers.append(server.post(path, {"refresh": token, "token": token}))
    ours, stock = answers
    assert ours.status == stock.status == 200
    assert set(stock.body) <= set(ours.body)


def test_blacklisting(alice: User) -> None:
    for server in both():
        token = pair(server)["refresh"]
        assert server.post("/api/token/blacklist/", {"refresh": token}) == (200, {})


@pytest.mark.parametrize("path", ["refresh", "verify", "blacklist"])
@pytest.mark.parametrize("body", [{}, {"refresh": "", "token": ""}, [], "x"], ids=repr)
def test_a_body_without_a_token(path: str, body: object) -> None:
    ours, stock = (server.post(f"/api/token/{path}/", body) for server in both())
    assert ours == stock


def test_an_access_token_in_place_of_a_refresh_token(alice: User) -> None:
    for path in ("/api/token/refresh/", "/api/token/blacklist/"):
        ours, stock = (server.post(path, {"refresh": pair(server)["access"]}) for server in both())
        assert ours == stock


def test_an_expired_token(alice: User) -> None:
    tokens = [(server, pair(server)) for server in both()]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        ours, stock = (
            server.post("/api/token/verify/", {"token": found["access"]})
            for server, found in tokens
        )
        assert ours == stock
        ours, stock = (
            server.post("/api/token/refresh/", {"refresh": found["refresh"]})
            for server, found in tokens
        )
        assert ours == stock


@pytest.mark.parametrize("token", ["x", "x.y.z"])
def test_a_request_with_a_bad_token(token: str) -> None:
    ours, stock = (server.me(token) for server in both())
    assert ours.status == stock.status == 401
    assert {**ours.body, "messages": 0} == {**stock.body, "messages": 0}
    [message], [stock_message] = ours.body["messages"], stock.body["messages"]
    assert {**message, "message": ""} == {**stock_message, "message": ""}


def test_a_request_with_a_refresh_token(alice: User) -> None:
    ours, stock = (server.me(pair(server)["refresh"]) for server in both())
    assert ours == stock


def test_a_request_of_a_disabled_user(alice: User) -> None:
    tokens = [(server, pair(server)["access"]) for server in both()]
    User.objects.filter(pk=alice.pk).update(is_active=False)
    ours, stock = (server.me(token) for server, token in tokens)
    assert (ours.status, ours.body["code"]) == (stock.status, stock.body["code"])


def test_a_request_of_a_deleted_user(alice: User) -> None:
    tokens = [(server, pair(server)["access"]) for server in both()]
    alice.delete()
    ours, stock = (server.me(token) for server, token in tokens)
    assert ours == stock
