"""Who sends a request: its address, as far as it can be believed, and what to count it by."""

import ipaddress
import re
from functools import lru_cache
from typing import TypeAlias

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import conf

_UNIX = "unix"  # whoever connects to our Unix socket: it has no address

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_ip(request: HttpRequest) -> str | None:
    """The address of the peer, or the one that a configured proxy names; None where it has none.

    Anybody can send ``X-Forwarded-For``: the list is read from the right, up to the first address
    that is not one of our own proxies.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    address = _valid(peer)
    for entry in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        named = _valid(entry) if is_trusted_proxy(address or peer) else None
        if named is None:
            # Everything further left was supplied by the client and cannot be trusted.
            break
        address = named
    return address


def is_trusted_proxy(peer: str) -> bool:
    """Whether a peer, by its address or the lack of one, is a proxy of ours."""
    return _is_among(peer, conf.trusted_proxies())


@lru_cache(maxsize=1024)
def _is_among(peer: str, proxies: frozenset[str]) -> bool:
    address = _valid(peer)
    if address is None:
        return _UNIX in proxies
    parsed = ipaddress.ip_address(address)
    return any(parsed in network for network in map(_network, proxies - {_UNIX}))


def _network(text: str) -> Network:
    return ipaddress.ip_network(text, strict=False)


def throttle_key(address: str | None, bits: int = 64) -> str:
    """What a throttle counts an address by: of IPv6 so many bits, as a host owns a whole /64."""
    if address is None:
        return "unknown"
    if ":" in address:
        return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))
    return address


def client_digest(request: HttpRequest) -> str:
    """What is kept beside rows that outlive a visit: whose they are, and not where that is."""
    key = throttle_key(client_ip(request))
    return salted_hmac("accounts.site.clients", key, algorithm="sha256").hexdigest()[:32]


# As proxies write it: 192.0.2.1:5678, [2001:db8::1]:5678 or [2001:db8::1].
_WITH_PORT = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[\d.]+))(?::\d{1,5})?")


def _valid(text: str) -> str | None:
    """An address in its one spelling, without a port or the interface of a link-local one."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        parsed = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    # A socket that takes both families calls 192.0.2.1 ::ffff:192.0.2.1.
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
