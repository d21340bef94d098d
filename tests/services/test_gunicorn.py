"""The site behind gunicorn."""

import os
import socket
from collections.abc import Iterator
from urllib.request import urlopen

import psutil
import pytest

from accounts.services._base import ServiceError
from accounts.services.gunicorn import Gunicorn, listen
from accounts.services.load_generator import Load, LoadGenerator

HELLO = "tests.services.hello"


@pytest.fixture(scope="module")
def server() -> Iterator[Gunicorn]:
    with Gunicorn(HELLO) as server:
        yield server


def get(address: str) -> str:
    with urlopen(address) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def load(server: Gunicorn, path: str = "/") -> Load:
    return {
        "url": server.address + path,
        "headers": {"X-Name": "Alice"},
        "connections": 2,
        "seconds": 10,
        "max_requests": 20,
    }


def test_it_answers_at_its_address(server: Gunicorn) -> None:
    assert get(server.address) == "hello"
    assert server.ready()


def test_it_keeps_its_port_when_it_is_started_again() -> None:
    server = Gunicorn(HELLO)
    with server:
        first = server.address
        server.kill()
        assert not server.ready()
        server.start()
        assert server.address == first
        assert get(first) == "hello"
    assert not server.ready()


def test_killing_it_ends_its_workers_too() -> None:
    with Gunicorn(HELLO, workers=2) as server:
        assert server._process
        workers: list[psutil.Process] = []
        while len(workers) < 2:  # it answers as soon as one is there
            workers = psutil.Process(server._process.pid).children()
        server.kill()
        assert not any(worker.is_running() for worker in workers)


def test_an_application_that_cannot_be_loaded_is_one_line() -> None:
    with pytest.raises(ServiceError, match="The web server did not start"):
        Gunicorn("tests.services.nowhere").start()


def test_a_taken_port_is_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceError, match=rf"127\.0\.0\.1:{port}: Address already in use\."):
            Gunicorn(HELLO, port=port).start()


@pytest.mark.parametrize(("host", "address"), [("0.0.0.0", "127.0.0.1"), ("::", "[::1]")])  # noqa: S104
def test_everywhere_is_no_address_to_go_to(host: str, address: str) -> None:
    if ":" in host and not os.path.exists("/proc/net/if_inet6"):  # noqa: PTH110
        pytest.skip("no IPv6")
    with Gunicorn(HELLO, host=host) as server:
        assert server.address.startswith(f"http://{address}:")
        assert get(server.address) == "hello"


def test_its_port_is_free_afterwards() -> None:
    with Gunicorn(HELLO) as server:
        port = int(server.address.rpartition(":")[2])
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


def test_a_load_generator_sends_as_many_as_it_was_told(server: Gunicorn) -> None:
    with LoadGenerator() as client:
        for _ in range(2):
            sent = client.send(load(server, "/name"))
            assert sent["requests"] == len(sent["took_ns"]) == 20
            assert 0 < max(sent["took_ns"]) < sent["seconds"] * 1_000_000_000


def test_an_answer_that_is_not_200_ends_the_load(server: Gunicorn) -> None:
    with LoadGenerator() as client, pytest.raises(ServiceError, match="/missing answered 404"):
        client.send(load(server, "/missing"))
