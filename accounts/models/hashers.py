"""Password hashing, traced: it is the dearest step of a log-in."""

import os
from contextlib import AbstractContextManager, nullcontext
from threading import BoundedSemaphore, Lock
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher

from accounts.models.user import LAB_HASHER
from accounts.tracing.recorder import step


class TooManyHashes(Exception):
    """So many passwords wait for a hash that one more would wait for long."""


class HashTurn:
    """A turn to hash a password, for ``running`` threads of this process at once.

    Whoever waits holds a thread of the server. ``settings.HASH_LINE`` bounds how many wait, so that
    pages are still served, and ``settings.HASH_WAIT`` how long, in seconds.
    """

    def __init__(self, running: int) -> None:
        self._running = BoundedSemaphore(running)
        self._waiting = 0
        self._lock = Lock()

    def __enter__(self) -> None:
        """Wait for a turn. Raises TooManyHashes where that would be too long."""
        with self._lock:
            if self._waiting >= settings.HASH_LINE:
                raise TooManyHashes
            self._waiting += 1
        try:
            if not self._running.acquire(timeout=settings.HASH_WAIT):
                raise TooManyHashes
        finally:
            with self._lock:
                self._waiting -= 1

    def __exit__(self, *exception: object) -> None:
        self._running.release()


class SiteHasher(Argon2PasswordHasher):
    """Django's argon2id with its parameters; each use is a step of the trace.

    The step has one name: an unknown user's password is hashed where a known one's is verified, and
    the trace must not tell which.
    """

    algorithm = "argon2"
    #: what the trace says of it
    described = algorithm
    # A hash takes some hundred milliseconds of a core, and 100 MB. It runs in threads of its own,
    # so one at a time keeps as many cores busy. When a whole class logs in at once, the rest waits.
    turn: ClassVar[AbstractContextManager[object]] = HashTurn(
        max(1, (os.cpu_count() or 1) // Argon2PasswordHasher.parallelism)
    )

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with self.turn, step("hash password", kind="hash", detail=self.described):
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash."""
        with self.turn, step("hash password", kind="hash", detail=self.described):
            return super().verify(password, encoded)

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin shows of a password; Django's shows beginnings of the salt and hash."""
        return {"algorithm": self.algorithm}


class LabHasher(SiteHasher):
    """argon2id at its cheapest, for throwaway users only.

    Their passwords are 128 random bits made by the server: there is nothing to guess, and the lab
    makes hundreds of them. They wait for nobody's log-in.
    """

    algorithm = LAB_HASHER
    described = "a cheap one, for a throwaway user"
    turn = nullcontext()
    time_cost = 1
    memory_cost = 64
    parallelism = 1
