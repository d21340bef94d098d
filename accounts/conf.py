"""Settings that are worked out from others when used; a plain one is read where it is needed."""

from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.db import connection

#: What runs here, by the name that commands and addresses take; the others are refused.
DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}


def own_database() -> str:
    """The database that this site runs on: a key of ``DATABASES``."""
    return "postgres" if connection.vendor == "postgresql" else "sqlite"


def trusted_proxies() -> frozenset[str]:
    """Addresses and networks of our proxies, or ``unix``: their ``X-Forwarded-`` is believed."""
    return frozenset(address.strip() for address in settings.TRUSTED_PROXIES)


def cookie_name(name: str) -> str:
    """The name for a cookie of ours.

    Outside the demo it has the prefix ``__Host-``: no other host of this domain can set or read
    such a cookie (RFC 6265bis, section 4.1.3.2).
    """
    return f"{name if settings.DEMO else f'__Host-{name}'}{settings.COOKIE_SUFFIX}"


def has_shared_cache() -> bool:
    """Whether all server processes share a cache: ``CACHE_URL`` names one, or the cluster does."""
    return settings.SHARED_CACHE in settings.CACHES


def shared_cache() -> Any:
    """That cache, as Django's; what is in it is gone when its server starts again."""
    return caches[settings.SHARED_CACHE]
