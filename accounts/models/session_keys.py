"""The keys behind Django's sessions: the process's, or those of the realm that judges right now.

Django signs the hash that ties a session to a password with ``SECRET_KEY``, which is global. The
lab has keys of its own, and rotates them without touching the settings of a running server.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

_keys: ContextVar[Sequence[str | bytes] | None] = ContextVar("session keys", default=None)


def session_keys() -> Sequence[str | bytes]:
    """The signing key first, then the retired ones that still verify."""
    return _keys.get() or [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def is_lab() -> bool:
    """Whether the lab judges a session right now, with keys of its own."""
    return _keys.get() is not None


@contextmanager
def session_keys_of(keys: Sequence[bytes]) -> Iterator[None]:
    """Use other keys for what happens in the block."""
    token = _keys.set(keys)
    try:
        yield
    finally:
        _keys.reset(token)
