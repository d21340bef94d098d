"""The proxy in front of several processes."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from accounts.services._base import ServiceError
from accounts.services.caddy import Caddy
from accounts.services.gunicorn import Gunicorn, listen

HELLO = "tests.services.hello"


@pytest.fixture
def processes() -> Iterator[list[Gunicorn]]:
    with ExitStack() as stack:
        yield [stack.enter_context(Gunicorn(HELLO)) for _ in range(2)]


def get(address: str, **headers: str) -> HTTPResponse:
    answer: HTTPResponse = urlopen(Request(address, headers=headers))  # noqa: S310 - our own server
    answer.read()
    return answer


def served_by(proxy: Caddy) -> str:
    return str(get(proxy.address).headers["X-Served-By"])


def test_processes_take_turns_and_one_that_was_killed_is_left_out(
    processes: list[Gunicorn],
) -> None:
    with Caddy([each.address for each in processes]) as proxy:
        hosts = {each.address.removeprefix("http://") for each in processes}
        turns = [served_by(proxy) for _ in range(6)]
        assert set(turns) == hosts
        assert turns[::2] == [turns[0]] * 3
        processes[0].kill()
        survivor = processes[1].address.removeprefix("http://")
        assert {served_by(proxy) for _ in range(4)} == {survivor}
        assert get(f"{proxy.address}/name", **{"X-Name": "Alice"}).status == 200
        with pytest.raises(HTTPError, match="404"):
            get(f"{proxy.address}/missing")


def test_started_again_it_keeps_its_port(processes: list[Gunicorn]) -> None:
    with Caddy([processes[0].address]) as proxy:
        first = proxy.address
        proxy.kill()
        assert not proxy.ready()
        assert proxy.start() == first
        assert proxy.ready()


def test_a_taken_port_is_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Cannot listen on 127.0.0.1:{port}"):
            Caddy([], port=port).start()


def test_without_a_binary_a_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ServiceError, match="make demo CLUSTER=1, or install caddy"):
        Caddy([]).start()
