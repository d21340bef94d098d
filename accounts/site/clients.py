"""The address of a request's sender, as far as it can be believed."""

import ipaddress
import uuid

from django.http import HttpRequest

from accounts import conf
from accounts.tokens import Realm


def client_address(request: HttpRequest) -> str | None:
    """The peer's address; what a header says counts only behind a configured proxy.

    Anybody can send ``X-Forwarded-For``: read from the right, up to the first address that is not
    one of our own proxies.
    """
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    proxies = conf.trusted_proxies()
    for entry in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        named = _valid(entry) if address in proxies else None
        if named is None:
            # Further left stands what the sender wrote itself.
            break
        address = named
    return address


def client_digest(request: HttpRequest, realm: Realm) -> uuid.UUID:
    """Tells one client from another, by address and user agent, without keeping either.

    A hint, not a proof: a user agent is whatever the sender says.
    """
    agent = request.META.get("HTTP_USER_AGENT", "")
    return realm.digest(f"{client_address(request)} {agent}")


def network(address: str | None) -> str:
    """What a throttle counts by: an IPv6 host owns a whole /64."""
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
