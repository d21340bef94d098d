"""Where others reach a demo that a classroom shares."""

import io
import ipaddress
import socket
from contextlib import closing, suppress

import ifaddr
import segno

_EVERYWHERE = {"0.0.0.0": 4, "::": 6}  # noqa: S104 - compared, not bound
# Addresses for documentation (RFC 5737 and RFC 3849): only the way there is asked for.
_ELSEWHERE = {socket.AF_INET: "192.0.2.1", socket.AF_INET6: "2001:db8::1"}


def reachable_hosts(host: str) -> list[str]:
    """The hosts of a URL under which others reach what listens there, the likeliest one first.

    None where it is on loopback, which others do not reach.
    """
    if host not in _EVERYWHERE:
        return [] if is_loopback(host) else [in_url(host)]
    found = {ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips}
    # Of version 6 it comes with a flow and a scope.
    addresses = [ipaddress.ip_address(ip if isinstance(ip, str) else ip[0]) for ip in found]
    usable = [ip for ip in addresses if not (ip.is_loopback or ip.is_link_local)]
    reached = [ip for ip in usable if ip.version <= _EVERYWHERE[host]]  # :: takes both
    ways = _ways_out()
    reached.sort(key=lambda ip: (ip.version, str(ip) not in ways, int(ip)))
    return [in_url(str(ip)) for ip in reached]


def in_url(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def qr_code(text: str) -> str:
    """A QR code in block characters, for a telephone's camera."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, border=2, compact=True)
    *lines, last = drawn.getvalue().splitlines()
    # The rows are an odd number: the half line that is left over becomes a whole one of border.
    return "\n".join([*lines, "█" * len(last), ""])


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host."""
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def _ways_out() -> set[str]:
    """The addresses that this machine sends from; connecting a UDP socket sends nothing."""
    ways = set()
    for family, address in _ELSEWHERE.items():
        with suppress(OSError), closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
            probe.connect((address, 9))
            ways.add(probe.getsockname()[0])
    return ways
