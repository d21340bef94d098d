"""Django's own session engines under the keys of a realm, and the cache of one instance."""

from collections import OrderedDict
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import cache, cached_db, signed_cookies
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing
from django.core.cache import BaseCache, caches
from django.core.cache.backends.locmem import LocMemCache

from accounts.tokens.realm import Realm
from accounts.tracing.cache import TracedLocMemCache
from accounts.tracing.recorder import step


class RealmSession(SessionBase):
    """Mixed into an engine of Django's: the keys and the lifetime of a realm.

    They stand in for ``SECRET_KEY`` and ``SESSION_COOKIE_AGE``, by parameters and a hook that
    Django has for it. What the engine does for a request stays Django's.
    """

    realm: Realm

    @property
    def signed_with(self) -> dict[str, Any]:
        """The keys, as the functions of ``django.core.signing`` take them."""
        first, *retired = (key.secret for key in self.realm.keyring)
        return {"key": first, "fallback_keys": retired}

    def get_session_cookie_age(self) -> int:
        """Seconds."""
        return int(self.realm.login_lifetime.total_seconds())

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Serialize and sign the data of a session, as Django does."""
        return signing.dumps(
            session_dict,
            key=self.signed_with["key"],
            salt=self.key_salt,
            serializer=self.serializer,
            compress=True,
        )

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """The data; empty when the signature does not hold."""
        try:
            found = signing.loads(
                str(session_data),
                salt=self.key_salt,
                serializer=self.serializer,
                **self.signed_with,
            )
        except (signing.BadSignature, ValueError):
            return {}
        return dict(found)


class SignedStore(RealmSession, signed_cookies.SessionStore):
    """Django's ``signed_cookies``, given the keys where it signs and verifies."""

    def load(self) -> dict[str, Any]:
        """The data in the cookie itself; empty when the signature does not hold."""
        try:
            with step("verify signature", kind="crypto"):
                found = signing.loads(
                    self.session_key or "",
                    serializer=self.serializer,
                    max_age=self.get_session_cookie_age(),
                    salt=signed_cookies.__name__,
                    **self.signed_with,
                )
        except (signing.BadSignature, ValueError):
            self.create()
            return {}
        return dict(found)

    def _get_session_key(self) -> str:
        return signing.dumps(
            self._session,  # type: ignore[attr-defined]
            key=self.signed_with["key"],
            compress=True,
            salt=signed_cookies.__name__,
            serializer=self.serializer,
        )


class ProcessCache(TracedLocMemCache):
    """Django's memory cache for one instance, which stands for one server process.

    Django keeps one per name and process: two instances in one process would share it, and so hide
    what two processes do not share.
    """

    def __init__(self) -> None:
        BaseCache.__init__(self, settings.CACHES[settings.SESSION_CACHE_ALIAS])
        self._cache: OrderedDict[str, Any] = OrderedDict()
        self._expire_info: dict[str, float | None] = {}
        self._lock = Lock()


def is_per_process() -> bool:
    """Whether the cache of the sessions is the memory of one server process."""
    return isinstance(caches[settings.SESSION_CACHE_ALIAS], LocMemCache)


class CacheStore(RealmSession, cache.SessionStore):
    """Django's ``cache``, on the cache that its instance uses."""

    shared: BaseCache

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        self._cache = self.shared


class CachedStore(RealmSession, cached_db.SessionStore):
    """Django's ``cached_db``; the cache is its instance's, where there is one."""

    memory: ProcessCache | None = None

    def __init__(self, session_key: str | None = None) -> None:
        super().__init__(session_key)
        if self.memory is not None:
            self._cache = self.memory
