"""The cache that all server processes share, and the blacklist that is kept in it."""

import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import BlacklistedToken, Login

_FILLED = "blacklist-filled"


class CacheAway(Exception):
    """The cache does not answer."""


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # Django loads the client of Redis for a cache of this kind alone: it takes long to start.
        redis = sys.modules.get("redis")
        if redis is not None and isinstance(error, redis.RedisError):
            raise CacheAway from error
        raise


def list_in_cache(cache: Any, login: Login, leeway: timedelta) -> None:
    """Blacklist a login in the cache. The entry expires by itself, with the last of its tokens."""
    _add(cache, login.id, login.expires, leeway)


def is_in_cache(cache: Any, sid: uuid.UUID) -> bool:
    """Whether a login has an entry in the cache. One question.

    Raises:
        CacheAway: the cache is away.
    """
    with _answering():
        return cache.get(sid.hex) is not None


def is_in_filled_cache(cache: Any, sid: uuid.UUID, leeway: timedelta) -> bool:
    """The same of a cache that is filled from the table first, where it came back empty.

    Raises:
        CacheAway: the cache is away.
    """
    with _answering():
        found = cache.get_many([_FILLED, sid.hex])
    if _FILLED in found:
        return sid.hex in found
    live = BlacklistedToken.objects.filter(expires_at__gt=timezone.now() - leeway)
    with _answering():
        for jti, ends in live.values_list("jti", "expires_at").iterator():
            _add(cache, jti, ends, leeway)
        cache.set(_FILLED, 1, timeout=None)  # last: until then, each process fills it in
    return is_in_cache(cache, sid)


def _add(cache: Any, jti: uuid.UUID, ends: datetime, leeway: timedelta) -> None:
    left = ends - timezone.now() + leeway
    cache.set(jti.hex, 1, timeout=max(1, int(left.total_seconds()) + 1))
