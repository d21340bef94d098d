"""The address of a request's sender, as far as it can be believed."""

import ipaddress

from django.http import HttpRequest

from accounts import conf


def client_address(request: HttpRequest) -> str | None:
    """The peer's address; what a header says counts only behind a configured proxy.

    Anybody can send ``X-Forwarded-For``: read from the right, up to the first address that is not
    one of our own proxies.
    """
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = conf.trusted_proxies()
    while address in proxies and forwarded:
        address = _valid(forwarded.pop()) or address
    return address


def network(address: str | None) -> str:
    """What a throttle counts by: an IPv6 host owns a whole /64."""
    if address is None:
        return "unknown"
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _valid(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return None
