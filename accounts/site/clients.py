"""Who sends a request: its address, as far as it can be believed, and what to count it by."""

import ipaddress
import uuid

from django.http import HttpRequest

from accounts import conf
from accounts.tokens.realm import Realm


def client_ip(request: HttpRequest) -> str | None:
    """The address of the peer, or the one that a configured proxy names; None where it has none.

    Anybody can send ``X-Forwarded-For``: the list is read from the right, up to the first address
    that is not one of our own proxies.
    """
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    proxies = conf.trusted_proxies()
    for entry in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        named = _valid(entry) if address in proxies else None
        if named is None:
            # Everything further left was supplied by the client and cannot be trusted.
            break
        address = named
    return address


def client_fingerprint(request: HttpRequest, realm: Realm) -> uuid.UUID:
    """A keyed digest of address and user agent, which keeps neither.

    A hint, not a proof: the sender chooses its user agent.
    """
    agent = request.META.get("HTTP_USER_AGENT", "")
    return realm.digest(f"{client_ip(request)} {agent}")


def throttle_key(address: str | None) -> str:
    """What a throttle counts an address by: an IPv6 host owns a whole /64."""
    if address is None:
        return "unknown"
    if ":" in address:
        return str(ipaddress.ip_network(f"{address}/64", strict=False))
    return address


def _valid(text: str) -> str | None:
    """An address in its one spelling, without the interface of a link-local one."""
    try:
        parsed = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    # A socket that takes both families calls 192.0.2.1 ::ffff:192.0.2.1.
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
