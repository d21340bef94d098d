"""An audit does no harm: whom it asks, how often, how much."""

import httpx
import pytest

from accounts.audit.limits import (
    IN_ALL,
    PER_SECOND,
    CannotTell,
    Limited,
    NotAllowed,
    Stuck,
    is_loopback,
    must_be_allowed,
)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:1", "http://shop.localhost:8000/x"],
)
def test_this_machine_may_be_asked(url: str) -> None:
    must_be_allowed(url, None)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "http://10.0.0.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://0.0.0.0:8000",
        "http://2130706433",
    ],
)
def test_no_other_host_is_asked_unless_it_is_named_once_more(url: str) -> None:
    host = httpx.URL(url).host
    with pytest.raises(NotAllowed, match=f"--i-may-test {host}"):
        must_be_allowed(url, None)
    with pytest.raises(NotAllowed):
        must_be_allowed(url, "other.example")
    must_be_allowed(url, host)
    assert not is_loopback(url)


@pytest.mark.parametrize("url", ["", "example.org", "file:///etc/passwd", "http://"])
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(NotAllowed, match="is no address"):
        must_be_allowed(url, None)


def test_a_password_in_the_address_is_not_taken() -> None:
    with pytest.raises(NotAllowed, match="process list") as error:
        must_be_allowed("http://alice:secret@localhost", None)
    assert "secret" not in str(error.value)


def client(paused: list[float], *answers: httpx.Response, local: bool = True) -> httpx.Client:
    left = iter(answers)
    inner = httpx.MockTransport(lambda _: next(left, httpx.Response(200)))
    limited = Limited(is_local=local, timeout=1, inner=inner, pause=paused.append)
    return httpx.Client(transport=limited, base_url="http://example.org")


def test_a_host_elsewhere_is_asked_five_times_a_second_and_two_hundred_times_in_all() -> None:
    paused: list[float] = []
    with client(paused, local=False) as asking:
        for _ in range(IN_ALL):
            asking.get("/")
        assert sum(paused[:PER_SECOND]) > 0
        # Nobody really waits here, so each waits for all before it.
        assert paused[-1] == pytest.approx((IN_ALL - 1) / PER_SECOND, abs=2)
        with pytest.raises(Stuck, match="200 requests are the limit"):
            asking.get("/")


def test_this_machine_is_not_spared() -> None:
    paused: list[float] = []
    with client(paused) as asking:
        for _ in range(IN_ALL + 1):
            asking.get("/")
    assert paused == []


def test_who_asks_for_rest_gets_it_once() -> None:
    paused: list[float] = []
    busy = httpx.Response(429, headers={"Retry-After": "2"})
    with client(paused, busy) as asking:
        assert asking.get("/").status_code == 200
    assert paused == [2.0]


@pytest.mark.parametrize(
    ("headers", "told"),
    [({"Retry-After": "3600"}, "asks for 3600 s of rest"), ({}, "does not say for how long")],
)
def test_too_long_a_rest_is_not_waited_for(headers: dict[str, str], told: str) -> None:
    paused: list[float] = []
    busy = httpx.Response(429, headers=headers)
    with client(paused, busy) as asking, pytest.raises(CannotTell, match=told):
        asking.get("/")
    assert paused == []
