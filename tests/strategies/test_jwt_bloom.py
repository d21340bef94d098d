"""A Bloom filter of the blacklist: "no" is certain, "perhaps" costs a question more."""

import time
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.lab.users import LabUser
from accounts.strategies import Strategy
from accounts.strategies._bloom import BloomMemory
from accounts.strategies._memory_feed import CHUNK, Chunk
from accounts.strategies.jwt_bloom import JwtBloom
from tests.processes import Process, code, is_accepted, log_in
from tests.sql import tables_of
from tests.strategies.conftest import TablesAsked

SLUG = "jwt-bloom"


@pytest.mark.django_db(transaction=True)
def test_a_request_reads_the_users_row(tables_asked: TablesAsked) -> None:
    assert tables_asked("jwt-bloom") == [{"accounts_user"}]


@pytest.fixture
def bloom(process: Process) -> Strategy:
    """A process whose filter is current: it needs no table for what the filter has not."""
    return process(SLUG)


@pytest.mark.django_db(transaction=True)
def test_an_innocent_whom_the_filter_takes_for_another_goes_on(
    bloom: JwtBloom, lab_user: LabUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, credential = log_in(bloom, lab_user)
    monkeypatch.setattr(bloom.blacklist.memory, "has_any", lambda *_: True)
    monkeypatch.setattr(bloom.blacklist.feed, "is_current", lambda: True)
    with CaptureQueriesContext(connection) as queries:
        assert is_accepted(bloom, credential)
    assert tables_of(queries) == [{"accounts_blacklistedtoken"}, {"accounts_user"}]


@pytest.mark.django_db(transaction=True)
def test_a_log_out_is_known_to_another_process_soon(process: Process, lab_user: LabUser) -> None:
    here, there = process(SLUG), process(SLUG)
    login, credential = log_in(here, lab_user)
    assert is_accepted(there, credential)
    here.revoke(login)
    assert code(here.check(credential.value)) == "token_blacklisted"
    end = time.monotonic() + 5
    while is_accepted(there, credential) and time.monotonic() < end:
        time.sleep(0.01)
    assert code(there.check(credential.value)) == "token_blacklisted"


def test_a_filter_of_many_is_loaded_with_room_for_twice_as_many() -> None:
    memory, listed = BloomMemory(0), sorted(uuid.uuid4() for _ in range(CHUNK))
    whole = Chunk(b"".join(jti.bytes for jti in listed), 2**31)
    loading = memory.load([whole, Chunk(b"", 0)], 1_000_000)
    assert next(loading) is False
    memory.add([(meanwhile := uuid.uuid4(), 0.0)])
    assert not memory.has_any(listed[0])
    assert list(loading) == [True]
    assert all(memory.has_any(jti) for jti in (*listed, meanwhile))
    assert 3 << 20 < memory._filter.size_in_bits / 8 < 20 << 20  # bytes, for a million


def test_the_filter_forgets_nothing_and_errs_seldom() -> None:
    memory = BloomMemory(0)
    listed, others = ([uuid.uuid4() for _ in range(5000)] for _ in range(2))
    memory.add([(jti, 0.0) for jti in listed])
    assert len(memory) == 5000
    assert all(memory.has_any(jti) for jti in listed)
    assert sum(memory.has_any(jti) for jti in others) < 50
