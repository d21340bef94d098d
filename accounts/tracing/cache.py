"""Cache calls as steps: Django's own back ends, each call timed.

The key is not recorded: it may hold a session key.
"""

from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache

from accounts.tracing.recorder import step


class _Traced(BaseCache):
    def get(self, *args: Any, **kwargs: Any) -> Any:
        with step("cache get", kind="cache"):
            return super().get(*args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        with step("cache set", kind="cache"):
            super().set(*args, **kwargs)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        with step("cache add", kind="cache"):
            return super().add(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        with step("cache delete", kind="cache"):
            return super().delete(*args, **kwargs)


class TracedRedisCache(_Traced, RedisCache):
    """Django's Redis cache."""

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        """Several entries in one step."""
        with step("cache get", kind="cache"):
            return super().get_many(*args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        """Count."""
        with step("cache incr", kind="cache"):
            return super().incr(*args, **kwargs)


class TracedLocMemCache(_Traced, LocMemCache):
    """Django's per-process memory cache."""
