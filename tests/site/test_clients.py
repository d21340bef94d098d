"""Whose address a request has: what a header says counts only behind a configured proxy."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from accounts.middleware.proxies import Proxies
from accounts.site.clients import client_digest, client_ip, throttle_key

PROXY, INNER, ALICE, MALLORY = "10.0.0.1", "10.0.0.2", "198.51.100.7", "203.0.113.66"


def address(peer: str, forwarded: str | None = None) -> str | None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_ip(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [PROXY, INNER]


def test_without_a_header_it_is_the_peers() -> None:
    assert address(ALICE) == ALICE
    assert address(PROXY) == PROXY


def test_a_stranger_cannot_name_another() -> None:
    assert address(MALLORY, ALICE) == MALLORY
    assert address(MALLORY, f"{ALICE}, {PROXY}") == MALLORY


def test_a_proxy_can() -> None:
    assert address(PROXY, ALICE) == ALICE
    assert address(INNER, f"{ALICE},{PROXY}") == ALICE


def test_what_the_sender_wrote_left_of_the_proxy_does_not_count() -> None:
    assert address(PROXY, f"{ALICE}, {MALLORY}") == MALLORY
    assert address(PROXY, f"{PROXY}, {MALLORY}") == MALLORY
    assert address(INNER, f"{ALICE}, {MALLORY}, {PROXY}") == MALLORY


@pytest.mark.parametrize(
    "unreadable", ["", "unknown", "_hidden", "1.2.3.4:x", "[1.2.3", "a b", "1.2.3"]
)
def test_what_a_proxy_wrote_and_cannot_be_read_ends_the_search(unreadable: str) -> None:
    assert address(PROXY, f"{ALICE}, {unreadable}") == PROXY


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"{ALICE}:5678", ALICE),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_a_port_is_no_part_of_an_address(written: str, meant: str) -> None:
    assert address(PROXY, written) == meant


def test_a_network_of_proxies_is_believed(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8:1::/48"]
    assert address("10.200.0.1", f"{ALICE}, 10.1.2.3") == ALICE
    assert address("2001:db8:1:2::3", ALICE) == ALICE
    assert address("11.0.0.1", ALICE) == "11.0.0.1"
    assert address("2001:db8:2::3", ALICE) == "2001:db8:2::3"


def test_the_peer_at_a_unix_socket_is_believed_where_that_is_said(settings: Settings) -> None:
    assert address("", ALICE) is None
    settings.TRUSTED_PROXIES = ["unix", PROXY]
    assert address("", ALICE) == ALICE
    assert address("", f"{ALICE}, {PROXY}") == ALICE
    assert address(MALLORY, ALICE) == MALLORY


@pytest.mark.parametrize(("peer", "scheme"), [(PROXY, "https"), (MALLORY, "http"), ("", "http")])
def test_only_a_proxy_can_say_that_it_was_reached_by_https(
    settings: Settings, peer: str, scheme: str
) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    headers = {"X-Forwarded-Proto": "https"}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    schemes: list[str | None] = []

    def view(request: HttpRequest) -> HttpResponse:
        schemes.append(request.scheme)
        return HttpResponse()

    Proxies(view)(request)
    assert schemes == [scheme]


def test_a_mapped_address_is_the_one_it_maps() -> None:
    assert address(f"::ffff:{ALICE}") == ALICE
    assert address(f"::ffff:{PROXY}", ALICE) == ALICE


def test_an_interface_is_no_part_of_an_address() -> None:
    assert address("fe80::1%eth0") == "fe80::1"


def test_a_peer_without_an_address_is_nobody_in_particular() -> None:
    assert address("") is None
    assert address("unix:") is None
    assert throttle_key(None) == "unknown"


def test_an_ipv6_host_owns_its_whole_network() -> None:
    assert throttle_key("2001:db8::1") == throttle_key("2001:db8::ffff:ffff:ffff:ffff")
    assert throttle_key("2001:db8::1") != throttle_key("2001:db8:0:1::1")


def test_ipv4_hosts_count_one_by_one() -> None:
    assert throttle_key(ALICE) != throttle_key("198.51.100.8")


def test_what_is_kept_beside_a_run_tells_addresses_apart_and_names_none() -> None:
    one, same, other = (
        client_digest(RequestFactory().get("/", REMOTE_ADDR=peer)) for peer in (ALICE, ALICE, PROXY)
    )
    assert one == same != other
    assert ALICE not in one
