"""The host names of the theatre: parties apart for a browser, on the port that the site has.

Browsers find ``*.localhost`` without asking DNS and trust it like https (RFC 6761, section 6.3).
``shop`` and ``evil`` are two sites; ``evil.shop.localhost`` is of the same site as the shop, and
so is the shop's own host on another port, ``settings.ATTACKS_PORT``, where somebody else lives.
"""

import re
from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest


class Party(StrEnum):
    """Who answers at a host."""

    SHOP = "shop.localhost"
    THIEF = "evil.localhost"
    SIBLING = "evil.shop.localhost"
    NEIGHBOUR = "shop.localhost on another port"

    @property
    def is_thief(self) -> bool:
        """Whether the thief has written what this host answers."""
        return self is not Party.SHOP


_HOSTS = {party.value: party for party in Party}
# The theatre can be reached from the machine that it runs on alone.
_OWN_MACHINE = re.compile(r"(127(\.\d+){3}|localhost|\[::1\])(?::(?P<port>\d+))?", re.ASCII)


def party_of(request: HttpRequest) -> Party | None:
    """The party that a request is for; None where it is for the site."""
    host, _, port = request.META.get("HTTP_HOST", "").lower().partition(":")
    party = _HOSTS.get(host)
    if party is Party.SHOP and settings.ATTACKS_PORT and port == str(settings.ATTACKS_PORT):
        return Party.NEIGHBOUR
    return party


def is_on_own_machine(request: HttpRequest) -> bool:
    """Whether the visitor's browser is on the server's machine, where it finds ``*.localhost``."""
    return _OWN_MACHINE.fullmatch(request.META.get("HTTP_HOST", "")) is not None


def origin_of(party: Party, home: str) -> str:
    """The origin of a party beside a site whose own is ``home``: the same scheme and port."""
    scheme, _, host = home.partition("://")
    if party is Party.NEIGHBOUR:
        return f"{scheme}://{Party.SHOP}:{settings.ATTACKS_PORT}"
    found = _OWN_MACHINE.fullmatch(host)
    port = found["port"] if found else None
    return f"{scheme}://{party}:{port}" if port else f"{scheme}://{party}"
