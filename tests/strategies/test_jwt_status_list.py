"""One bit per token: what is published, who fetches it and when, and what it says."""

import base64
import gzip
import json
import secrets
import time
import zlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.lab.outage import database_stopped
from accounts.lab.users import LabUser
from accounts.strategies import _status_list
from accounts.strategies._status_list import FetchedList, published, uri_of
from accounts.strategies.jwt_status_list import JwtStatusList
from accounts.tokens.codec import peek
from accounts.tokens.realm import TokenRefused, lab_realm, site_realm
from accounts.tokens.status import StatusList, status_read, status_sign
from tests.processes import Process, code, is_accepted, log_in
from tests.sql import tables_of
from tests.strategies.conftest import TablesAsked

SLUG = "jwt-status-list"
HOUR = 3600.0


@pytest.fixture
def an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy is good for an hour, however slow this machine is."""
    monkeypatch.setattr(_status_list, "TTL", timedelta(hours=1))


def stale(fetched: FetchedList, expires: float = HOUR) -> None:
    fetched._copy = fetched._copy._replace(fresh_until=0.0, expires=time.time() + expires)


@pytest.mark.usefixtures("an_hour")
def test_a_request_asks_nothing(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-status-list") == []


@pytest.mark.usefixtures("an_hour")
def test_a_log_out_counts_with_the_next_copy(process: Process, lab_user: LabUser) -> None:
    here = process(SLUG)
    login, credential = log_in(here, lab_user)
    _, other = log_in(here, lab_user)
    assert is_accepted(here, credential)
    here.revoke(login)
    assert is_accepted(here, credential)
    stale(here.statuses)  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as queries:
        assert code(here.check(credential.value)) == "status_set"
        assert is_accepted(here, other)
    assert tables_of(queries) == [{"accounts_login", "accounts_user"}]
    assert code(here.renew(credential.refresh or "")) == "login_ended"


@pytest.mark.usefixtures("an_hour")
def test_an_old_copy_serves_while_none_can_be_fetched_until_it_expires(
    process: Process, lab_user: LabUser
) -> None:
    here = process(SLUG)
    login, ended = log_in(here, lab_user)
    _, alive = log_in(here, lab_user)
    here.revoke(login)
    assert is_accepted(here, alive)
    stale(here.statuses)  # type: ignore[attr-defined]
    with database_stopped():
        assert code(here.check(ended.value)) == "status_set"
        assert is_accepted(here, alive)
        stale(here.statuses, expires=-1)  # type: ignore[attr-defined]
        with pytest.raises(Exception, match="stopped for this scenario"):
            here.check(alive.value)


def test_the_list_is_served_as_the_draft_has_it(process: Process, lab_user: LabUser) -> None:
    here = process(SLUG)
    login, credential = log_in(here, lab_user)
    here.revoke(login)
    answer = Client().get("/api/lab/status-list/")
    assert answer["Content-Type"] == "application/statuslist+jwt"
    header, content = (
        json.loads(base64.urlsafe_b64decode(f"{part}=="))
        for part in answer.content.decode().split(".")[:2]
    )
    assert header["typ"] == "statuslist+jwt"
    assert content["exp"] - content["iat"] == 60
    assert content["ttl"] == 1
    named = peek(credential.value)[1]["status"]["status_list"]
    assert content["sub"] == named["uri"]
    packed = base64.urlsafe_b64decode(f"{content['status_list']['lst']}==")
    bits = zlib.decompress(packed)
    assert content["status_list"]["bits"] == 1
    assert bits[named["idx"] // 8] == 1 << named["idx"] % 8
    assert sum(bits) == bits[named["idx"] // 8]
    assert len(answer.content) < 3000


def test_the_longest_list_of_a_million_tokens_is_served_in_less_than_200_kb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of all bits set at random, which nothing compresses, in base64 in base64."""
    longest = secrets.token_bytes(_status_list.BITS // 8)
    signed = status_sign(lab_realm(), longest, uri="x", ttl=1, lifetime=60)
    monkeypatch.setattr(JwtStatusList, "published", lambda _: signed)
    answer = Client().get("/api/lab/status-list/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(answer.content).decode() == signed
    assert len(answer.content) < 200_000 < len(signed)


@pytest.mark.django_db
def test_a_list_of_somebody_else_and_no_list_are_refused() -> None:
    realm = lab_realm()
    uri, good = uri_of(realm), published(realm)
    assert not status_read(realm, good, uri=uri).is_set(7)
    old = status_sign(realm, b"", uri=uri, ttl=1, lifetime=-1)
    foreign = published(site_realm())
    for text in ("", "x.y.z", good[:-4], f"{good}A", old, foreign):
        with pytest.raises(TokenRefused):
            status_read(realm, text, uri=uri)
    with pytest.raises(TokenRefused):
        status_read(realm, good, uri="https://elsewhere.example/list")


@pytest.mark.parametrize("index", [None, -1, 16, True, "3", 10**30])
def test_an_index_that_is_not_on_the_list_counts_as_ended(index: object) -> None:
    assert StatusList(b"\0\0", 0.0, 0.0).is_set(index)


def test_bits_are_counted_from_the_lowest() -> None:
    found = StatusList(bytes([0b00000010, 0b10000000]), 0.0, 0.0)
    assert [index for index in range(16) if found.is_set(index)] == [1, 15]
