"""The inspector says which check decided, and no more than the server knows."""

import base64
import json
import re
from collections import Counter
from datetime import timedelta
from inspect import getsource
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User, blacklist_login, login_begin
from accounts.site.inspection import CHECKS, inspect
from accounts.site.signin import token_strategy
from accounts.strategies import Accepted, _base, _blacklist, _rotation
from accounts.tokens import codec

JSON = "application/json"


@pytest.fixture
def login(alice: User) -> Login:
    return login_begin(alice, strategy="jwt-blacklist-joined")


@pytest.fixture
def token(login: Login) -> str:
    return token_strategy().issue(login).value


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def forged(token: str, header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = token.split(".")
    first, second = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in parts[:2])
    return f"{encoded(first | header)}.{encoded(second | claims)}.{parts[2]}"


def failed(token: str) -> str:
    [title] = [found.check.title for found in inspect(token).findings if found.state == "failed"]
    return title


def test_every_refusal_belongs_to_exactly_one_check() -> None:
    text = "".join(getsource(module) for module in (codec, _base, _blacklist, _rotation))
    raised = set(re.findall(r'_refuse\(\s*"(\w+)"', text))
    raised |= set(re.findall(r'(?:TokenRefused|Refused)\(\s*"[^"]+",\s*"(\w+)"', text))
    known = Counter(code for check in CHECKS for code in check.codes)

    raised.remove("no_refresh")  # said by strategies without refresh tokens
    assert len(raised) > 15
    assert raised == set(known)
    assert set(known.values()) == {1}


def test_each_check_says_what_it_protects_from_in_a_sentence() -> None:
    told = [check.protects for check in CHECKS]

    assert len(set(told)) == len(CHECKS)
    assert all(re.fullmatch(r"[A-Z][^.]{20,90}\.", words) for words in told)


def test_a_good_token_holds_everywhere(token: str) -> None:
    found = inspect(token)

    assert isinstance(found.verdict, Accepted)
    assert {finding.state for finding in found.findings} == {"held"}
    assert found.claims["token_type"] == "access"
    assert [step.kind for step in found.steps] == ["parse", "crypto", "sql"]


@pytest.mark.parametrize(
    ("header", "claims", "title"),
    [
        ({"alg": "none"}, {}, "Algorithm"),
        ({"alg": "RS256"}, {}, "Algorithm"),
        ({"kid": "../../dev/null"}, {}, "Key"),
        ({"typ": "JWE"}, {}, "Type of header"),
        ({"jwk": {"kty": "oct", "k": "AA"}}, {}, "Form"),
        ({}, {"user_id": "1"}, "Signature"),
        ({}, {"exp": 4_000_000_000}, "Signature"),
    ],
)
def test_a_forged_token_fails_where_it_was_forged(
    token: str, header: dict[str, Any], claims: dict[str, Any], title: str
) -> None:
    assert failed(forged(token, header, claims)) == title


def test_what_comes_after_the_deciding_check_was_not_reached(token: str) -> None:
    found = inspect(forged(token, {"kid": "another"}, {}))

    states = [finding.state for finding in found.findings]
    assert states[:4] == ["held", "held", "held", "failed"]
    assert set(states[4:]) == {"not reached"}


def test_a_refresh_token_is_no_access_token(login: Login) -> None:
    refresh = token_strategy().issue(login).refresh
    assert refresh is not None
    assert failed(refresh) == "Purpose"


def test_the_rows_are_asked_too(login: Login, token: str) -> None:
    login.user.end_logins(EndReason.EVERYWHERE)
    assert failed(token) == "Version"

    blacklist_login(login, reason=EndReason.LOGGED_OUT)
    assert failed(token) == "Blacklist"


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "ä.b.c", "[" * 4000, "." * 5000, "e30.e30.e30"])
def test_anything_may_be_pasted(client: Client, db: None, text: str) -> None:
    answer = client.post("/api/inspector/", {"token": text}, content_type=JSON)

    assert answer.status_code == (200 if text else 400)
    if text:
        assert answer.json()["verdict"]["accepted"] is False


def test_a_payload_nested_too_deep_is_not_shown(client: Client, db: None) -> None:
    deep = base64.urlsafe_b64encode(b'{"a":' + b"[" * 950 + b"]" * 950 + b"}").decode().rstrip("=")

    answer = client.post("/api/inspector/", {"token": f"e30.{deep}.e30"}, content_type=JSON)

    assert answer.status_code == 200
    assert answer.json()["claims"] == {}


def test_a_sample_is_judged_check_by_check_by_the_strategy_of_the_site(
    client: Client, db: None
) -> None:
    user = client.post("/api/lab/users/", content_type=JSON).json()
    login = client.post("/api/lab/jwt-blacklist-joined/login/", user, content_type=JSON).json()
    body = {"token": login["refresh"], "strategy": "jwt-blacklist-joined"}

    answer = client.post("/api/inspector/", body, content_type=JSON).json()

    assert [one["title"] for one in answer["findings"] if one["state"] == "failed"] == ["Purpose"]
    assert (
        client.post("/api/inspector/", {"token": login["access"]}, content_type=JSON).json()[
            "verdict"
        ]["accepted"]
        is False
    )  # the fence: by the site itself it is refused


def test_a_lab_strategy_judges_its_own_tokens(client: Client, token: str) -> None:
    body = {"token": token, "strategy": "jwt-user"}

    answer = client.post("/api/inspector/", body, content_type=JSON).json()

    assert answer["verdict"]["accepted"] is False
    assert answer["findings"] == []


def test_one_takes_a_token_of_ones_own(client: Client, alice: User) -> None:
    client.force_login(alice)

    pair = client.post("/api/inspector/token/", content_type=JSON)

    assert pair.status_code == 201
    assert isinstance(inspect(pair.json()["access"]).verdict, Accepted)


def test_nobody_takes_a_token_without_logging_in(client: Client, db: None) -> None:
    answer = client.post("/api/inspector/token/", content_type=JSON)

    assert answer.status_code == 401


def test_a_token_of_ones_own_cannot_end_what_the_cookie_could_not(
    client: Client, alice: User
) -> None:
    client.force_login(alice)
    Login.objects.update(password_at=timezone.now() - timedelta(hours=2))
    token = client.post("/api/inspector/token/", content_type=JSON).json()["access"]

    headers = {"Authorization": f"Bearer {token}"}
    answer = client.post("/api/logout-everywhere/", headers=headers, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (403, "password_required")
    assert Login.objects.live().count() == 2


def test_a_token_of_ones_own_ends_with_its_access_token(client: Client, alice: User) -> None:
    client.force_login(alice)
    pair = client.post("/api/inspector/token/", content_type=JSON).json()

    body = {"refresh": pair["refresh"]}
    with time_machine.travel(
        timezone.now() + settings.ACCESS_TOKEN_LIFETIME + settings.TOKEN_LEEWAY
    ):
        answer = client.post("/api/token/refresh/", body, content_type=JSON)

    assert answer.status_code == 401


def test_a_copied_token_makes_no_new_one(client: Client, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}

    answer = client.post("/api/inspector/token/", headers=headers, content_type=JSON)

    assert answer.status_code == 403
    assert Login.objects.count() == 1


def test_one_account_makes_so_many_logins_of_it_and_no_more(
    client: Client, alice: User, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "own-tokens": (2, 86_400)}
    client.force_login(alice)
    statuses = [
        client.post("/api/inspector/token/", content_type=JSON).status_code for _ in range(3)
    ]
    assert statuses == [201, 201, 429]
    assert Login.objects.count() == 1 + 2
